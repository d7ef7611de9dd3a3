#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"
#include "cupel/cleanup.h"

/* Debian 12's header ends at ABI 2. Source: include/uapi/linux/landlock.h of Linux 6.12. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* ABI 3 */
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15) /* ABI 5 */
#endif
#define NET_BIND_AND_CONNECT_TCP   3ULL /* ABI 4 */
#define SCOPE_ABSTRACT_AND_SIGNALS 3ULL /* ABI 6 */

/* struct landlock_ruleset_attr of ABI 6; an older kernel gets its shorter beginning. */
struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

#define ABI1_ALL (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)
#define READ     (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define DEVICES                                                                                \
    (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                            \
     LANDLOCK_ACCESS_FS_IOCTL_DEV)
#define OF_FILES                                                                               \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |                               \
     LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |                             \
     LANDLOCK_ACCESS_FS_IOCTL_DEV)

static uint64_t handled_fs(int abi)
{
    uint64_t access = ABI1_ALL;

    if (abi >= 2)
        access |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        access |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (abi >= 5)
        access |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    return access;
}

static uint64_t allowed_fs(enum cupel_wire_access access)
{
    switch (access) {
    case CUPEL_WIRE_READ:
        return READ | LANDLOCK_ACCESS_FS_EXECUTE;
    case CUPEL_WIRE_WRITE:
        return UINT64_MAX & ~DEVICES;
    case CUPEL_WIRE_DEVICE:
        return LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
    case CUPEL_WIRE_INSPECT:
        return READ;
    case CUPEL_WIRE_LIST:
        return LANDLOCK_ACCESS_FS_READ_DIR;
    case CUPEL_WIRE_ACCESSES:
    default:
        return 0;
    }
}

int cell_landlock_abi(struct cupel_error *err)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (abi >= 0)
        return (int)abi;
    /* Not in the kernel, or off; a filter above us says EPERM of calls that it does not know.
     */
    if (errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM)
        return 0;
    return cupel_fail_errno(err, "landlock: ask for its version");
}

static int create_ruleset(const struct cupel_wire_run *run, int abi)
{
    struct ruleset_attr attr = {.handled_access_fs = handled_fs(abi)};
    size_t size = sizeof(attr.handled_access_fs);

    if (abi >= 4) {
        attr.handled_access_net = run->loopback ? 0 : NET_BIND_AND_CONNECT_TCP;
        size = offsetof(struct ruleset_attr, scoped);
    }
    if (abi >= 6) {
        attr.scoped = SCOPE_ABSTRACT_AND_SIGNALS;
        size = sizeof(attr);
    }
    return (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
}

static int add_rule(int ruleset_fd, const struct cupel_wire_rule *rule, int abi,
                    struct cupel_error *err)
{
    struct stat st;
    CUPEL_AUTO_FD fd = open(rule->path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT ? 0 : cupel_fail_errno(err, "landlock: open %s", rule->path);
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "landlock: stat %s", rule->path);
    uint64_t access = handled_fs(abi) & allowed_fs(rule->access);
    if (!S_ISDIR(st.st_mode))
        access &= OF_FILES;
    struct landlock_path_beneath_attr beneath = {.allowed_access = access, .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
        return cupel_fail_errno(err, "landlock: add rule for %s", rule->path);
    return 0;
}

int cell_landlock_make(const struct cupel_wire_run *run, int abi, struct cupel_error *err)
{
    if (abi == 0 || cell_layer_is_off(CELL_LAYER_LANDLOCK))
        return -1;
    CUPEL_AUTO_FD ruleset_fd = create_ruleset(run, abi);
    if (ruleset_fd < 0)
        return cupel_fail_errno(err, "landlock: create ruleset");
    for (size_t i = 0; i < run->rule_count; i++) {
        int r = add_rule(ruleset_fd, &run->rules[i], abi, err);
        if (r < 0)
            return r;
    }
    return cupel_take_fd(&ruleset_fd);
}

bool cell_landlock_is_alike(const struct cupel_wire_run *one,
                            const struct cupel_wire_run *other)
{
    bool alike = one->loopback == other->loopback && one->rule_count == other->rule_count;

    for (size_t i = 0; alike && i < one->rule_count; i++)
        alike = one->rules[i].access == other->rules[i].access &&
                strcmp(one->rules[i].path, other->rules[i].path) == 0;
    return alike;
}

int cell_landlock_restrict(int ruleset_fd, struct cupel_error *err)
{
    if (syscall(SYS_landlock_restrict_self, ruleset_fd, 0) < 0)
        return cupel_fail_errno(err, "landlock: restrict");
    return 0;
}
