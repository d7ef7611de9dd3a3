/*
 * Technique: have who writes to a program of the host wait for oneself
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>

#include "hostile.h"

int main(void)
{
    int fd = open("/usr/bin/env", O_RDONLY | O_CLOEXEC);

    return hostile_end(fd < 0 ? -1 : fcntl(fd, F_SETLEASE, F_RDLCK));
}
