/*
 * cupel-cell: the sandbox of one job. Started by the supervisor with a channel (cupel/wire.h)
 * as descriptor 3; not meant to be called by hand.
 *
 * Theory of operation
 *
 *  1. Everything but the channel is closed. Started by root, the process takes the unprivileged
 *     uid that the supervisor leased; from here on root and ordinary users go one way.
 *  2. One unshare(2) makes the cell's user, mount, network and uts namespaces; the uid maps
 *     itself alone, as 1000. PR_SET_PDEATHSIG ties the cell to the supervisor's life. SETUP
 *     arrives.
 *  3. root.c builds a read-only root of the host's parts that the policies name, pivots into
 * it, and detaches the host's. privileges.c empties the bounding set and sets no_new_privs: the
 *     capabilities left are those over the cell's own namespaces, which making runs needs.
 *  4. READY goes back with a descriptor of /box. With one lane, this process serves runs
 * itself. With several, it forks a process a lane, each in a user namespace of its own, since
 * RLIMIT_NPROC is counted by user namespace and runs in other lanes must not count, and in a
 * network namespace of its own. What a lane cannot make, it tells whoever asks it for a run.
 *  5. A run (lane.c): clone3(2) makes init, process 1 of fresh pid, mount and ipc namespaces,
 * before the run is asked for if it is known that one will be. Init (init.c, place.c) mounts
 * the run's /proc, /tmp and view of /box, the last two ahead as well if the run before it told
 * that this one is alike. It receives RUN, sends STARTED with a pidfd of itself, and starts the
 * command (command.c) in its cgroup, which takes a session, drops all capabilities, takes
 * Landlock's ruleset, descriptors 0 to 2 (3 if it is given one), resource limits and seccomp,
 * in this order, and executes. Then init drops its capabilities as well, and sends LISTENER:
 * the descriptor by which the supervisor is told of calls that the policy denies. When the
 * command ends, init kills and reaps the rest and ends. The lane reports EXITED. On a breach,
 * the supervisor kills the cgroup and asks init to end the run; killing init ends every process
 * of it.
 *
 * Time namespaces are not used: a fixed boot time would hide nothing that a learner can use,
 * and would cost another namespace a cell.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"
#include "cupel/cleanup.h"
#include "wire/channel.h"

#define CHANNEL_FD 3

/* The descriptors of SETUP, in their order. */
struct setup_fds {
    struct cell_programs programs;
    const int *lanes;
    size_t lane_count;
};

static int sort_fds(const struct cupel_wire_setup *setup, const struct wire_frame *frame,
                    struct setup_fds *ret, struct cupel_error *err)
{
    size_t unpack = setup->has_unpack ? 1 : 0;
    size_t exec = setup->has_exec ? 1 : 0;
    size_t lanes = setup->lanes > 1 ? setup->lanes : 0;

    if (setup->lanes < 1 || setup->lanes > CUPEL_WIRE_LANES_MAX ||
        frame->fd_count != unpack + exec + lanes)
        return cupel_fail(err, -EPROTO, "SETUP has %zu descriptors", frame->fd_count);
    ret->programs.unpack_fd = setup->has_unpack ? frame->fds[0] : -1;
    ret->programs.exec_fd = setup->has_exec ? frame->fds[unpack] : -1;
    ret->lanes = frame->fds + unpack + exec;
    ret->lane_count = lanes;
    return 0;
}

/* What needs no SETUP, and goes on while the supervisor prepares it. */
static int make_namespaces(uint32_t uid, struct cupel_error *err)
{
    const int network = cell_layer_flags(CELL_LAYER_NETWORK, CLONE_NEWNET);
    const int uts = cell_layer_flags(CELL_LAYER_UTS, CLONE_NEWUTS);
    int r = cell_identity_take(uid, err);
    if (r == 0)
        r = cell_identity_unshare(CLONE_NEWNS | network | uts, err);
    if (r == 0)
        r = cell_identity_die_with(-1, err);
    if (r == 0 && uts != 0 && sethostname("cupel", 5) < 0)
        r = cupel_fail_errno(err, "sethostname");
    return r;
}

