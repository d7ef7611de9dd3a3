/*
 * What goes on at the host's side beside a program: see beside.py, which names everything after
 * one number.
 */
#ifndef HOSTILE_BESIDE_H
#define HOSTILE_BESIDE_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The number, which is the port of the server as well. */
static inline int beside_number(void)
{
    const char *text = getenv("HOSTILE_PORT");

    if (text == NULL) {
        (void)puts("HOSTILE_PORT is not set");
        exit(3);
    }
    return (int)strtol(text, NULL, 10);
}

enum { BESIDE_NAME = 64 };

/* A name after the number, which goes between the two. */
static inline void beside_name(char name[static BESIDE_NAME], const char *begin,
                               const char *end)
{
    (void)snprintf(name, BESIDE_NAME, "%s%d%s", begin, beside_number(), end);
}

/* A stream connected to the server of this address, which is abstract if it begins with @. */
static inline int beside_connect(const char *address)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = strlen(address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(to.sun_path, address, len);
    if (to.sun_path[0] == '@')
        to.sun_path[0] = '\0';
    len += offsetof(struct sockaddr_un, sun_path) + (to.sun_path[0] == '\0' ? 0 : 1);
    return fd < 0 || connect(fd, (struct sockaddr *)&to, (socklen_t)len) < 0 ? -1 : fd;
}

#endif
