/*
 * Makes system calls that policy native denies, in one way by name:
 *
 *   fail N         memfd_create() N times, which fails with ENOSYS
 *   kill           fsopen(), for which a process is killed
 *   child          the same in a child; tells how it ended, and ends well
 *   handler, blocked, ignored
 *                  the same with SIGSYS caught, blocked, ignored
 *   thread         the same in a second thread
 *   flip           the same over and over, while another thread catches SIGSYS and leaves it by
 * turns numbers N      N calls with numbers that no call has alarm N        fail N, while a
 * timer interrupts it every 100 µs flood N        memfd_create() in N threads for ever burials
 * children that make the call they are killed for, for ever entry          a call by the entry
 * of another architecture raise          SIGSYS, raised by itself
 *   cover          the same below a filter of its own that wants a listener to be asked
 *
 * Exit 0 if it lives on.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/memfd.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_CALL 900

static void on_signal(int signal_number)
{
    (void)signal_number;
}

static void be_killed(void)
{
    (void)syscall(SYS_fsopen, "tmpfs", 0);
}

static int fail(long count)
{
    for (long i = 0; i < count; i++) {
        if (syscall(SYS_memfd_create, "x", MFD_CLOEXEC) >= 0 || errno != ENOSYS)
            return 1;
    }
    return 0;
}

static int end_child(void)
{
    int status = 0;

    pid_t pid = fork();
    if (pid == 0) {
        be_killed();
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int with_sigsys(void (*handler)(int), int blocked)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGSYS);
    if (blocked)
        (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    else
        (void)signal(SIGSYS, handler);
    be_killed();
    return 0;
}

static void *call_in_thread(void *argument)
{
    be_killed();
    return argument;
}

static void *flip(void *argument)
{
    for (;;) {
        (void)signal(SIGSYS, on_signal);
        (void)signal(SIGSYS, SIG_DFL);
    }
    return argument;
}

static void *flood(void *argument)
{
    for (;;)
        (void)syscall(SYS_memfd_create, "x", MFD_CLOEXEC);
    return argument;
}

static int in_threads(void *(*deed)(void *), long count)
{
    pthread_t threads[64];

    for (long i = 0; i < count && i < 64; i++) {
        if (pthread_create(&threads[i], NULL, deed, NULL) != 0)
            return 1;
    }
    return pthread_join(threads[0], NULL);
}

static int flip_and_call(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, flip, NULL) != 0)
        return 1;
    for (;;)
        be_killed();
    return 0;
}

static int with_timer(long count)
{
    const struct itimerval often = {{0, 100}, {0, 100}};
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    static const struct itimerval never;

    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_REAL, &often, NULL);
    int r = fail(count);
    (void)setitimer(ITIMER_REAL, &never, NULL);
    return r;
}

static int numbers(long count)
{
    for (long i = 0; i < count; i++) {
        if (syscall(NO_CALL + i, 1, 2, 3) >= 0 || errno != ENOSYS)
            return 1;
    }
    return 0;
}

static int bury(void)
{
    int r = 0;

    while (r >= 0)
        r = end_child();
    return r;
}

static int enter_by_another(void)
{
#ifdef __x86_64__
    long r = 20; /* getpid of i386 */
    __asm__ volatile("int $0x80" : "+a"(r) : : "memory");
    (void)r;
#endif
    return 0;
}

static int cover(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsopen, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
        return 2;
    return syscall(SYS_fsopen, "tmpfs", 0) >= 0 || errno != ENOSYS;
}

int main(int argc, char **argv)
{
    const char *deed = argc > 1 ? argv[1] : "";
    long count = argc > 2 ? strtol(argv[2], NULL, 10) : 1;

    if (strcmp(deed, "fail") == 0)
        return fail(count);
    if (strcmp(deed, "child") == 0)
        return printf("%d\n", end_child()) < 0;
    if (strcmp(deed, "handler") == 0)
        return with_sigsys(on_signal, 0);
    if (strcmp(deed, "ignored") == 0)
        return with_sigsys(SIG_IGN, 0);
    if (strcmp(deed, "blocked") == 0)
        return with_sigsys(SIG_DFL, 1);
    if (strcmp(deed, "kill") == 0)
        be_killed();
    if (strcmp(deed, "thread") == 0)
        return in_threads(call_in_thread, 1);
    if (strcmp(deed, "flip") == 0)
        return flip_and_call();
    if (strcmp(deed, "numbers") == 0)
        return numbers(count);
    if (strcmp(deed, "alarm") == 0)
        return with_timer(count);
    if (strcmp(deed, "flood") == 0)
        return in_threads(flood, count);
    if (strcmp(deed, "burials") == 0)
        return bury();
    if (strcmp(deed, "entry") == 0)
        return enter_by_another();
    if (strcmp(deed, "cover") == 0)
        return cover();
    if (strcmp(deed, "raise") == 0)
        return raise(SIGSYS);
    return 0;
}
