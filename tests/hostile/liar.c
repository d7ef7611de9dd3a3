/* See liar.h. Linked into cupel-cell's own parts in place of wire_send() and wire_receive(). */
#include "liar.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/channel.h"

int __real_wire_send(int socket_fd, const void *bytes, size_t len, const int *fds,
                     size_t fd_count);
int __wrap_wire_send(int socket_fd, const void *bytes, size_t len, const int *fds,
                     size_t fd_count);
int __real_wire_receive(int socket_fd, struct wire_frame *ret);
int __wrap_wire_receive(int socket_fd, struct wire_frame *ret);

static struct lie the_lie;

/* What all processes know. */
static struct {
    unsigned sent[CUPEL_WIRE_FAILED + 1]; /* frames of each kind */
    int waiting;                          /* bytes of frames that were read, but not taken */
} * shared;

static const char *const names[] = {[CUPEL_WIRE_READY] = "ready",
                                    [CUPEL_WIRE_STARTED] = "started",
                                    [CUPEL_WIRE_LISTENER] = "listener",
                                    [CUPEL_WIRE_EXITED] = "exited",
                                    [CUPEL_WIRE_FAILED] = "failed"};

unsigned long long lie_number(const struct lie *lie, size_t index)
{
    return strtoull(lie->words[index], NULL, 0);
}

static const char *next_word(char **rest)
{
    const char *word = *rest == NULL ? NULL : strsep(rest, " \n");

    return word == NULL ? "" : word;
}

static void split(struct lie *lie)
{
    char *rest = lie->text;

    const char *frame = next_word(&rest);

    lie->nth = (unsigned)strtoul(next_word(&rest), NULL, 10);
    for (size_t i = 0; i < LIE_WORDS; i++)
        lie->words[i] = next_word(&rest);
    for (unsigned type = CUPEL_WIRE_READY; type <= CUPEL_WIRE_FAILED; type++) {
        if (strcmp(frame, names[type]) == 0)
            lie->frame = type;
    }
}

__attribute__((constructor)) static void learn_the_lie(void)
{
    char path[PATH_MAX + 8];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
    char *slash = n < 0 ? NULL : memrchr(path, '/', (size_t)n);

    if (slash == NULL)
        _exit(2);
    (void)memcpy(slash, "/lie", sizeof("/lie"));
    FILE *file = fopen(path, "re");
    shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (file == NULL || fgets(the_lie.text, sizeof(the_lie.text), file) == NULL ||
        shared == MAP_FAILED)
        _exit(2);
    (void)fclose(file);
    split(&the_lie);
}

void liar_send(int socket_fd, const struct liar_frame *frame)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 256)];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)frame->bytes, frame->len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (frame->fd_count > 0) {
        struct cmsghdr *header = &control.align;
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * frame->fd_count);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * frame->fd_count);
        (void)memcpy(CMSG_DATA(header), frame->fds, sizeof(int) * frame->fd_count);
    }
    (void)!sendmsg(socket_fd, &message, MSG_NOSIGNAL);
}

static void write_number(struct liar_frame *frame, size_t at, size_t width, uint64_t value)
{
    if (at + width <= sizeof(frame->bytes))
        (void)memcpy(frame->bytes + at, &value, width); /* in the machine's byte order */
}

static void set_fd_count(struct liar_frame *frame, size_t count)
{
    for (size_t i = frame->fd_count; i < count && i < 253; i++)
        frame->fds[i] = frame->fd_count > 0 ? frame->fds[0] : STDIN_FILENO;
    frame->fd_count = count;
}

/* Deeds that change the frame. Returns whether this is one. */
static bool change(const struct lie *lie, struct liar_frame *frame)
{
    const char *deed = lie->words[0];
    uint64_t first = lie_number(lie, 1);

    if (strcmp(deed, "length") == 0) { /* cut or enlarge */
        frame->len = first < sizeof(frame->bytes) ? first : sizeof(frame->bytes);
    } else if (strcmp(deed, "set") == 0) { /* OFFSET WIDTH VALUE */
        write_number(frame, first, lie_number(lie, 2), lie_number(lie, 3));
    } else if (strcmp(deed, "set2") == 0) { /* OFFSET WIDTH VALUE, twice */
        write_number(frame, first, lie_number(lie, 2), lie_number(lie, 3));
        write_number(frame, lie_number(lie, 4), lie_number(lie, 5), lie_number(lie, 6));
    } else if (strcmp(deed, "count") == 0) { /* of descriptors */
        set_fd_count(frame, first);
    } else if (strcmp(deed, "swap") == 0 && frame->fd_count > 1) { /* PLACE PLACE */
        size_t other = lie_number(lie, 2) % frame->fd_count;
        int fd = frame->fds[first % frame->fd_count];
        frame->fds[first % frame->fd_count] = frame->fds[other];
        frame->fds[other] = fd;
    } else if (strcmp(deed, "replace") == 0 && frame->fd_count > 0) { /* PLACE KIND */
        int *fd = &frame->fds[first % frame->fd_count];
        *fd = liar_make_fd(lie->words[2], *fd);
    } else {
        return false;
    }
    return true;
}

static void tell_the_lie(int socket_fd, struct liar_frame *frame)
{
    bool send = true;

    if (!change(&the_lie, frame) && !liar_do(&the_lie, socket_fd, frame, &send))
        _exit(2);
    if (send)
        liar_send(socket_fd, frame);
}

int __wrap_wire_send(int socket_fd, const void *bytes, size_t len, const int *fds,
                     size_t fd_count)
{
    static struct liar_frame frame;
    enum cupel_wire_type type;

    if (cupel_wire_type(bytes, len, &type) < 0 || type != the_lie.frame ||
        __atomic_add_fetch(&shared->sent[type], 1, __ATOMIC_SEQ_CST) != the_lie.nth)
        return __real_wire_send(socket_fd, bytes, len, fds, fd_count);
    (void)memcpy(frame.bytes, bytes, len);
    frame.len = len;
    if (fd_count > 0)
        (void)memcpy(frame.fds, fds, fd_count * sizeof(*fds));
    frame.fd_count = fd_count;
    tell_the_lie(socket_fd, &frame);
    return 0;
}

/* The first frame stays where it is, and those that are sent behind it as well; a copy of it
 * is returned when another has come. */
static int peek(int socket_fd, struct wire_frame *ret)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * CUPEL_WIRE_FDS_MAX)];
    } control;
    struct iovec part = {ret->bytes, sizeof(ret->bytes)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    int waiting = 0;

    ssize_t n = recvmsg(socket_fd, &message, MSG_PEEK | MSG_CMSG_CLOEXEC);
    if (n <= 0)
        return n < 0 ? -errno : 0;
    while (ioctl(socket_fd, FIONREAD, &waiting) == 0 && waiting <= shared->waiting)
        (void)usleep(1000);
    shared->waiting = waiting;
    ret->len = (size_t)n;
    ret->sender = 0;
    ret->fd_count = 0;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS) {
        ret->fd_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        (void)memcpy(ret->fds, CMSG_DATA(header), ret->fd_count * sizeof(int));
    }
    return cupel_wire_type(ret->bytes, ret->len, &ret->type) < 0 ? -EPROTO : 1;
}

int __wrap_wire_receive(int socket_fd, struct wire_frame *ret)
{
    static bool is_prepared;

    if (!is_prepared && the_lie.frame != 0)
        liar_prepare(&the_lie);
    bool is_setup = !is_prepared;
    is_prepared = true;
    if (is_setup || strcmp(the_lie.words[0], "unread") != 0)
        return __real_wire_receive(socket_fd, ret);
    return peek(socket_fd, ret);
}
