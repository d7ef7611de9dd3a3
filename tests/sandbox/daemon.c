/*
 * Leaves behind what it can: processes in sessions of their own that ignore signals and have
 * closed their descriptors. The name of each holds the marker given as argument, for a test to
 * look for.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_daemon(char *marker)
{
    (void)marker; /* stays in /proc/PID/cmdline */
    (void)setsid();
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        (void)signal(signal_number, SIG_IGN);
    for (int fd = 0; fd < 256; fd++)
        (void)close(fd);
    for (int i = 0; i < 300; i++)
        (void)sleep(1);
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0) {
            if (fork() == 0)
                become_daemon(argv[1]);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) /* those in between: then only daemons are left */
        continue;
    (void)puts("daemons are out");
    return 0;
}
