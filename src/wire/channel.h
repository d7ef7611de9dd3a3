/* Sending and receiving whole frames with their descriptors. Source: unix(7), cmsg(3). */
#ifndef CUPEL_WIRE_CHANNEL_H
#define CUPEL_WIRE_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

#include "cupel/error.h"
#include "cupel/wire.h"

/* A received frame; descriptors are owned by it until taken. Large: keep it off small stacks.
 */
struct wire_frame {
    enum cupel_wire_type type;
    pid_t sender; /* in our pid namespace, by the kernel; 0: SO_PASSCRED is not set */
    size_t len;
    size_t fd_count;
    int fds[CUPEL_WIRE_FDS_MAX];
    _Alignas(8) unsigned char bytes[CUPEL_WIRE_MAX + 1];
};

/* Send len bytes with descriptors (borrowed). Returns 0 or -errno (EPIPE if the peer is gone;
 * EAGAIN if the socket does not block, and its peer has not read what was sent before). */
CUPEL_MUST_CHECK int wire_send(int socket_fd, const void *bytes, size_t len, const int *fds,
                               size_t fd_count);

/*
 * Receive one frame. Returns 1; 0 at the end of the channel; -EPROTO if it is truncated, too
 * long, carries too many descriptors or is of no known type; -EMFILE or -ENFILE if there is no
 * room for its descriptors here; -EAGAIN; -errno. Descriptors are O_CLOEXEC, and closed again
 * on failure.
 */
CUPEL_MUST_CHECK int wire_receive(int socket_fd, struct wire_frame *ret);

void wire_frame_close(struct wire_frame *frame);

#endif