static int become_cell(const struct cupel_wire_setup *setup,
                       const struct cell_programs *programs, struct cupel_error *err)
{
    bool loopback = setup->loopback && !cell_layer_is_off(CELL_LAYER_NETWORK);
    int r = loopback ? cell_network_loopback(err) : 0;
    if (r == 0)
        r = cell_root_enter(setup, programs, err);
    if (r == 0)
        r = cell_privileges_limit(err);
    /* Keys of the user that started us stay behind; a kernel without keyrings has none to hide,
     * nor has a host whose filter forbids to ask for them. */
    if (r == 0 && !cell_layer_is_off(CELL_LAYER_SESSION) &&
        syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS &&
        errno != EPERM)
        r = cupel_fail_errno(err, "keyctl KEYCTL_JOIN_SESSION_KEYRING");
    return r;
}

static int send_ready(int landlock_abi, struct cupel_error *err)
{
    struct cupel_wire_ready ready = {.landlock_abi = (uint32_t)landlock_abi};
    unsigned char bytes[64];
    CUPEL_AUTO_FD box_fd = open("/box", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (box_fd < 0)
        return cupel_fail_errno(err, "open /box");
    int len = cupel_wire_encode_ready(&ready, bytes, sizeof(bytes));
    int r = len < 0 ? len : wire_send(CHANNEL_FD, bytes, (size_t)len, &box_fd, 1);
    return r < 0 ? cupel_fail(err, r, "send READY: %s", strerrordesc_np(-r)) : 0;
}

/* Last of all: from here on nobody may look into this process. */
static int become_server(struct cupel_error *err)
{
    int r = cell_identity_forbid_nesting(err);
    if (r == 0 && prctl(PR_SET_DUMPABLE, 0) < 0)
        r = cupel_fail_errno(err, "prctl PR_SET_DUMPABLE");
    return r;
}

/* A port that a run listens on is none of the other lanes', nor is what is in its sockets. */
static int become_lane(int cell_pidfd, bool loopback, struct cupel_error *err)
{
    const int network = cell_layer_flags(CELL_LAYER_NETWORK, CLONE_NEWNET);
    int r = cell_identity_unshare(CLONE_NEWNS | network, err);
    if (r == 0)
        r = cell_identity_die_with(cell_pidfd, err);
    if (r == 0 && loopback && network != 0)
        r = cell_network_loopback(err);
    return r == 0 ? become_server(err) : r;
}

static _Noreturn void lane_main(const struct cell_lane *lane, int cell_pidfd, bool loopback)
{
    struct cupel_error error = {0};

    int r = become_lane(cell_pidfd, loopback, &error);
    if (r == -EOWNERDEAD) /* nobody will ask for anything */
        _exit(EXIT_FAILURE);
    r = r < 0 ? cell_lane_refuse(lane->channel_fd, &error) : cell_lane_serve(lane, &error);
    _exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int fork_lanes(const struct setup_fds *fds, const struct cupel_wire_setup *setup,
                      int landlock_abi, struct cupel_error *err)
{
    CUPEL_AUTO_FD own_pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);

    if (own_pidfd < 0)
        return cupel_fail_errno(err, "pidfd_open");
    for (size_t i = 0; i < fds->lane_count; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return cupel_fail_errno(err, "fork a lane");
        if (pid == 0) {
            for (size_t other = 0; other < fds->lane_count; other++) {
                if (other != i)
                    (void)close(fds->lanes[other]);
            }
            (void)close(CHANNEL_FD);
            lane_main(&(struct cell_lane){fds->lanes[i], setup, landlock_abi}, own_pidfd,
                      setup->loopback);
        }
    }
    return 0;
}

/* Whoever holds the other end decides when a cell with lanes ends, and has ended theirs. */
static int outlive_lanes(struct setup_fds *fds, struct wire_frame *frame)
{
    for (size_t i = 0; i < fds->lane_count; i++)
        (void)close(fds->lanes[i]);
    frame->fd_count = 0;
    (void)prctl(PR_SET_DUMPABLE, 0);
    int r = wire_receive(CHANNEL_FD, frame) == 0 ? 0 : -EPROTO;
    while (r == 0 && TEMP_FAILURE_RETRY(waitpid(-1, NULL, 0)) > 0)
        continue;
    return r;
}

/* A failure is told to who has sent SETUP: what was not received would be lost with it. */
static void drop_setup(void)
{
    (void)!TEMP_FAILURE_RETRY(recv(CHANNEL_FD, NULL, 0, MSG_TRUNC));
}

static int run_cell(uint32_t uid, struct wire_frame *frame, struct cupel_error *err)
{
    struct cupel_wire_setup setup;
    struct setup_fds fds = {.programs = {-1, -1}};

    int r = make_namespaces(uid, err);
    int received = wire_receive(CHANNEL_FD, frame); /* before a failure is told: it answers */
    if (received < 0) {
        drop_setup();
        return cupel_fail(err, received, "receive SETUP: %s", strerrordesc_np(-received));
    }
    if (received == 0)
        return cupel_fail(err, -EPROTO, "no SETUP");
    if (r < 0)
        return r;
    r = cupel_wire_decode_setup(frame->bytes, frame->len, &setup);
    if (r < 0)
        return cupel_fail(err, r, "malformed SETUP");
    r = sort_fds(&setup, frame, &fds, err);
    if (r == 0)
        r = become_cell(&setup, &fds.programs, err);
    int landlock_abi = r == 0 ? cell_landlock_abi(err) : r;
    if (landlock_abi < 0)
        return landlock_abi;
    if (r == 0 && fds.lane_count > 0)
        r = fork_lanes(&fds, &setup, landlock_abi, err);
    if (r == 0 && fds.lane_count == 0)
        r = become_server(err);
    if (r == 0)
        r = send_ready(landlock_abi, err);
    if (r < 0)
        return r;
    if (fds.lane_count > 0)
        return outlive_lanes(&fds, frame);
    return cell_lane_serve(&(struct cell_lane){CHANNEL_FD, &setup, landlock_abi}, err);
}

/* The uid to take, or "-" for the one that we have. */
static bool parse_uid(const char *text, uint32_t *ret)
{
    char *end;
    unsigned long uid = strtoul(text, &end, 10);

    *ret = UINT32_MAX;
    if (strcmp(text, "-") == 0)
        return true;
    *ret = (uint32_t)uid;
    return end != text && *end == '\0' && uid > 0 && uid < UINT32_MAX;
}

static int keep_channel_only(struct cupel_error *err)
{
    if (fcntl(CHANNEL_FD, F_SETFD, FD_CLOEXEC) < 0 || close_range(CHANNEL_FD + 1, ~0U, 0) < 0)
        return cupel_fail_errno(err, "close all descriptors but the channel");
    return 0;
}

int main(int argc, char **argv)
{
    CUPEL_AUTO_FREE struct wire_frame *frame = malloc(sizeof(*frame));
    struct cupel_error error = {0};
    uint32_t uid;

    int r = frame == NULL ? cupel_fail_errno(&error, "allocate a frame") : 0;
    cell_layers_read();
    if (argc != 2 || !parse_uid(argv[1], &uid) || fcntl(CHANNEL_FD, F_GETFD) < 0) {
        (void)fputs("cupel-cell is started by cupel, with a channel as descriptor 3\n", stderr);
        return 2;
    }
    /* The host's limit is told as an error; runs have their own. */
    (void)signal(SIGXFSZ, SIG_IGN);
    if (r == 0)
        r = keep_channel_only(&error);
    if (r < 0)
        drop_setup();
    else
        r = run_cell(uid, frame, &error);
    if (r < 0)
        (void)!cell_lane_send_failed(CHANNEL_FD, &error); /* whoever asked may be gone */
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
