#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"

#define SIGNAL_SET_BYTES 8

/* The table of descriptors is shared with init until the command executes; see init.c. */
static int take_stdio(const struct cell_run *run, struct cupel_error *err)
{
    unsigned courier = (unsigned)run->courier_fd;

    for (int i = 0; i < 3; i++) {
        if (dup2(run->stdio[i], i) < 0)
            return cupel_fail_errno(err, "dup2 to %d", i);
    }
    unsigned first = 3;
    if (run->third_fd >= 0) {
        if (run->third_fd == 3 ? fcntl(3, F_SETFD, 0) < 0 : dup2(run->third_fd, 3) < 0)
            return cupel_fail_errno(err, "dup2 to 3");
        first = 4;
    }
    if (cell_layer_is_off(CELL_LAYER_DESCRIPTORS))
        return 0;
    if ((first < courier && close_range(first, courier - 1, 0) < 0) ||
        close_range(courier + 1, ~0U, 0) < 0)
        return cupel_fail_errno(err, "close_range");
    return 0;
}

/*
 * The cell was started without blocked or ignored signals, but that glibc's posix_spawn(3)
 * leaves two of its own ignored, which its sigaction(2), and that of others, refuses to change.
 * Since then the cell has come to ignore one, and init to block some.
 */
static int reset_signals(struct cupel_error *err)
{
    static const int ignored[] = {SIGXFSZ, 32, 33};
    static const unsigned long by_default[4]; /* the kernel's struct sigaction */
    sigset_t none;

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        if (syscall(SYS_rt_sigaction, ignored[i], by_default, NULL, SIGNAL_SET_BYTES) < 0)
            return cupel_fail_errno(err, "sigaction %d", ignored[i]);
    }
    (void)sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return cupel_fail_errno(err, "sigprocmask");
    return 0;
}

/* What the host gives a run less of than its policy says: a program would fail for it, and be
 * blamed. The limits that no policy names may be as low as the host's administrator likes. */
static int refuse_lower(int resource, const struct rlimit *limit, const struct rlimit *hosts,
                        struct cupel_error *err)
{
    static const char *const names[CUPEL_WIRE_RLIMITS] = {
        [RLIMIT_CPU] = "RLIMIT_CPU",     [RLIMIT_FSIZE] = "RLIMIT_FSIZE",
        [RLIMIT_DATA] = "RLIMIT_DATA",   [RLIMIT_STACK] = "RLIMIT_STACK",
        [RLIMIT_NPROC] = "RLIMIT_NPROC", [RLIMIT_NOFILE] = "RLIMIT_NOFILE",
        [RLIMIT_AS] = "RLIMIT_AS"};

    if (names[resource] == NULL)
        return 0;
    char wanted[24] = "none";
    if (limit->rlim_max != RLIM_INFINITY)
        (void)snprintf(wanted, sizeof(wanted), "%ju", (uintmax_t)limit->rlim_max);
    return cupel_fail(err, -EPERM,
                      "the host's %s is %ju, and the run's is %s: give cupel a higher one",
                      names[resource], (uintmax_t)hosts->rlim_max, wanted);
}

/* Without the last descriptor a run has what its policy says, but leaves no evidence of having
 * wanted more: see src/sandbox/open_files.h. */
static bool is_spare(int resource, const struct rlimit *limit, const struct rlimit *hosts)
{
    return resource == RLIMIT_NOFILE && limit->rlim_max == hosts->rlim_max + 1;
}

static int set_limit(int resource, const struct rlimit *limit)
{
    return syscall(SYS_prlimit64, 0, resource, limit, NULL) < 0 ? -errno : 0;
}

/* Where the host's hard limit is below the one wanted, which no process of ours can raise. */
static int make_do(int resource, const struct rlimit *limit, struct cupel_error *err)
{
    struct rlimit now;

    if (syscall(SYS_prlimit64, 0, resource, NULL, &now) < 0)
        return cupel_fail_errno(err, "getrlimit %d", resource);
    if (limit->rlim_max <= now.rlim_max)
        return cupel_fail(err, -EPERM, "setrlimit %d: %s", resource, strerrordesc_np(EPERM));
    int r = is_spare(resource, limit, &now) ? 0 : refuse_lower(resource, limit, &now, err);
    if (r < 0)
        return r;
    now.rlim_cur = now.rlim_max;
    return set_limit(resource, &now) < 0 ? cupel_fail_errno(err, "setrlimit %d", resource) : 0;
}

/* The host's limit counts what all lanes have at the same time, and the cell: with less room
 * than that a fork fails now and then, and a program is blamed. */
static int check_room(const struct cell_run *run, struct cupel_error *err)
{
    const uint64_t limit = run->request->rlimits[RLIMIT_NPROC];
    const uint64_t needed = run->lane->setup->lanes * limit + 1;
    struct rlimit hosts;

    if (limit == RLIM_INFINITY)
        return 0;
    if (syscall(SYS_prlimit64, 0, RLIMIT_NPROC, NULL, &hosts) < 0)
        return cupel_fail_errno(err, "getrlimit %d", RLIMIT_NPROC);
    if (hosts.rlim_max >= needed)
        return 0;
    return cupel_fail(
        err, -EPERM,
        "the host's RLIMIT_NPROC is %ju, and %u runs at a time may need %ju: give "
        "cupel a higher one, or fewer jobs",
        (uintmax_t)hosts.rlim_max, (unsigned)run->lane->setup->lanes, (uintmax_t)needed);
}

