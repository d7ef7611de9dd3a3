/*
 * Runs a command as somebody's who has logged in: in a session with a terminal, which nobody
 * types into, and with a key in its keyring, which ends with it: as_operator COMMAND
 * [ARGUMENT…] Exits as the command does, and with 125 if it could not be run.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operator.h"

enum { NOT_RUN = 125, SIGNALED = 128 };

static int fail(const char *what)
{
    perror(what);
    return NOT_RUN;
}

/* A kernel without keyrings has none to hide. */
static int take_key(void)
{
    long r = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);

    if (r >= 0)
        r = syscall(SYS_add_key, "user", OPERATOR_KEY, "x", 1, KEY_SPEC_SESSION_KEYRING);
    return r < 0 && errno != ENOSYS ? -1 : 0;
}

static int run(const char *terminal, char **argv)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || setsid() < 0)
        return fail("setsid");
    int fd = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
        return fail(terminal);
    if (take_key() < 0)
        return fail("key");
    (void)execvp(argv[0], argv);
    return fail(argv[0]);
}

int main(int argc, char **argv)
{
    int status = 0;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC); /* as long as it runs */

    if (argc < 2 || terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
        return fail("as_operator");
    pid_t pid = fork();
    if (pid == 0)
        _exit(run(ptsname(terminal), argv + 1));
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return fail("as_operator");
    return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALED + WTERMSIG(status);
}
