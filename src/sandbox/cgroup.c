#include "cupel/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/cgroup_files.h"
#include "sandbox/cgroup_internal.h"
#include "sandbox/cgroup_scope.h"
#include "sandbox/cgroup_trial.h"

#define V2_MOUNT     "/sys/fs/cgroup"
#define HYBRID_MOUNT "/sys/fs/cgroup/unified"

const char *const cupel_cgroup_source_names[] = {
    [CUPEL_CGROUP_DELEGATED] = "delegated",
    [CUPEL_CGROUP_SCOPE] = "scope",
    [CUPEL_CGROUP_PATH] = "path",
    [CUPEL_CGROUP_SOURCES] = NULL,
};

static bool is_v2(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static bool v1_has_taken_all(void)
{
    char text[CGROUP_TEXT];

    return cgroup_read(AT_FDCWD, "/proc/cgroups", text, sizeof(text)) > 0 &&
           cgroup_is_taken_by_v1(text, "memory") && cgroup_is_taken_by_v1(text, "pids");
}

/* Where version 2 is mounted, if it can limit anything. */
static int find_mount(const char **ret, struct cupel_cgroup_trial *trial)
{
    const char *mount = is_v2(V2_MOUNT) ? V2_MOUNT : is_v2(HYBRID_MOUNT) ? HYBRID_MOUNT : NULL;

    if (mount == NULL)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_NO_V2,
                                 "no cgroup2 file system is mounted at " V2_MOUNT);
    if (v1_has_taken_all())
        return cgroup_trial_fail(
            trial, CUPEL_CGROUP_HYBRID,
            "hybrid hierarchy: version 1 has taken the controllers memory and pids");
    *ret = mount;
    return 0;
}

static int read_own_path(const char *mount, char ret[static PATH_MAX])
{
    char text[CGROUP_TEXT];
    const char *path = NULL;

    int r = cgroup_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));
    int len = r < 0 ? r : cgroup_find_own_path(text, &path);
    if (len < 0)
        return len;
    int n = snprintf(ret, PATH_MAX, "%s%.*s", mount, len > 1 ? len : 0, path);
    return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int open_folder(const char *path, struct cupel_cgroup_trial *trial)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 ? fd
                   : cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED, "%.180s: %s", path,
                                       strerrordesc_np(errno));
}

/* The root has no such file; that of a cgroup namespace has. */
static bool is_host_root(int folder_fd)
{
    return faccessat(folder_fd, "cgroup.events", F_OK, 0) < 0;
}

/* What a process needs to make a subtree and to move into it. */
static int check_writable(int folder_fd, const char *path, struct cupel_cgroup_trial *trial)
{
    static const char *const files[] = {".", "cgroup.procs", "cgroup.subtree_control"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (faccessat(folder_fd, files[i], W_OK, AT_EACCESS) == 0)
            continue;
        if (errno == EROFS)
            return cgroup_trial_fail(trial, CUPEL_CGROUP_READ_ONLY,
                                     "%.180s is mounted read-only", path);
        return cgroup_trial_fail(trial, CUPEL_CGROUP_NOT_DELEGATED,
                                 "%.180s belongs to another user", path);
    }
    return 0;
}

static bool has_mark(int folder_fd, const char *name)
{
    char value[2] = "";

    return fgetxattr(folder_fd, name, value, sizeof(value)) == 1 && value[0] == '1';
}

/* Whether nobody but this process is in it. */
static bool is_our_own(int folder_fd)
{
    char text[CGROUP_TEXT];
    char own[16];

    (void)snprintf(own, sizeof(own), "%d\n", getpid());
    int r = cgroup_read(folder_fd, "cgroup.procs", text, sizeof(text));
    return r >= 0 && (text[0] == '\0' || strcmp(text, own) == 0);
}

