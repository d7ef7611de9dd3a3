/*
 * What programs share that open a socket of a rare family.
 */
#ifndef HOSTILE_FAMILIES_H
#define HOSTILE_FAMILIES_H

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include "hostile.h"

enum { FAMILIES_NONE = 100 }; /* a filter has another answer to it than the kernel, if any */

/* Whether it is the kernel that knows no such family. */
static inline int families_is_unknown(void)
{
    return errno == EAFNOSUPPORT && socket(AF_UNIX, SOCK_STREAM, 0) >= 0 &&
           socket(FAMILIES_NONE, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT;
}

/* Exit status of a program that opens such a socket. What the host's network is refused to, one
 * of its own may have. */
static inline int families_open(int family, int type, int protocol)
{
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    int failure = errno;

    if (fd < 0 && families_is_unknown())
        return hostile_not_here("a kernel without this family");
    errno = failure;
    if (fd < 0 && errno == EPERM && unshare(CLONE_NEWNET) == 0)
        fd = socket(family, type | SOCK_CLOEXEC, protocol);
    return hostile_end(fd);
}

#endif
