/*
 * fault_calls: runs cupel and makes one system call, or one allocation, of one kind of its
 * processes fail.
 *
 *   fault_calls OUT SECONDS count -- COMMAND…
 *   fault_calls OUT SECONDS fail|leave KIND CALL NUMBER ERRNO -- COMMAND…
 *
 * Theory of operation
 *
 * The command and all that it starts is traced from its first instruction. A process of a kind
 * of interest stops at each system call; the NUMBER-th CALL of that kind, counted over all its
 * processes, is replaced by one that does nothing, and ends with ERRNO. Programs of learners,
 * and of graders, are let go as they are executed. With `leave`, the process is let go as soon
 * as its call has failed: a sanitizer looks for leaks only where nobody traces.
 *
 * A call that was injected is seen by whoever makes it alone: no filter, limit or other process
 * takes part. So what follows is the doing of the code under test.
 *
 * With FAULT_CGROUP in the environment, the command begins in that control group, without us.
 *
 * OUT gets lines, for the test to judge:
 *
 *   calls KIND CALL COUNT        how often a kind made a call
 *   first KIND CALL NUMBER PATH  the first that was made by these callers
 *   injected KIND CALL NUMBER [early] at …  the failure happened, of what file or place;
 *                                early: before main()
 *   died KIND SIGNAL             a process of cupel's was ended by a fault of its own
 *   descriptor TARGET            what the supervisor had open as it ended
 *   hung KIND                    after SECONDS it was still there, and was killed
 *   left KIND                    it was still there some time after the supervisor's end
 *
 * The exit status is the command's, 128 + its signal, 124 after SECONDS, 2 for a mistake.
 */
#include "fault_calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRACEES_MAX = 256, GRACE_SECONDS = 10, MISTAKE = 2, TIMED_OUT = 124 };

static volatile sig_atomic_t time_is_up;

struct tracer {
    struct fault_plan plan;
    bool met;   /* the plan's call: from now on nobody stops at calls */
    bool leave; /* let the process of the plan's call go */
    FILE *out;
    struct fault_tracee tracees[TRACEES_MAX];
    pid_t supervisor;
    int status; /* the command's, or -1 */
};

static void ring(int signal_number)
{
    (void)signal_number;
    time_is_up = 1;
}

static struct fault_tracee *find(struct tracer *tracer, pid_t pid)
{
    for (size_t i = 0; i < TRACEES_MAX; i++) {
        if (tracer->tracees[i].pid == pid)
            return &tracer->tracees[i];
    }
    return NULL;
}

/* A child may stop before its parent tells of it, and is told of then. */
static struct fault_tracee *find_or_add(struct tracer *tracer, pid_t pid)
{
    struct fault_tracee *found = find(tracer, pid);

    if (found == NULL && (found = find(tracer, 0)) != NULL)
        *found = (struct fault_tracee){.pid = pid, .kind = FAULT_OTHER};
    if (found == NULL) {
        (void)fputs("fault_calls: too many processes\n", stderr);
        exit(MISTAKE);
    }
    return found;
}

static bool stops_at_calls(const struct tracer *tracer, const struct fault_tracee *tracee)
{
    if (tracer->plan.all)
        return true;
    return tracee->pending != FAULT_NONE || (!tracer->met && tracee->kind == tracer->plan.kind);
}

static void go_on(const struct tracer *tracer, const struct fault_tracee *tracee,
                  int signal_number)
{
    (void)ptrace(stops_at_calls(tracer, tracee) ? PTRACE_SYSCALL : PTRACE_CONT, tracee->pid,
                 NULL, (void *)(uintptr_t)signal_number);
}

static void let_go(struct fault_tracee *tracee)
{
    (void)ptrace(PTRACE_DETACH, tracee->pid, NULL, NULL);
    *tracee = (struct fault_tracee){.pid = 0};
}

static void print_descriptors(const struct tracer *tracer)
{
    char path[PATH_MAX];
    char target[PATH_MAX];

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", tracer->supervisor);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
        if (len > 0)
            (void)fprintf(tracer->out, "descriptor %.*s\n", (int)len, target);
    }
    (void)closedir(folder);
}

