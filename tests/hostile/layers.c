/*
 * What cell/layers.h declares for a cell whose layers can be left out: which ones, and what
 * goes on in their place. The host's root is in layers_host.c. None of this is installed.
 */
#include "cell/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"

enum { DESCRIPTORS = 1024, PASSES = 20, NO_PROC = 255 };

static const char *const names[CELL_LAYERS] = {
    [CELL_LAYER_SECCOMP] = "seccomp",
    [CELL_LAYER_LANDLOCK] = "landlock",
    [CELL_LAYER_CAPABILITIES] = "capabilities",
    [CELL_LAYER_ROOT] = "root",
    [CELL_LAYER_PID] = "pid",
    [CELL_LAYER_IPC] = "ipc",
    [CELL_LAYER_NETWORK] = "network",
    [CELL_LAYER_UTS] = "uts",
    [CELL_LAYER_CGROUP] = "cgroup",
    [CELL_LAYER_RLIMITS] = "rlimits",
    [CELL_LAYER_DESCRIPTORS] = "descriptors",
    [CELL_LAYER_CLOEXEC] = "cloexec",
    [CELL_LAYER_SESSION] = "session",
};

static bool off[CELL_LAYERS];

static bool leave_out(const char *name)
{
    for (size_t i = 0; i < CELL_LAYERS; i++) {
        if (strcmp(names[i], name) == 0) {
            off[i] = true;
            return true;
        }
    }
    return false;
}

void cell_layers_read(void)
{
    static const char file_name[] = "/layers-off";
    char path[PATH_MAX + sizeof(file_name)];
    char name[16];

    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
    if (len < 0)
        abort();
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        abort();
    (void)memcpy(slash, file_name, sizeof(file_name));
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return;
    while (file != NULL && fscanf(file, "%15s", name) == 1) {
        if (!leave_out(name))
            abort();
    }
    if (file == NULL || ferror(file) != 0)
        abort();
    (void)fclose(file);
}

bool cell_layer_is_off(enum cell_layer layer)
{
    return off[layer];
}

int cell_layer_flags(enum cell_layer layer, int flags)
{
    return off[layer] ? 0 : flags;
}

/* execve(2) of a uid that is not 0 keeps what is ambient alone. */
int cell_layers_keep_capabilities(struct cupel_error *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct all[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, all) < 0)
        return cupel_fail_errno(err, "ask for the capabilities");
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        all[i].inheritable = all[i].permitted;
    if (syscall(SYS_capset, &header, all) < 0)
        return cupel_fail_errno(err, "make all capabilities inheritable");
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
            return cupel_fail_errno(err, "make capability %lu ambient", cap);
    }
    return 0;
}

void cell_layers_keep_descriptors(void)
{
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        (void)fcntl(fd, F_SETFD, 0); /* most of them are none */
}

/* In process 1 of a pid namespace: a descriptor of its /proc, below NO_PROC. */
static int open_own_proc(void)
{
    CUPEL_AUTO_FD context = (int)syscall(SYS_fsopen, "proc", 1 /* FSOPEN_CLOEXEC */);

    if (context < 0 ||
        syscall(SYS_fsconfig, context, 1 /* FSCONFIG_SET_STRING */, "subset", "pid", 0) < 0 ||
        syscall(SYS_fsconfig, context, 6 /* FSCONFIG_CMD_CREATE */, 0, 0, 0) < 0)
        return NO_PROC;
    int fd = (int)syscall(SYS_fsmount, context, 1 /* FSMOUNT_CLOEXEC */, 0);
    return fd >= 0 && fd < NO_PROC ? fd : NO_PROC;
}

/* The supervisor takes no other folder for a run's /proc than one of a pid namespace that is
 * not its own; in this one there is nobody any more. */
int cell_layers_share_pids(int *ret_fd, struct cupel_error *err)
{
    struct clone_args args = {.flags = CLONE_NEWPID | CLONE_FILES, .exit_signal = SIGCHLD};
    int status = 0;

    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return cupel_fail_errno(err, "prctl PR_SET_CHILD_SUBREAPER");
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid == 0)
        _exit(open_own_proc());
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return cupel_fail_errno(err, "make an empty pid namespace");
    if (!WIFEXITED(status) || WEXITSTATUS(status) == NO_PROC)
        return cupel_fail(err, -EIO, "open the /proc of an empty pid namespace");
    *ret_fd = WEXITSTATUS(status);
    return 0;
}

/* Those that it starts in between are found next time. Returns how many there were. */
static unsigned signal_children(pid_t parent, int signal_number)
{
    char path[64];
    unsigned count = 0;
    int child;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file == NULL)
        return 0;
    (void)cupel_take_fd(&fd);
    while (fscanf(file, "%d", &child) == 1 && child > 1) {
        if (kill(child, signal_number) == 0)
            count++;
        count += signal_children(child, signal_number);
    }
    (void)fclose(file);
    return count;
}

/* Orphans come to this process, so that nothing of the run is missed that has time to come. */
void cell_layers_signal_descendants(int signal_number)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    int passes = signal_number == SIGKILL ? PASSES : 1;

    while (passes-- > 0 && signal_children(getpid(), signal_number) > 0)
        (void)nanosleep(&moment, NULL);
}
