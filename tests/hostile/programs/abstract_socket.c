/*
 * Technique: connect to an abstract socket of the host
 * Family: escape
 * Layers: network, landlock
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

    beside_name(address, "@hostile-%d");
    return hostile_end(beside_connect(address));
}