static void take_child(struct tracer *tracer, const struct fault_tracee *parent)
{
    unsigned long child = 0;

    if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &child) < 0)
        return;
    struct fault_tracee *tracee = find_or_add(tracer, (pid_t)child);
    tracee->kind = fault_kind_of_child(parent->kind, fault_call(parent->pid));
    tracee->known = tracee->begun = true;
    go_on(tracer, tracee, 0); /* if it has stopped already: it was waiting to be known */
}

static void take_event(struct tracer *tracer, struct fault_tracee *tracee, int event,
                       int status)
{
    switch (event) {
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        take_child(tracer, tracee);
        break;
    case PTRACE_EVENT_EXEC:
        tracee->kind = fault_kind_of_program(tracee->kind, tracee->pid);
        tracee->begun = false;
        if (tracee->kind == FAULT_OTHER) {
            let_go(tracee);
            return;
        }
        break;
    case PTRACE_EVENT_EXIT:
        if (tracee->pid == tracer->supervisor)
            print_descriptors(tracer);
        break;
    case PTRACE_EVENT_STOP:
        if (WSTOPSIG(status) != SIGTRAP) { /* stopped by a signal, until SIGCONT */
            (void)ptrace(PTRACE_LISTEN, tracee->pid, NULL, NULL);
            return;
        }
        if (!tracee->known)
            return; /* its parent tells of it in a moment */
        break;
    default:
        break;
    }
    go_on(tracer, tracee, 0);
}

/* A call begins or ends. */
static void take_call(struct tracer *tracer, struct fault_tracee *tracee)
{
    struct __ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, (void *)sizeof(info), &info) < 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        tracer->met = fault_enter(tracee, &tracer->plan, tracer->out) || tracer->met;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        bool failed = tracee->pending != FAULT_NONE;
        fault_leave(tracee, &tracer->plan);
        if (failed && tracer->leave) {
            let_go(tracee);
            return;
        }
    }
    go_on(tracer, tracee, 0);
}

static bool is_own_fault(int signal_number)
{
    return signal_number == SIGSEGV || signal_number == SIGABRT || signal_number == SIGBUS ||
           signal_number == SIGILL || signal_number == SIGFPE || signal_number == SIGSYS;
}

/* Whether a child waits to be told of by a parent that ended before it could. */
static bool is_orphan(const struct fault_tracee *tracee)
{
    char path[32];
    char line[64];
    int parent = 0;

    if (tracee->pid == 0 || tracee->known)
        return false;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", tracee->pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && parent == 0 && fgets(line, sizeof(line), file) != NULL)
        (void)sscanf(line, "PPid: %d", &parent);
    if (file != NULL)
        (void)fclose(file);
    return parent == getpid(); /* a subreaper */
}

static void release_orphans(struct tracer *tracer)
{
    for (size_t i = 0; i < TRACEES_MAX; i++) {
        struct fault_tracee *tracee = &tracer->tracees[i];
        tracee->known = tracee->known || is_orphan(tracee);
        if (tracee->pid != 0 && tracee->known && tracee->kind == FAULT_OTHER)
            go_on(tracer, tracee, 0);
    }
}

static void take_end(struct tracer *tracer, struct fault_tracee *tracee, int status)
{
    if (WIFSIGNALED(status) && is_own_fault(WTERMSIG(status)))
        (void)fprintf(tracer->out, "died %s SIG%s\n", fault_kind_names[tracee->kind],
                      sigabbrev_np(WTERMSIG(status)));
    *tracee = (struct fault_tracee){.pid = 0};
    release_orphans(tracer);
}

static void take(struct tracer *tracer, pid_t pid, int status)
{
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
        if (pid == tracer->supervisor) {
            tracer->status = status;
            (void)alarm(GRACE_SECONDS);
        }
        if (find(tracer, pid) != NULL)
            take_end(tracer, find(tracer, pid), status);
        return;
    }
    struct fault_tracee *tracee = find_or_add(tracer, pid);
    if (status >> 16 != 0)
        take_event(tracer, tracee, status >> 16, status);
    else if (WSTOPSIG(status) == (SIGTRAP | 0x80))
        take_call(tracer, tracee);
    else
        go_on(tracer, tracee, WSTOPSIG(status));
}

