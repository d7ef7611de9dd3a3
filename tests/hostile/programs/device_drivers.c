/*
 * Technique: open a device that leads far into the kernel
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: such a device
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    static const char *const paths[] = {"/dev/kvm",         "/dev/vhost-vsock",
                                        "/dev/vhost-net",   "/dev/net/tun",
                                        "/dev/userfaultfd", "/dev/dri/renderD128"};
    int failure = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_RDONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
        if (errno != ENOENT)
            failure = errno;
    }
    if (failure == 0 && access("/dev/kmsg", F_OK) == 0)
        return hostile_not_here("none of these devices");
    errno = failure == 0 ? ENOENT : failure;
    return hostile_end(-1);
}
