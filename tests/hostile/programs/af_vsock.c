/*
 * Technique: open a socket to the hypervisor
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: AF_VSOCK
 */
#include "families.h"

int main(void)
{
    return families_open(AF_VSOCK, SOCK_STREAM, 0);
}
