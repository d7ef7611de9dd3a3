#include "cupel/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/patience.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "sandbox/cell_internal.h"
#include "sandbox/claims.h"
#include "sandbox/spawn.h"
#include "sandbox/uid_lease.h"

#define READY_MS 10000

_Static_assert(CUPEL_CELL_LANES_MAX == CUPEL_WIRE_LANES_MAX, "a cell takes as many lanes");
_Static_assert(CUPEL_CELL_ALIASES_MAX == CUPEL_WIRE_ALIASES, "and as many aliases");

/* The far ends of the lanes' channels, handed to the cell and closed here. */
struct far_ends {
    int lanes[CUPEL_CELL_LANES_MAX];
    unsigned count;
};

/* Our end neither waits for a cell that does not read, nor takes its word for who has sent
 * what. */
static int make_channel(int *ret_near, int *ret_far, struct cupel_error *err)
{
    const int yes = 1;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return cupel_fail_errno(err, "socketpair");
    *ret_near = pair[0];
    *ret_far = pair[1];
    if (fcntl(*ret_near, F_SETFL, O_NONBLOCK) < 0 ||
        setsockopt(*ret_near, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0)
        return cupel_fail_errno(err, "set up a channel");
    return 0;
}

static int make_lanes(struct cupel_cell *cell, struct far_ends *far, struct cupel_error *err)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && cell->lane_count > 1 && i < cell->lane_count; i++) {
        far->lanes[i] = -1;
        far->count++;
        r = make_channel(&cell->lanes[i].fd, &far->lanes[i], err);
    }
    return r;
}

static void close_far_ends(struct far_ends *far)
{
    for (unsigned i = 0; i < far->count; i++)
        cupel_close_p(&far->lanes[i]);
    far->count = 0;
}

static int spawn_cell(struct cupel_cell *cell, const char *path, uint32_t uid, int channel_fd,
                      struct cupel_error *err)
{
    char name[] = "cupel-cell";
    char uid_text[16] = "-"; /* its own */
    struct spawned spawned;

    if (uid != UINT32_MAX)
        (void)snprintf(uid_text, sizeof(uid_text), "%u", uid);
    int r =
        spawn_program(path, (char *const[]){name, uid_text, NULL}, channel_fd, &spawned, err);
    if (r < 0)
        return r;
    cell->pid = spawned.pid;
    cell->pidfd = spawned.pidfd;
    return 0;
}

/* Add a program that the cell shows to what is sent, if it is needed. *ret_fd is the caller's
 * to close. */
static int add_program(const char *path, int *ret_fd, int *fds, size_t *count,
                       struct cupel_error *err)
{
    if (path == NULL)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "open %s", path);
    *ret_fd = fd;
    fds[(*count)++] = fd;
    return 0;
}

static int send_setup(struct cupel_cell *cell, const struct cupel_cell_options *options,
                      const struct far_ends *far, struct cupel_error *err)
{
    struct cupel_wire_setup setup = {.lanes = options->lanes,
                                     .has_unpack = options->unpack_path != NULL,
                                     .has_exec = options->exec_path != NULL,
                                     .loopback = options->network == CUPEL_NETWORK_LOOPBACK,
                                     .copy_box = options->copy_box,
                                     .box_bytes = options->box_bytes,
                                     .box_inodes = options->box_inodes,
                                     .mount_count = options->mount_count,
                                     .alias_count = options->alias_count};
    int fds[CUPEL_WIRE_FDS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < options->mount_count; i++)
        setup.mounts[i] =
            (struct cupel_wire_mount){options->mounts[i].source, options->mounts[i].destination,
                                      options->mounts[i].writable, options->mounts[i].optional};
    for (size_t i = 0; i < options->alias_count; i++)
        setup.aliases[i] =
            (struct cupel_wire_alias){options->aliases[i].path, options->aliases[i].folder};
    int len = cupel_wire_encode_setup(&setup, cell->frame->bytes, CUPEL_WIRE_MAX);
    if (len < 0)
        return cupel_fail(err, len, "the mounts of the cell do not fit in a frame");

    CUPEL_AUTO_FD unpack_fd = -1;
    CUPEL_AUTO_FD exec_fd = -1;
    int r = add_program(options->unpack_path, &unpack_fd, fds, &count, err);
    if (r == 0)
        r = add_program(options->exec_path, &exec_fd, fds, &count, err);
    if (r < 0)
        return r;
    for (unsigned i = 0; i < far->count; i++)
        fds[count++] = far->lanes[i];
    r = wire_send(cell->main_fd, cell->frame->bytes, (size_t)len, fds, count);
    if (r == -EPIPE || r == -ECONNRESET)
        return 0; /* what it said last is still to be read */
    return r < 0 ? cupel_fail(err, r, "send SETUP: %s", strerrordesc_np(-r)) : 0;
}

