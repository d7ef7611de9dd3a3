/* Counting calls, and failing one of them, by the registers of a traced process (x86-64). */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "fault_calls.h"

enum { COUNTS_MAX = 1 << 14, NAME_BYTES = 64, PATH_BYTES = 200 };

/* Of calls that do one of many things, which. */
#define NO_OPERATION (-1)
#define ALLOCATION   (-1)

/* A system call of a kind, or its allocations. */
struct count {
    enum fault_kind kind;
    long long what;      /* the call, or ALLOCATION */
    long long operation; /* or NO_OPERATION */
    uint64_t callers;    /* which it was made by, or 0: by all */
    unsigned long times;
};

static struct count counts[COUNTS_MAX];
static size_t count_count;

static bool get(pid_t pid, struct user_regs_struct *regs)
{
    return ptrace(PTRACE_GETREGS, pid, NULL, regs) == 0; /* it may have been killed meanwhile */
}

long fault_call(pid_t pid)
{
    struct user_regs_struct regs;

    return get(pid, &regs) ? (long)regs.orig_rax : -1;
}

static unsigned long add(struct count wanted)
{
    size_t i = 0;

    while (i < count_count &&
           (counts[i].kind != wanted.kind || counts[i].what != wanted.what ||
            counts[i].operation != wanted.operation || counts[i].callers != wanted.callers))
        i++;
    if (i == COUNTS_MAX) {
        (void)fputs("fault_calls: too many different calls\n", stderr);
        exit(2);
    }
    if (i == count_count)
        counts[count_count++] = wanted;
    return ++counts[i].times;
}

static struct count count_of(enum fault_kind kind, const struct user_regs_struct *regs)
{
    struct count count = {.kind = kind, .what = (int)regs->orig_rax, .operation = NO_OPERATION};

    if (count.what == SYS_prctl)
        count.operation = (int)regs->rdi;
    else if (count.what == SYS_fcntl || count.what == SYS_epoll_ctl)
        count.operation = (int)regs->rsi;
    else if (count.what == SYS_ioctl)
        count.operation = (unsigned)regs->rsi;
    return count;
}

static void name_of(const struct count *count, char ret[static NAME_BYTES])
{
    if (count->what == ALLOCATION) {
        (void)snprintf(ret, NAME_BYTES, "malloc");
        return;
    }
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)count->what);

    if (count->operation == NO_OPERATION)
        (void)snprintf(ret, NAME_BYTES, "%s", name == NULL ? "unknown" : name);
    else
        (void)snprintf(ret, NAME_BYTES, "%s.%lld", name, count->operation);
    free(name);
}

/* The path that a call is given, and the end of the line. */
static void print_path(const struct fault_tracee *tracee, const struct user_regs_struct *regs,
                       FILE *out)
{
    static const long first[] = {SYS_execve, SYS_mount,  SYS_umount2, SYS_chdir, SYS_mkdir,
                                 SYS_unlink, SYS_statfs, SYS_stat,    SYS_chmod};
    static const long second[] = {SYS_openat,  SYS_newfstatat, SYS_mkdirat,  SYS_unlinkat,
                                  SYS_openat2, SYS_mount,      SYS_renameat, SYS_readlinkat};
    unsigned long long at = 0;
    char path[PATH_BYTES] = "";

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        if (first[i] == (long)regs->orig_rax)
            at = regs->rdi;
    }
    for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++) {
        if (second[i] == (long)regs->orig_rax)
            at = regs->rsi;
    }
    for (size_t i = 0; at != 0 && i + 1 < sizeof(path); i++) {
        struct iovec here = {path + i, 1};
        struct iovec there = {(void *)(uintptr_t)(at + i), 1};
        if (process_vm_readv(tracee->pid, &here, 1, &there, 1, 0) != 1 || path[i] == '\n')
            path[i] = '\0';
        if (path[i] == '\0')
            break;
    }
    (void)fprintf(out, "%s\n", path);
}