/*
 * Where systemd manages the hierarchy, being able to write is not enough: it changes at any
 * time what it has not delegated. Units delegated by the system's systemd carry a mark (older
 * ones have one that root alone can read), and what it gave to a user it has delegated. Below a
 * user's own systemd everything is the user's, and only that systemd knows.
 */
static int check_delegated(int folder_fd, const char *path, const char *scope_path,
                           struct cupel_cgroup_trial *trial)
{
    char manager[48];
    int delegated = 0;

    if (access("/run/systemd/system", F_OK) < 0 || has_mark(folder_fd, "user.delegate") ||
        has_mark(folder_fd, "trusted.delegate"))
        return 0;
    (void)snprintf(manager, sizeof(manager), "/user@%u.service/", geteuid());
    if (geteuid() != 0 && (strstr(path, manager) == NULL || !is_our_own(folder_fd)))
        return 0;
    if (geteuid() != 0)
        delegated = cgroup_scope_is_delegated(scope_path, trial);
    if (delegated < 0)
        return delegated;
    return delegated > 0 ? 0
                         : cgroup_trial_fail(trial, CUPEL_CGROUP_NOT_DELEGATED,
                                             "systemd has not delegated %.160s", path);
}

static int check_base(int folder_fd, const char *path, struct cupel_cgroup_trial *trial)
{
    int r = check_writable(folder_fd, path, trial);
    if (r < 0)
        return r;
    int available = cgroup_job_controllers(folder_fd);
    if (available < 0 || ((unsigned)available & (CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS)) == 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_NO_CONTROLLERS,
                                 "%.160s has neither the memory nor the pids controller", path);
    if (!is_our_own(folder_fd))
        return cgroup_trial_fail(trial, CUPEL_CGROUP_OCCUPIED, "other processes run in %.160s",
                                 path);
    return 0;
}

/* Make the job below path. home: what this process is in now. */
static int enter(struct cupel_cgroup *cgroup, const char *home, const char *path,
                 struct cupel_cgroup_trial *trial)
{
    struct cupel_error error = {0};
    CUPEL_AUTO_FD home_fd = open_folder(home, trial);
    CUPEL_AUTO_FD base_fd = home_fd < 0 ? home_fd : open_folder(path, trial);

    int r = base_fd < 0 ? -ENOTSUP : check_base(base_fd, path, trial);
    if (r < 0)
        return r;
    cgroup_job_sweep(base_fd);
    r = cgroup_job_enter(cupel_take_fd(&base_fd), home_fd, &cgroup->job, &error);
    if (r < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED, "%.80s: %.160s", path, error.text);
    cgroup->home_fd = cupel_take_fd(&home_fd);
    return 0;
}

/* The cgroup that this process is in. scope_path: NULL where systemd has just moved it there,
 * delegated. */
static int enter_own(struct cupel_cgroup *cgroup, const char *mount, const char *scope_path,
                     struct cupel_cgroup_search *search, struct cupel_cgroup_trial *trial)
{
    int r = read_own_path(mount, search->base);
    if (r < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED, "/proc/self/cgroup: %s",
                                 strerrordesc_np(-r));
    CUPEL_AUTO_FD fd = open_folder(search->base, trial);
    if (fd < 0)
        return fd;
    if (is_host_root(fd))
        return cgroup_trial_fail(trial, CUPEL_CGROUP_HOST_ROOT,
                                 "%s is the root of the hierarchy", mount);
    r = check_writable(fd, search->base, trial);
    if (r == 0 && scope_path != NULL)
        r = check_delegated(fd, search->base, scope_path, trial);
    return r < 0 ? r : enter(cgroup, search->base, search->base, trial);
}

static int enter_scope(struct cupel_cgroup *cgroup, const char *mount, const char *scope_path,
                       struct cupel_cgroup_search *search, struct cupel_cgroup_trial *trial)
{
    int r = cgroup_scope_enter(scope_path, trial);

    return r < 0 ? r : enter_own(cgroup, mount, NULL, search, trial);
}

