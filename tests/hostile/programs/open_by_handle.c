/*
 * Technique: open a file by its handle, past all folders
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: a file system with handles
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "hostile.h"
#include "surface.h"

int main(void)
{
    struct file_handle *handle = calloc(1, sizeof(*handle) + MAX_HANDLE_SZ);
    int mount_id;

    if (handle == NULL)
        return hostile_end(-1);
    handle->handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(AT_FDCWD, "/usr", handle, &mount_id, 0) < 0)
        return errno == EOPNOTSUPP ? hostile_not_here("a file system without handles")
                                   : hostile_end(-1);
    int mount_fd = open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (mount_fd < 0)
        return hostile_end(-1);
    return surface_end(open_by_handle_at(mount_fd, handle, O_RDONLY | O_CLOEXEC));
}