/* What stands for the call until it ends: one that no filter refuses, and that does nothing. */
static void replace(struct fault_tracee *tracee, struct user_regs_struct *regs)
{
    tracee->first_argument = regs->rdi;
    tracee->pending = FAULT_SKIPPED;
    if (regs->orig_rax == SYS_close) { /* it closes even where it fails */
        tracee->pending = FAULT_AFTER;
        return;
    }
    if (regs->orig_rax == SYS_brk) { /* which fails by telling how things are */
        tracee->pending = FAULT_REFUSED;
        regs->rdi = 0;
    } else {
        regs->orig_rax = SYS_close;
        regs->rdi = (unsigned long long)(unsigned)FAULT_MARK;
    }
    (void)ptrace(PTRACE_SETREGS, tracee->pid, NULL, regs);
}

static bool is_wanted(const struct fault_plan *plan, enum fault_kind kind, const char *call,
                      unsigned long number)
{
    return !plan->all && kind == plan->kind && number == plan->number &&
           strcmp(call, plan->call) == 0;
}

/* The number of what is about to happen, and whether it is new by those who call it. */
static unsigned long add_call(const struct fault_tracee *tracee, const struct fault_plan *plan,
                              struct count count, const struct user_regs_struct *regs,
                              FILE *out)
{
    char name[NAME_BYTES];
    unsigned long number = add(count);

    if (plan->all) {
        count.callers = fault_callers(tracee->pid, regs->rip, regs->rsp);
        name_of(&count, name);
        if (add(count) == 1) {
            (void)fprintf(out, "first %s %s %lu ", fault_kind_names[tracee->kind], name,
                          number);
            print_path(tracee, regs, out);
        }
    }
    return number;
}

static bool enter_allocation(struct fault_tracee *tracee, const struct fault_plan *plan,
                             const struct user_regs_struct *regs, FILE *out)
{
    const struct count count = {
        .kind = tracee->kind, .what = ALLOCATION, .operation = NO_OPERATION};
    unsigned long number = add_call(tracee, plan, count, regs, out);

    if (!is_wanted(plan, tracee->kind, "malloc", number))
        return false;
    (void)fprintf(out, "injected %s malloc %lu %s%#llx\n", fault_kind_names[tracee->kind],
                  number, tracee->begun ? "at " : "early at ", regs->rsi);
    tracee->pending = FAULT_ALLOCATION;
    return true;
}

bool fault_enter(struct fault_tracee *tracee, const struct fault_plan *plan, FILE *out)
{
    struct user_regs_struct regs;
    char name[NAME_BYTES];

    if (!get(tracee->pid, &regs))
        return false;
    if (regs.orig_rax == SYS_close && (int)regs.rdi == FAULT_MARK && regs.rsi == 0) {
        tracee->begun = true;
        return false;
    }
    if (regs.orig_rax == SYS_close && (int)regs.rdi == FAULT_MARK)
        return enter_allocation(tracee, plan, &regs, out);
    const struct count count = count_of(tracee->kind, &regs);
    unsigned long number = add_call(tracee, plan, count, &regs, out);
    name_of(&count, name);
    if (!is_wanted(plan, tracee->kind, name, number))
        return false;
    (void)fprintf(out, "injected %s %s %lu %s", fault_kind_names[tracee->kind], name, number,
                  tracee->begun ? "at " : "early at ");
    print_path(tracee, &regs, out);
    replace(tracee, &regs);
    return true;
}

void fault_leave(struct fault_tracee *tracee, const struct fault_plan *plan)
{
    struct user_regs_struct regs;

    if (tracee->pending == FAULT_NONE || !get(tracee->pid, &regs))
        return;
    if (tracee->pending == FAULT_SKIPPED || tracee->pending == FAULT_REFUSED)
        regs.rdi = tracee->first_argument;
    if (tracee->pending == FAULT_SKIPPED || tracee->pending == FAULT_AFTER)
        regs.rax = (unsigned long long)-(long long)plan->error;
    if (tracee->pending == FAULT_ALLOCATION)
        regs.rax = 0;
    tracee->pending = FAULT_NONE;
    (void)ptrace(PTRACE_SETREGS, tracee->pid, NULL, &regs);
}

void fault_print_counts(FILE *out)
{
    char name[NAME_BYTES];

    for (size_t i = 0; i < count_count; i++) {
        name_of(&counts[i], name);
        if (counts[i].callers == 0)
            (void)fprintf(out, "calls %s %s %lu\n", fault_kind_names[counts[i].kind], name,
                          counts[i].times);
    }
}
