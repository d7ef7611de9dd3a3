/*
 * Technique: connect to a socket of the host by its path
 * Family: escape
 * Layers: root
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include "beside.h"
#include "hostile.h"

    int
    main(void)
{
    char address[64];

    beside_name(address, "/dev/shm/hostile-%d/socket");
    return hostile_end(beside_connect(address));
}
