/*
 * Technique: read the host's password hashes
 * Family: escape
 * Layers: root, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(open("/etc/shadow", O_RDONLY));
}