/* A folder of the host's that is bound there is the very one. */
static bool is_box(const struct cupel_cell *cell, int fd)
{
    struct stat st;

    if (!cell->has_host_box)
        return claim_is_folder(fd, cell->uid, false);
    return fstat(fd, &st) == 0 && st.st_dev == cell->box_device && st.st_ino == cell->box_inode;
}

static int take_ready(struct cupel_cell *cell, struct cupel_error *err)
{
    struct cupel_wire_ready ready;
    int r = cupel_wire_decode_ready(cell->frame->bytes, cell->frame->len, &ready);

    if (r < 0)
        return cupel_fail(err, r, "cupel-cell sent a malformed READY");
    if (!is_box(cell, cell->frame->fds[0]))
        return cupel_fail(err, -EPROTO, "cupel-cell sent something else than its /box");
    cell->landlock_abi = (int)ready.landlock_abi;
    cell->box_fd = cupel_take_fd(&cell->frame->fds[0]);
    return 0;
}

static int take_failed(const struct cupel_cell *cell, struct cupel_error *err)
{
    struct cupel_wire_failed failed;
    int r = cupel_wire_decode_failed(cell->frame->bytes, cell->frame->len, &failed);

    if (r < 0)
        return cupel_fail(err, r, "cupel-cell sent a malformed FAILED");
    return cupel_fail(err, failed.code, "set up the sandbox: %.200s", failed.text);
}

int cupel_cell_wait(struct cupel_cell *cell, struct cupel_error *err)
{
    struct cell_channel channel = {cell->main_fd, CUPEL_WIRE_WAITING};
    struct pollfd ready = {.fd = cell->main_fd, .events = POLLIN};

    long n = TEMP_FAILURE_RETRY(poll(&ready, 1, READY_MS));
    if (n < 0)
        return cupel_fail_errno(err, "wait for cupel-cell");
    if (n == 0)
        return cupel_fail(err, -ETIMEDOUT, "cupel-cell was not ready after %d s",
                          READY_MS / 1000);
    int r = cell_receive(cell, &channel, err);
    if (r < 0)
        return r;
    r = cell->frame->type == CUPEL_WIRE_READY ? take_ready(cell, err) : take_failed(cell, err);
    cell_drop_frame(cell);
    if (r < 0)
        return r;
    if (cell->lane_count == 1)
        cell->lanes[0].fd = cupel_take_fd(&cell->main_fd);
    for (unsigned i = 0; i < cell->lane_count; i++)
        cell->lanes[i].state = CUPEL_WIRE_IDLE;
    return 0;
}

static int start(struct cupel_cell *cell, const char *cell_path, const char *uid_registry,
                 struct cupel_error *err)
{
    uint32_t uid = UINT32_MAX;
    CUPEL_AUTO_FD far_fd = -1;

    cell->frame = malloc(sizeof(*cell->frame));
    if (cell->frame == NULL)
        return cupel_fail_errno(err, "allocate a frame");
    cell->lease_fd = uid_lease_take(uid_registry, &uid, err);
    if (cell->lease_fd < -1)
        return cell->lease_fd;
    cell->is_root = cell->lease_fd < 0 && geteuid() == 0;
    cell->uid = cell->lease_fd < 0 ? geteuid() : uid;
    int r = make_channel(&cell->main_fd, &far_fd, err);
    return r == 0 ? spawn_cell(cell, cell_path, uid, far_fd, err) : r;
}

int cupel_cell_start(const char *cell_path, const char *uid_registry, struct cupel_cell **ret,
                     struct cupel_error *err)
{
    struct cupel_cell *cell = calloc(1, sizeof(*cell));

    if (cell == NULL)
        return cupel_fail_errno(err, "allocate a cell");
    *cell = (struct cupel_cell){
        .pid = -1, .pidfd = -1, .lease_fd = -1, .main_fd = -1, .box_fd = -1};
    for (unsigned i = 0; i < CUPEL_CELL_LANES_MAX; i++)
        cell->lanes[i].fd = -1;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    cell->processors = online > 0 ? (unsigned)online : 1;
    int r = start(cell, cell_path, uid_registry, err);
    if (r < 0) {
        cupel_cell_free(cell);
        return r;
    }
    *ret = cell;
    return 0;
}

