/* A TCP socket whose last close(2) waits: its peer reads nothing of what it was sent. */
#ifndef CUPEL_TESTS_LINGERING_H
#define CUPEL_TESTS_LINGERING_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

static int lingering_listen(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof(any)), 0);
    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

/* listening: of the above, and to be closed after what is made here. */
static int lingering_make(int listening, int seconds)
{
    static const char bytes[65536];
    const struct linger linger = {.l_onoff = 1, .l_linger = seconds};
    struct sockaddr_in name;
    socklen_t size = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(getsockname(listening, (struct sockaddr *)&name, &size), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&name, size), 0);
    while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        continue;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    return fd;
}

static time_t lingering_now_s(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

#endif