static void enter_cgroup(const char *folder)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1) {
        perror(path);
        _exit(MISTAKE);
    }
    (void)close(fd);
}

static _Noreturn void be_command(int go_fd, char **argv)
{
    char byte;

    if (getenv("FAULT_CGROUP") != NULL)
        enter_cgroup(getenv("FAULT_CGROUP"));
    (void)personality(ADDR_NO_RANDOMIZE); /* places in the code have one address in all runs */
    if (read(go_fd, &byte, 1) == 1)
        (void)execv(argv[0], argv);
    _exit(127);
}

static void start(struct tracer *tracer, char **argv)
{
    const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                         PTRACE_O_TRACEEXIT;
    int go[2];

    if (pipe2(go, O_CLOEXEC) < 0 || (tracer->supervisor = fork()) < 0) {
        perror("fault_calls: start");
        exit(MISTAKE);
    }
    if (tracer->supervisor == 0)
        be_command(go[0], argv);
    if (ptrace(PTRACE_SEIZE, tracer->supervisor, NULL, (void *)options) < 0 ||
        write(go[1], "", 1) != 1) {
        perror("fault_calls: trace");
        exit(MISTAKE);
    }
    (void)close(go[0]);
    (void)close(go[1]);
    *find_or_add(tracer, tracer->supervisor) = (struct fault_tracee){
        .pid = tracer->supervisor, .kind = FAULT_SUPERVISOR, .known = true};
}

/* Nothing of what was traced survives its tracer; what was let go dies with it. */
static void tell_rest(struct tracer *tracer)
{
    for (size_t i = 0; i < TRACEES_MAX; i++) {
        const struct fault_tracee *tracee = &tracer->tracees[i];
        if (tracee->pid > 0)
            (void)fprintf(tracer->out, "%s %s\n", tracer->status == -1 ? "hung" : "left",
                          fault_kind_names[tracee->kind]);
    }
}

static void trace(struct tracer *tracer)
{
    int status;

    while (!time_is_up) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid > 0)
            take(tracer, pid, status);
        else if (errno == ECHILD)
            return;
    }
    tell_rest(tracer);
}

static bool parse(struct tracer *tracer, int argc, char **argv)
{
    if (argc > 5 && strcmp(argv[3], "count") == 0 && strcmp(argv[4], "--") == 0) {
        tracer->plan.all = true;
        return true;
    }
    if (argc < 10 || strcmp(argv[8], "--") != 0)
        return false;
    tracer->leave = strcmp(argv[3], "leave") == 0;
    while (tracer->plan.kind < FAULT_KINDS &&
           strcmp(fault_kind_names[tracer->plan.kind], argv[4]) != 0)
        tracer->plan.kind++;
    tracer->plan.call = argv[5];
    tracer->plan.number = strtoul(argv[6], NULL, 10);
    while (tracer->plan.error < 256 &&
           (strerrorname_np(tracer->plan.error) == NULL ||
            strcmp(strerrorname_np(tracer->plan.error), argv[7]) != 0))
        tracer->plan.error++;
    return tracer->plan.kind < FAULT_KINDS && tracer->plan.number > 0 &&
           tracer->plan.error < 256;
}

int main(int argc, char **argv)
{
    static struct tracer tracer = {.status = -1};
    struct sigaction action = {.sa_handler = ring}; /* without SA_RESTART */

    if (!parse(&tracer, argc, argv) || (tracer.out = fopen(argv[1], "we")) == NULL) {
        (void)fputs("usage: see the head of fault_calls.c\n", stderr);
        return MISTAKE;
    }
    (void)sigaction(SIGALRM, &action, NULL);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* what outlives its parent is seen here */
    (void)alarm((unsigned)strtoul(argv[2], NULL, 10));
    start(&tracer, argv + (tracer.plan.all ? 5 : 9));
    trace(&tracer);
    fault_print_counts(tracer.out);
    if (fclose(tracer.out) != 0)
        return MISTAKE;
    if (tracer.status == -1)
        return TIMED_OUT;
    return WIFEXITED(tracer.status) ? WEXITSTATUS(tracer.status)
                                    : 128 + WTERMSIG(tracer.status);
}
