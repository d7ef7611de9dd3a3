/*
 * Technique: open a socket that sees every packet
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <sys/socket.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}
