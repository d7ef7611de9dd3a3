/* What a process of a cell can do besides changing a frame: send others, be silent, die, and
 * leave something behind. */
#include "liar.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "cupel/wire.h"

#define LIFETIME_S 60

/* A frame of a kind, of which all that is in it is 0. Without descriptors. */
static void send_bare(int socket_fd, unsigned type)
{
    static const size_t sizes[] = {
        [CUPEL_WIRE_SETUP] = 60,  [CUPEL_WIRE_RUN] = 200,    [CUPEL_WIRE_READY] = 12,
        [CUPEL_WIRE_STARTED] = 8, [CUPEL_WIRE_LISTENER] = 8, [CUPEL_WIRE_EXITED] = 76,
        [CUPEL_WIRE_FAILED] = 17};
    static struct liar_frame frame;
    const uint32_t header[2] = {0x31505543U, type};
    const uint32_t failure[2] = {(uint32_t)-5, 1};

    (void)memcpy(frame.bytes, header, sizeof(header));
    if (type == CUPEL_WIRE_FAILED) {
        (void)memcpy(frame.bytes + 8, failure, sizeof(failure));
        frame.bytes[16] = 'x';
    }
    frame.len = type <= CUPEL_WIRE_FAILED ? sizes[type] : 8;
    liar_send(socket_fd, &frame);
}

/* A process that outlives us if it can, but not for long. */
static bool become_daemon(void)
{
    if (fork() != 0)
        return false;
    (void)setsid();
    (void)signal(SIGHUP, SIG_IGN);
    (void)alarm(LIFETIME_S);
    return true;
}

/* Our parent is reaped by nobody as long as the daemon traces it. */
static void be_traced(void)
{
    pid_t traced = getpid();

    if (become_daemon()) {
        if (ptrace(PTRACE_SEIZE, traced, NULL, NULL) == 0) {
            for (;;)
                (void)pause();
        }
        _exit(0);
    }
    (void)usleep(200000);
}

/* Take notifications before the supervisor does, in a way that makes them its own again: it
 * sees one, and finds none. */
static void race_for_notifications(int listener_fd)
{
    void *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (int i = 0; i < 4; i++) {
        if (fork() != 0)
            continue;
        (void)alarm(LIFETIME_S);
        for (;;)
            (void)ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_RECV, read_only);
    }
}

/* Accept before the supervisor does, and let it wait for the next. */
static void race_for_calls(int listening_fd)
{
    if (fork() != 0)
        return;
    (void)alarm(LIFETIME_S);
    for (;;) {
        struct pollfd call = {.fd = listening_fd, .events = POLLIN};
        (void)poll(&call, 1, -1);
        (void)accept(listening_fd, NULL, NULL);
    }
}

static void stay(void)
{
    (void)alarm(LIFETIME_S);
    for (;;)
        (void)pause();
}

static bool do_to_self(const struct lie *lie)
{
    const char *deed = lie->words[0];

    if (strcmp(deed, "die") == 0)
        (void)raise((int)lie_number(lie, 1));
    else if (strcmp(deed, "exit") == 0)
        _exit((int)lie_number(lie, 1));
    else if (strcmp(deed, "stop") == 0)
        (void)raise(SIGSTOP);
    else if (strcmp(deed, "silent") == 0)
        stay();
    else if (strcmp(deed, "late") == 0)
        (void)usleep((useconds_t)lie_number(lie, 1) * 1000U);
    else if (strcmp(deed, "spin") == 0) {
        (void)alarm(LIFETIME_S);
        for (;;)
            continue;
    } else {
        return false;
    }
    return true;
}

static bool do_to_others(const struct lie *lie, const struct liar_frame *frame)
{
    const char *deed = lie->words[0];

    if (strcmp(deed, "daemon") == 0) {
        if (become_daemon())
            stay();
    } else if (strcmp(deed, "daemon-apart") == 0) {
        if (become_daemon()) {
            (void)close_range(0, ~0U, 0);
            stay();
        }
    } else if (strcmp(deed, "traced") == 0) {
        be_traced();
    } else if (strcmp(deed, "race-listener") == 0) {
        race_for_notifications(frame->fds[0]);
    } else if (strcmp(deed, "race-broker") == 0) {
        race_for_calls(frame->fds[frame->fd_count - 1]);
    } else if (strcmp(deed, "unread") != 0) { /* which is done on receiving */
        return false;
    }
    return true;
}

bool liar_do(const struct lie *lie, int socket_fd, struct liar_frame *frame, bool *ret_send)
{
    const char *deed = lie->words[0];
    unsigned first = (unsigned)lie_number(lie, 1);

    if (strcmp(deed, "drop") == 0) {
        *ret_send = false;
    } else if (strcmp(deed, "repeat") == 0) { /* N */
        for (unsigned i = 1; i < first; i++)
            liar_send(socket_fd, frame);
    } else if (strcmp(deed, "before") == 0 || strcmp(deed, "instead") == 0) { /* TYPE */
        send_bare(socket_fd, first);
        *ret_send = deed[0] == 'b';
    } else if (strcmp(deed, "after") == 0) { /* TYPE */
        liar_send(socket_fd, frame);
        send_bare(socket_fd, first);
        *ret_send = false;
    } else if (strcmp(deed, "flood") == 0) { /* TYPE N */
        liar_send(socket_fd, frame);
        for (unsigned i = 0; i < lie_number(lie, 2); i++)
            send_bare(socket_fd, first);
        *ret_send = false;
    } else if (strcmp(deed, "then") == 0) { /* what is done to oneself, once it is sent */
        struct lie rest = *lie;
        (void)memmove(rest.words, rest.words + 1, sizeof(rest.words) - sizeof(rest.words[0]));
        liar_send(socket_fd, frame);
        *ret_send = false;
        return do_to_self(&rest) || do_to_others(&rest, frame);
    } else {
        return do_to_self(lie) || do_to_others(lie, frame);
    }
    return true;
}
