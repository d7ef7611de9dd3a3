/*
 * Technique: connect to an abstract socket of the host
 * Family: escape
 * Layers: network, landlock
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

    beside_name(address, "@hostile-", "");
    return hostile_end(beside_connect(address));
}
