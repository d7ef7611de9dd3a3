/* Executes a command below a seccomp listener that nobody asks: the kernel allows one of them.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {.len = 1, .filter = allow};

    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return 2;
    long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                      &program);
    if (fd < 0) {
        perror("seccomp");
        return 2;
    }
    /* It would go with the command's execution, and with it what the kernel looks for. */
    if (dup((int)fd) < 0)
        return 2;
    (void)execvp(argv[1], argv + 1);
    return 2;
}
