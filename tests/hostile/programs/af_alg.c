/*
 * Technique: open a socket to the kernel's ciphers
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: AF_ALG
 */
#include "families.h"

int main(void)
{
    return families_open(AF_ALG, SOCK_SEQPACKET, 0);
}
