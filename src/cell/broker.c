#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

#define BACKLOG 64

int cell_broker_listen(const char *path, int *ret_fd, struct cupel_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CUPEL_AUTO_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return cupel_fail_errno(err, "make the broker's socket");
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, BACKLOG) < 0)
        return cupel_fail_errno(err, "listen at %s", path);
    if (mount(path, CELL_BROKER, NULL, MS_BIND, NULL) < 0)
        return cupel_fail_errno(err, "mount the broker's socket at %s", CELL_BROKER);
    *ret_fd = cupel_take_fd(&fd);
    return 0;
}
