/*
 * Technique: open a socket to the hypervisor
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: AF_VSOCK
 */
#include <sys/socket.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
}
