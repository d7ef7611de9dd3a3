/*
 * Technique: open a socket that takes packets before the network's code does
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: AF_XDP
 */
#include "families.h"

int main(void)
{
    return families_open(AF_XDP, SOCK_RAW, 0);
}