static int limit_resources(const struct cell_run *run, struct cupel_error *err)
{
    const struct cupel_wire_run *request = run->request;

    if (!cell_layer_is_off(CELL_LAYER_RLIMITS) && check_room(run, err) < 0)
        return err->code;
    for (int i = 0; i < CUPEL_WIRE_RLIMITS && !cell_layer_is_off(CELL_LAYER_RLIMITS); i++) {
        struct rlimit limit = {request->rlimits[i], request->rlimits[i]};
        int r = set_limit(i, &limit);
        if (r == -EPERM)
            r = make_do(i, &limit, err);
        else if (r < 0)
            r = cupel_fail_errno(err, "setrlimit %d", i);
        if (r < 0)
            return r;
    }
    return 0;
}

static int load_program(const void *filter, size_t count, unsigned flags)
{
    struct sock_fprog program = {
        .len = (unsigned short)count,
        .filter = (struct sock_filter *)(uintptr_t)filter, /* it is only read */
    };

    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/*
 * With a listener if one is asked for and can be had: not where another one is above us, which
 * the kernel allows one of, and not with a limit that leaves no descriptor for it.
 */
static int load_filter(const struct cell_run *run, struct cupel_error *err)
{
    const struct cupel_wire_run *request = run->request;
    const unsigned listen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    int fd = -1;

    if (cell_layer_is_off(CELL_LAYER_SECCOMP))
        return 0;
    if (request->notify_filter != NULL) {
        fd = load_program(request->notify_filter, request->notify_filter_count,
                          listen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
        if (fd < 0 && errno == EINVAL) /* before Linux 5.19 */
            fd = load_program(request->notify_filter, request->notify_filter_count, listen);
    }
    if (fd > 0) {
        run->report->listener_fd = fd;
        return 0;
    }
    if (fd < 0 && errno == ENOMEM)
        return cupel_fail_errno(err, "load the seccomp filter");
    if (load_program(request->filter, request->filter_count, 0) < 0)
        return cupel_fail_errno(err, "load the seccomp filter");
    return 0;
}

static const char *find_variable(const char *const *environment, const char *name)
{
    size_t len = strlen(name);

    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
            return *environment + len + 1;
    }
    return NULL;
}

/* execve(2) takes pointers to char, and does not write. */
static void execute(const char *path, const struct cupel_wire_run *request)
{
    (void)execve(path, (char *const *)(uintptr_t)request->argv,
                 (char *const *)(uintptr_t)request->environment);
}

/* As execvpe(3), but with the PATH of the new environment. Returns the errno of the failure. */
static int execute_in_path(const struct cupel_wire_run *request)
{
    const char *name = request->argv[0];
    const char *path = find_variable(request->environment, "PATH");
    char candidate[PATH_MAX];
    int failure = ENOENT;

    if (strchr(name, '/') != NULL) {
        execute(name, request);
        return errno;
    }
    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");
        int n = snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)len, path, name);
        if (len > 0 && n > 0 && (size_t)n < sizeof(candidate)) {
            execute(candidate, request);
            if (errno != ENOENT && errno != ENOTDIR)
                failure = errno;
        }
        path += len + (path[len] == ':' ? 1 : 0);
    }
    return failure;
}

static int prepare(const struct cell_run *run, struct cupel_error *err)
{
    const struct cupel_wire_run *request = run->request;

    if (!cell_layer_is_off(CELL_LAYER_SESSION) && setsid() < 0)
        return cupel_fail_errno(err, "setsid");
    int r = cell_privileges_drop(err);
    if (r == 0 && run->ruleset_fd >= 0)
        r = cell_landlock_restrict(run->ruleset_fd, err);
    if (r == 0)
        r = take_stdio(run, err);
    if (r == 0)
        r = reset_signals(err);
    if (r == 0 && chdir(request->chdir) < 0)
        r = cupel_fail_errno(err, "chdir %.150s", request->chdir);
    (void)umask(022);
    /* What scheduling the supervisor has is no right of learners'. musl's function for it does
     * nothing. */
    (void)syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &(struct sched_param){0});
    if (r == 0)
        r = limit_resources(run, err);
    if (cell_layer_is_off(CELL_LAYER_CLOEXEC) && r == 0)
        cell_layers_keep_descriptors();
    return r;
}

/* Whether the host had not what the command needs, which says nothing of the command. */
static bool is_shortage(int error)
{
    return error == ENOMEM || error == ENFILE || error == EAGAIN;
}

int cell_command_main(const struct cell_run *run)
{
    struct cell_report *report = run->report;

    if (prepare(run, &report->error) < 0)
        return 1;
    report->command_setup_ns = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t before_ns = cell_clock_ns(CLOCK_MONOTONIC);
    if (load_filter(run, &report->error) < 0)
        return 1;
    /* The filter may forbid to ask for CPU time; this clock needs no system call. */
    report->start_ns = cell_clock_ns(CLOCK_MONOTONIC);
    report->command_setup_ns += report->start_ns - before_ns;
    report->exec_errno = execute_in_path(run->request);
    if (is_shortage(report->exec_errno)) {
        errno = report->exec_errno;
        (void)cupel_fail_errno(&report->error, "execute %.150s", run->request->argv[0]);
    }
    return 0; /* any other status the filter tells to a listener, whom nobody has yet */
}