static int check_aliases(const struct cupel_cell_options *options, struct cupel_error *err)
{
    if (options->alias_count > CUPEL_CELL_ALIASES_MAX)
        return cupel_fail(err, -EINVAL, "a cell has at most %d aliases",
                          CUPEL_CELL_ALIASES_MAX);
    for (size_t i = 0; i < options->alias_count; i++) {
        const struct cupel_cell_alias *alias = &options->aliases[i];
        if (alias->path[0] != '/' || !cupel_path_is_plain(alias->path + 1) ||
            strchr(alias->path + 1, '/') != NULL || !cupel_path_is_plain(alias->folder))
            return cupel_fail(err, -EINVAL,
                              "alias %.100s of %.100s: a name below / and a folder below /box "
                              "are expected",
                              alias->path, alias->folder);
    }
    return 0;
}

static int find_host_box(struct cupel_cell *cell, const struct cupel_cell_options *options,
                         struct cupel_error *err)
{
    struct stat st;

    for (size_t i = 0; i < options->mount_count; i++) {
        if (strcmp(options->mounts[i].destination, "/box") != 0)
            continue;
        if (stat(options->mounts[i].source, &st) < 0)
            return cupel_fail_errno(err, "%s", options->mounts[i].source);
        cell->has_host_box = true;
        cell->box_device = st.st_dev;
        cell->box_inode = st.st_ino;
    }
    return 0;
}

int cupel_cell_set_up(struct cupel_cell *cell, const struct cupel_cell_options *options,
                      struct cupel_error *err)
{
    struct far_ends far = {.count = 0};

    if (options->lanes < 1 || options->lanes > CUPEL_CELL_LANES_MAX ||
        options->mount_count > CUPEL_WIRE_MOUNTS)
        return cupel_fail(err, -EINVAL, "a cell has 1 to %d lanes and at most %d mounts",
                          CUPEL_CELL_LANES_MAX, CUPEL_WIRE_MOUNTS);
    int r = check_aliases(options, err);
    if (r == 0)
        r = find_host_box(cell, options, err);
    if (r < 0)
        return r;
    cell->network = options->network;
    cell->cgroup = options->cgroup;
    cell->has_exec = options->exec_path != NULL;
    cell->lane_count = options->lanes;
    cell->aliases = options->aliases;
    cell->alias_count = options->alias_count;
    r = make_lanes(cell, &far, err);
    if (r == 0)
        r = send_setup(cell, options, &far, err);
    close_far_ends(&far); /* or the end of the cell would go unnoticed */
    return r;
}

void cell_drop_frame(struct cupel_cell *cell)
{
    struct wire_frame *frame = cell->frame;

    for (size_t i = 0; i < frame->fd_count; i++)
        base_close_impatiently(&frame->fds[i]);
    frame->fd_count = 0;
}

static int receive(int channel_fd, struct wire_frame *ret)
{
    struct base_patience patience;

    int r = base_patience_begin(&patience);
    if (r < 0)
        return r;
    r = wire_receive(channel_fd, ret);
    base_patience_end(&patience);
    return r;
}

int cell_receive(struct cupel_cell *cell, struct cell_channel *channel, struct cupel_error *err)
{
    enum cupel_wire_state next = CUPEL_WIRE_BROKEN;

    int r = receive(channel->fd, cell->frame);
    if (r == 1 &&
        cupel_wire_next(channel->state, cell->frame->type, cell->frame->fd_count, &next) == 0) {
        channel->state = next;
        return 0;
    }
    if (r == 1) {
        cell_drop_frame(cell);
        r = -EPROTO;
    }
    channel->state = CUPEL_WIRE_BROKEN;
    if (r == 0 || r == -ECONNRESET) {
        cell_break(cell);
        return cell_fail_ended(cell, err);
    }
    struct cupel_error why = {0};
    (void)cupel_fail(&why, r,
                     cupel_is_shortage(r) ? "receive what cupel-cell sent: %s"
                                          : "cupel-cell broke the protocol: %s",
                     strerrordesc_np(-r));
    cell_break_for(cell, &why);
    return cupel_fail(err, r, "%s", why.text);
}

void cupel_cell_free(struct cupel_cell *cell)
{
    if (cell == NULL)
        return;
    cell_end(cell);
    for (unsigned i = 0; i < cell->lane_count; i++)
        base_close_impatiently(&cell->lanes[i].fd);
    base_close_impatiently(&cell->main_fd);
    cupel_close_p(&cell->box_fd);
    cupel_close_p(&cell->pidfd);
    cupel_close_p(&cell->lease_fd);
    free(cell->frame);
    free(cell);
}

int cupel_cell_box_fd(const struct cupel_cell *cell)
{
    return cell->box_fd;
}

int cupel_cell_landlock_abi(const struct cupel_cell *cell)
{
    return cell->landlock_abi;
}
