#include "service/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"

#define PEM_MAX 1048576U

static int parse_address(const char *address, uint16_t port, struct sockaddr_storage *ret,
                         socklen_t *ret_len, struct cupel_error *err)
{
    struct sockaddr_in *four = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;

    *ret = (struct sockaddr_storage){.ss_family = AF_INET};
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_port = htons(port);
        *ret_len = sizeof(*four);
        return 0;
    }
    ret->ss_family = AF_INET6;
    if (inet_pton(AF_INET6, address, &six->sin6_addr) != 1)
        return cupel_fail(err, -EINVAL, "%s: expected an IPv4 or IPv6 address", address);
    six->sin6_port = htons(port);
    *ret_len = sizeof(*six);
    return 0;
}

int http_listen_on(const char *address, uint16_t port, struct cupel_error *err)
{
    struct sockaddr_storage name;
    socklen_t len = 0;
    const int on = 1;

    int r = parse_address(address, port, &name, &len, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd =
        socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (const struct sockaddr *)&name, len) < 0 || listen(fd, SOMAXCONN) < 0)
        return cupel_fail_errno(err, "listen on %s, port %u", address, port);
    return cupel_take_fd(&fd);
}

uint16_t http_port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {.v6 = {0}};
    socklen_t len = sizeof(name);

    if (getsockname(fd, &name.any, &len) < 0)
        return 0;
    return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

int http_read_pem(const char *path, char **ret, struct cupel_error *err)
{
    size_t len = 0;

    if (path == NULL)
        return 0;
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    int r = cupel_path_read_fd(fd, PEM_MAX, ret, &len);
    return r < 0 ? cupel_fail(err, r, "%s: %s", path, strerrordesc_np(-r)) : 0;
}
