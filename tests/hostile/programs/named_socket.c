/*
 * Technique: connect to a socket of the host by its path
 * Family: escape
 * Layers: root
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/socket.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    char address[BESIDE_NAME];

    beside_name(address, "/dev/shm/hostile-", "/socket");
    return hostile_end(beside_connect(address));
}
