#include "sandbox/systemd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "sandbox/cgroup_trial.h"
#include "sandbox/spawn.h"
#include "wire/channel.h"

/* That the helper has beyond what it is told. */
#define GRACE_US (WIRE_SCOPE_CANCEL_US + 1000000U)

#define HELPER "cupel-scope"

static const enum cupel_cgroup_obstacle obstacles[WIRE_SCOPE_OUTCOMES] = {
    [WIRE_SCOPE_DONE] = CUPEL_CGROUP_SERVES,
    [WIRE_SCOPE_NO_LIBRARY] = CUPEL_CGROUP_NO_LIBSYSTEMD,
    [WIRE_SCOPE_NO_BUS] = CUPEL_CGROUP_NO_BUS,
    [WIRE_SCOPE_NO_SERVICE] = CUPEL_CGROUP_NO_BUS,
    [WIRE_SCOPE_REFUSED] = CUPEL_CGROUP_REFUSED,
    [WIRE_SCOPE_FAILED] = CUPEL_CGROUP_FAILED,
};

static uint64_t left_us(uint64_t due_us)
{
    uint64_t now = base_now_ns() / 1000U;

    return now < due_us ? due_us - now : 0;
}

static bool await(int fd, uint64_t due_us)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return TEMP_FAILURE_RETRY(poll(&ready, 1, (int)(left_us(due_us) / 1000U) + 1)) > 0;
}

/* It ends by itself as soon as it has answered. */
static void end_helper(struct spawned *helper, uint64_t due_us)
{
    if (!await(helper->pidfd, due_us))
        (void)syscall(SYS_pidfd_send_signal, helper->pidfd, SIGKILL, NULL, 0);
    (void)TEMP_FAILURE_RETRY(waitpid(helper->pid, NULL, 0));
    cupel_close_p(&helper->pidfd);
}

static int receive(int channel_fd, uint64_t due_us, struct wire_scope_answer *ret,
                   struct cupel_error *err)
{
    char packet[WIRE_SCOPE_MAX + 1];

    if (!await(channel_fd, due_us))
        return cupel_fail(err, -ETIMEDOUT, HELPER " did not answer in time");
    ssize_t n = TEMP_FAILURE_RETRY(recv(channel_fd, packet, sizeof(packet), 0));
    if (n < 0 && errno != ECONNRESET) /* which the request does if it was never read */
        return cupel_fail_errno(err, "receive what " HELPER " sent");
    if (n <= 0)
        return cupel_fail(err, -EPIPE, HELPER " ended without an answer");
    int r = wire_scope_decode_answer(packet, (size_t)n, ret);
    return r < 0 ? cupel_fail(err, r, HELPER " broke the protocol") : 0;
}

/* One request to a helper of its own. */
static int ask_helper(const char *path, int connection_fd,
                      const struct wire_scope_request *request, struct wire_scope_answer *ret,
                      struct cupel_error *err)
{
    char name[] = HELPER;
    char packet[WIRE_SCOPE_MAX];
    uint64_t due_us = base_now_ns() / 1000U + request->left_us + GRACE_US;
    int pair[2];
    struct spawned helper;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return cupel_fail_errno(err, "socketpair");
    CUPEL_AUTO_FD near_fd = pair[0];
    CUPEL_AUTO_FD far_fd = pair[1];
    size_t len = wire_scope_encode_request(request, packet);
    int r = wire_send(near_fd, packet, len, &connection_fd, 1);
    if (r < 0)
        return cupel_fail(err, r, "send a request to " HELPER ": %s", strerrordesc_np(-r));
    r = spawn_program(path, (char *const[]){name, NULL}, far_fd, &helper, err);
    if (r < 0)
        return r;
    cupel_close_p(&far_fd); /* or its end would go unnoticed */
    far_fd = -1;
    r = receive(near_fd, due_us, ret, err);
    end_helper(&helper, r < 0 ? 0 : due_us);
    return r;
}

/* -errno if nobody listens there. */
static int connect_to(const struct sockaddr_un *address)
{
    CUPEL_AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
        return -errno;
    return cupel_take_fd(&fd);
}

/* Returns 0, or -ENOTSUP with *trial filled, as systemd_ask(); 1 if nobody at that address is
 * to be talked with, or there is no time left for it, and ret->text says why. */
static int ask_at(const struct sockaddr_un *address, const char *helper,
                  const struct wire_scope_request *request, struct wire_scope_answer *ret,
                  struct cupel_cgroup_trial *trial)
{
    struct cupel_error err = {0};

    if (request->left_us == 0) {
        (void)snprintf(ret->text, sizeof(ret->text), "there was no time left to ask");
        return 1;
    }
    CUPEL_AUTO_FD connection_fd = connect_to(address);
    if (connection_fd < 0) {
        (void)snprintf(ret->text, sizeof(ret->text), "%s", strerrordesc_np(-connection_fd));
        return 1;
    }
    if (ask_helper(helper, connection_fd, request, ret, &err) < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED, "%s", err.text);
    if (ret->outcome == WIRE_SCOPE_NO_BUS)
        return 1;
    return ret->outcome == WIRE_SCOPE_DONE
               ? 0
               : cgroup_trial_fail(trial, obstacles[ret->outcome], "%s", ret->text);
}

/* The private socket serves where no message bus runs; it is there for the manager's user. */
static void find_sockets(uid_t uid, struct sockaddr_un ret[static 2])
{
    ret[0] = (struct sockaddr_un){AF_UNIX, "/run/dbus/system_bus_socket"};
    ret[1] = (struct sockaddr_un){AF_UNIX, "/run/systemd/private"};
    if (uid == 0)
        return;
    (void)snprintf(ret[0].sun_path, sizeof(ret[0].sun_path), "/run/user/%u/bus", uid);
    (void)snprintf(ret[1].sun_path, sizeof(ret[1].sun_path), "/run/user/%u/systemd/private",
                   uid);
}

int systemd_ask(const char *helper, const char *scope, struct wire_scope_answer *ret,
                struct cupel_cgroup_trial *trial)
{
    struct wire_scope_answer answers[2] = {{.text = ""}, {.text = ""}};
    struct wire_scope_request request = {.scope = ""};
    uint64_t due_us = base_now_ns() / 1000U + WIRE_SCOPE_LIMIT_US;
    struct sockaddr_un sockets[2];
    uid_t uid = geteuid();

    if (access("/run/systemd/system", F_OK) < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_NO_SYSTEMD,
                                 "systemd does not run this host");
    find_sockets(uid, sockets);
    (void)snprintf(request.scope, sizeof(request.scope), "%s", scope);
    for (int i = 0; i < 2; i++) {
        request.is_bus = i == 0;
        request.left_us = left_us(due_us);
        int r = ask_at(&sockets[i], helper, &request, &answers[i], trial);
        if (r == 0)
            *ret = answers[i];
        if (r <= 0)
            return r;
    }
    return cgroup_trial_fail(
        trial, CUPEL_CGROUP_NO_BUS, "%s: neither %s (%s) nor %s (%s) answers",
        uid == 0 ? "systemd cannot be reached" : "this user has no systemd",
        sockets[0].sun_path, answers[0].text, sockets[1].sun_path, answers[1].text);
}
