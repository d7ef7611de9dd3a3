#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

static int write_file(const char *path, const char *text, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "open %s", path);
    if (write(fd, text, strlen(text)) < 0)
        return cupel_fail_errno(err, "write %s", path);
    return 0;
}

int cell_identity_take(uint32_t uid, struct cupel_error *err)
{
    if (uid == UINT32_MAX)
        return 0;
    if (setgroups(0, NULL) < 0)
        return cupel_fail_errno(err, "setgroups");
    if (setresgid(uid, uid, uid) < 0)
        return cupel_fail_errno(err, "setresgid %u", uid);
    if (setresuid(uid, uid, uid) < 0)
        return cupel_fail_errno(err, "setresuid %u", uid);
    /* Changing the uid cleared it, and /proc/self/uid_map would belong to root. */
    if (prctl(PR_SET_DUMPABLE, 1) < 0)
        return cupel_fail_errno(err, "prctl PR_SET_DUMPABLE");
    return 0;
}

static int map_id(const char *file, unsigned outside, struct cupel_error *err)
{
    char line[48];

    (void)snprintf(line, sizeof(line), "%d %u 1\n", CELL_UID, outside);
    return write_file(file, line, err);
}

/* A host that allows no user namespace says ENOSPC, as one does where all are in use. */
static bool are_forbidden(void)
{
    char limit[2] = "";

    CUPEL_AUTO_FD fd = open("/proc/sys/user/max_user_namespaces", O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read(fd, limit, sizeof(limit)) == (ssize_t)sizeof(limit) &&
           memcmp(limit, "0\n", sizeof(limit)) == 0;
}

int cell_identity_unshare(int flags, struct cupel_error *err)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (unshare(CLONE_NEWUSER | flags) < 0) {
        if (errno == ENOSPC && are_forbidden())
            return cupel_fail(err, -EPERM,
                              "unshare user namespace: user.max_user_namespaces is 0");
        return cupel_fail_errno(err, "unshare user namespace");
    }
    int r = write_file("/proc/self/setgroups", "deny", err);
    if (r == 0)
        r = map_id("/proc/self/uid_map", uid, err);
    if (r == 0)
        r = map_id("/proc/self/gid_map", gid, err);
    return r;
}

int cell_identity_forbid_nesting(struct cupel_error *err)
{
    return write_file("/proc/sys/user/max_user_namespaces", "0", err);
}

int cell_identity_die_with(int parent_fd, struct cupel_error *err)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return cupel_fail_errno(err, "prctl PR_SET_PDEATHSIG");
    if (parent_fd < 0)
        return 0;
    /* It may have ended before the call above. */
    struct pollfd parent = {.fd = parent_fd, .events = POLLIN};
    long ended = TEMP_FAILURE_RETRY(poll(&parent, 1, 0));
    if (ended < 0)
        return cupel_fail_errno(err, "poll the parent process");
    if (ended > 0)
        return cupel_fail(err, -EOWNERDEAD, "the parent process has ended");
    return 0;
}