static int enter_path(struct cupel_cgroup *cgroup, const char *mount, const char *path,
                      struct cupel_cgroup_search *search, struct cupel_cgroup_trial *trial)
{
    char home[PATH_MAX];

    int r = read_own_path(mount, home);
    if (r < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED, "/proc/self/cgroup: %s",
                                 strerrordesc_np(-r));
    (void)snprintf(search->base, sizeof(search->base), "%s", path);
    return is_v2(path) ? enter(cgroup, home, path, trial)
                       : cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED,
                                           "%.180s is no cgroup of version 2", path);
}

/* One source, which was asked for, on a mount that is there. */
static int try_source(const char *mount, const char *path, const char *scope_path,
                      struct cupel_cgroup *cgroup, struct cupel_cgroup_search *search)
{
    struct cupel_cgroup_trial *trial = &search->trials[cgroup->source];

    switch (cgroup->source) {
    case CUPEL_CGROUP_PATH:
        return enter_path(cgroup, mount, path, search, trial);
    case CUPEL_CGROUP_DELEGATED:
        return enter_own(cgroup, mount, scope_path, search, trial);
    case CUPEL_CGROUP_SCOPE:
        return enter_scope(cgroup, mount, scope_path, search, trial);
    case CUPEL_CGROUP_SOURCES:
    default:
        return -ENOTSUP;
    }
}

/* The first source that serves; without a mount, which is looked for once, none does. */
static int search_base(const char *path, const char *scope_path, struct cupel_cgroup *cgroup,
                       struct cupel_cgroup_search *search)
{
    struct cupel_cgroup_trial found = {.obstacle = CUPEL_CGROUP_SERVES};
    const char *mount = NULL;
    bool serves = false;

    int r = find_mount(&mount, &found);
    for (enum cupel_cgroup_source source = CUPEL_CGROUP_DELEGATED;
         source < CUPEL_CGROUP_SOURCES; source++) {
        bool asked_for = (path != NULL) == (source == CUPEL_CGROUP_PATH);
        if (!asked_for || serves) {
            search->trials[source].obstacle = CUPEL_CGROUP_NOT_TRIED;
            continue;
        }
        search->trials[source] = found;
        cgroup->source = source;
        if (mount != NULL)
            r = try_source(mount, path, scope_path, cgroup, search);
        serves = r == 0;
    }
    if (!serves)
        search->base[0] = '\0';
    return serves ? 0 : -ENOTSUP;
}

int cupel_cgroup_open(const char *path, const char *scope_path,
                      struct cupel_cgroup_search *ret_search, struct cupel_cgroup **ret,
                      struct cupel_error *err)
{
    struct cupel_cgroup *cgroup = calloc(1, sizeof(*cgroup));
    struct cupel_cgroup_search search = {.base = ""};

    if (cgroup == NULL)
        return cupel_fail_errno(err, "allocate a cgroup");
    int r = search_base(path, scope_path, cgroup, &search);
    if (r == 0) {
        search.source = cgroup->source;
        search.controllers = cgroup->job.controllers;
        *ret = cgroup;
    } else {
        free(cgroup);
        r = cupel_fail(
            err, r, "%s",
            search.trials[path == NULL ? CUPEL_CGROUP_DELEGATED : CUPEL_CGROUP_PATH].text);
    }
    if (ret_search != NULL)
        *ret_search = search;
    return r;
}

void cupel_cgroup_free(struct cupel_cgroup *cgroup)
{
    if (cgroup == NULL)
        return;
    cgroup_job_leave(&cgroup->job, cgroup->home_fd);
    cupel_close_p(&cgroup->home_fd);
    free(cgroup);
}

unsigned cupel_cgroup_controllers(const struct cupel_cgroup *cgroup)
{
    return cgroup->job.controllers;
}

enum cupel_cgroup_source cupel_cgroup_source(const struct cupel_cgroup *cgroup)
{
    return cgroup->source;
}
