#include "unpack/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cupel/path.h"
#include "unpack/names.h"

int cupel_beneath_parent(int root_fd, const char *path, const char **ret_base,
                         struct cupel_error *err)
{
    char folder[CUPEL_NAME_SIZE] = ".";

    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len >= sizeof(folder))
        return cupel_fail(err, -ENAMETOOLONG, "%.100s: too long", path);
    if (len > 0) {
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    int fd = cupel_path_open_beneath(root_fd, folder, O_PATH | O_DIRECTORY, err);
    if (fd >= 0)
        *ret_base = slash == NULL ? path : slash + 1;
    return fd;
}
