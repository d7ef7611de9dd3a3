/*
 * Technique: keep bytes in attributes of a file
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk, failed
 * Policies: native
 * Control: room
 * Needs: Linux 6.6, whose tmpfs has attributes of users
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "hostile.h"

enum { ATTRIBUTES = 8000, VALUE = 1000 };

int main(void)
{
    static const char value[VALUE] = {1};
    char name[32];

    hostile_bound(HOSTILE_SECONDS);
    int fd = open("/tmp/attributes", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return hostile_end(-1);
    for (int i = 0; i < ATTRIBUTES; i++) {
        (void)snprintf(name, sizeof(name), "user.a%d", i);
        if (fsetxattr(fd, name, value, sizeof(value), 0) == 0)
            continue;
        if (errno == EOPNOTSUPP)
            return hostile_not_here("a tmpfs whose files have attributes of users");
        return hostile_end(-1);
    }
    return hostile_end(0);
}
