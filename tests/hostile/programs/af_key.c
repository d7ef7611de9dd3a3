/*
 * Technique: open a socket to the keys of IPsec
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: AF_KEY
 */
#include <linux/pfkeyv2.h>

#include "families.h"

int main(void)
{
    return families_open(AF_KEY, SOCK_RAW, PF_KEY_V2);
}
