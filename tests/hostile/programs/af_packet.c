/*
 * Technique: open a socket that sees every packet
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include "families.h"

int main(void)
{
    return families_open(AF_PACKET, SOCK_RAW, 0);
}
