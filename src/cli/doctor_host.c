/* Facts of this host. They decide nothing: they tell why, and what mends it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"

#define FILE_MAX_BYTES (4U << 20)

/* The file's text, freed by the caller; NULL if it cannot be read. */
static char *read_file(const char *path)
{
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t len = 0;

    if (fd < 0 || cupel_path_read_fd(fd, FILE_MAX_BYTES, &text, &len) < 0)
        return NULL;
    return text;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Mounted in sight: others may have been mounted on top. */
static bool is_mounted(const char *mounts, const char *type, long magic)
{
    char path[PATH_MAX];
    struct statfs fs;

    while ((mounts = doctor_parse_mount(mounts, type, path)) != NULL) {
        if (statfs(path, &fs) == 0 && fs.f_type == magic)
            return true;
    }
    return false;
}

static void look_at_cgroups(struct doctor_host *host)
{
    CUPEL_AUTO_FREE char *mounts = read_file("/proc/self/mountinfo");
    CUPEL_AUTO_FREE char *controllers = read_file("/proc/cgroups");
    CUPEL_AUTO_FREE char *own = read_file("/proc/self/cgroup");

    if (controllers != NULL)
        doctor_parse_controllers(controllers, &host->version_1, &host->memory_disabled);
    if (own != NULL)
        doctor_parse_own_cgroup(own, host->cgroup);
    if (mounts != NULL)
        host->hierarchy = doctor_hierarchy_of(
            is_mounted(mounts, "cgroup", CGROUP_SUPER_MAGIC),
            is_mounted(mounts, "cgroup2", CGROUP2_SUPER_MAGIC), &host->version_1);
}

static void set_container(struct doctor_host *host, enum doctor_container container,
                          const char *name)
{
    host->container = container;
    (void)snprintf(host->container_name, sizeof(host->container_name), "%.*s",
                   (int)strcspn(name, "\n"), name);
}

/* The machine's own pid namespace has a fixed number (PROC_PID_INIT_INO of the kernel). Images
 * of virtual machines that were made from a container still hold a container's files. */
static bool is_machine(void)
{
    char name[32] = "";

    return readlink("/proc/self/ns/pid", name, sizeof(name) - 1) > 0 &&
           strcmp(name, "pid:[4026531836]") == 0;
}

/* As systemd-detect-virt(1) does, where it needs no privilege. */
static void look_at_container(struct doctor_host *host)
{
    CUPEL_AUTO_FREE char *other = read_file("/run/systemd/container");

    if (is_machine())
        return;
    if (getenv("KUBERNETES_SERVICE_HOST") != NULL)
        set_container(host, DOCTOR_KUBERNETES, "kubernetes");
    else if (exists("/run/.containerenv"))
        set_container(host, DOCTOR_PODMAN, "podman");
    else if (exists("/.dockerenv"))
        set_container(host, DOCTOR_DOCKER, "docker");
    else if (other != NULL && other[0] != '\0')
        set_container(host, DOCTOR_OTHER_CONTAINER, other);
}

static bool spawn_systemctl(int output_fd)
{
    char *const argv[] = {(char[]){"systemctl"}, (char[]){"--version"}, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    int status = -1;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    if (posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO) != 0 ||
        posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
        pid = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    return pid > 0 && TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) == pid && status == 0;
}

/* Its version is what it says of itself: the manager tells it over D-Bus alone. */
static void look_at_systemd(struct doctor_host *host)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    host->systemd = exists("/run/systemd/system"); /* sd_booted(3) */
    if (!host->systemd)
        return;
    CUPEL_AUTO_FD output = memfd_create("systemctl", MFD_CLOEXEC);
    if (output >= 0 && spawn_systemctl(output) && lseek(output, 0, SEEK_SET) == 0 &&
        cupel_path_read_fd(output, FILE_MAX_BYTES, &text, &len) == 0)
        doctor_parse_systemd(text, host->systemd_version);
}

static bool forbids(const struct doctor_setting_row *setting)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "/proc/sys/%s", setting->name);
    for (char *c = path; *c != '\0'; c++)
        *c = *c == '.' ? '/' : *c;
    CUPEL_AUTO_FREE char *text = read_file(path);
    return text != NULL && strcmp(text, setting->forbids) == 0;
}

static void look_at_security(struct doctor_host *host)
{
    CUPEL_AUTO_FREE char *status = read_file("/proc/self/status");
    CUPEL_AUTO_FREE char *lsm = read_file("/sys/kernel/security/lsm");

    host->filtered = status != NULL && strstr(status, "\nSeccomp:\t2\n") != NULL;
    if (lsm != NULL)
        (void)snprintf(host->lsm, sizeof(host->lsm), "%.*s", (int)strcspn(lsm, "\n"), lsm);
    for (unsigned i = 0; i < DOCTOR_SETTINGS; i++) {
        if (forbids(&doctor_settings[i]))
            host->forbidding |= 1U << i;
    }
}

void doctor_host_look(const char *cupel, const char *cell, struct doctor_host *ret)
{
    struct utsname name;

    *ret = (struct doctor_host){.uid = geteuid(), .cupel = cupel, .cell = cell};
    if (uname(&name) == 0) {
        (void)snprintf(ret->release, sizeof(ret->release), "%s", name.release);
        (void)snprintf(ret->machine, sizeof(ret->machine), "%s", name.machine);
    }
    look_at_cgroups(ret);
    look_at_container(ret);
    look_at_systemd(ret);
    look_at_security(ret);
}
