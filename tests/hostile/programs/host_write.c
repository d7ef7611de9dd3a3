/*
 * Technique: open a file of the host's system for writing
 * Family: escape
 * Layers: root, landlock, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(open("/etc/ld.so.cache", O_WRONLY | O_CLOEXEC));
}
