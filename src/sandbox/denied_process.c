#include "sandbox/denied_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/proc_text.h"

#define COMMAND_PID 2 /* in its namespace: init is 1, and starts nothing before it */

/* What follows "NAME:" at the beginning of a line, or NULL. */
static const char *find_line(const char *text, const char *name)
{
    size_t len = strlen(name);

    while (text != NULL && !(strncmp(text, name, len) == 0 && text[len] == ':')) {
        text = strchr(text, '\n');
        text = text == NULL ? NULL : text + 1;
    }
    return text == NULL ? NULL : text + len + 1;
}

static bool has_signal(const char *text, const char *name, int signal_number)
{
    const char *mask = find_line(text, name);

    return mask == NULL || (strtoull(mask, NULL, 16) >> (signal_number - 1) & 1U) != 0;
}

/* The last of the numbers in a line: that of the innermost namespace. */
static long last_number(const char *line)
{
    long number = 0;
    char *end = NULL;

    while (line != NULL && *line != '\n' && *line != '\0') {
        long next = strtol(line, &end, 10);
        if (end == line)
            break;
        number = next;
        line = end + strspn(end, " \t");
    }
    return number;
}

bool denied_process_parse(const char *text, struct denied_process *ret)
{
    const char *tgid = find_line(text, "Tgid");

    if (tgid == NULL)
        return false;
    long pid = strtol(tgid, NULL, 10);
    if (pid <= 0 || pid > INT32_MAX)
        return false;
    ret->pid = (pid_t)pid;
    ret->is_command = last_number(find_line(text, "NStgid")) == COMMAND_PID;
    ret->dies_of_sigsys = !has_signal(text, "SigBlk", SIGSYS) &&
                          !has_signal(text, "SigIgn", SIGSYS) &&
                          !has_signal(text, "SigCgt", SIGSYS);
    return true;
}

/* Where the host hides processes, the thread is taken for the first of the command. */
static int look_at(pid_t tid, struct denied_process *ret)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);
    char path[32];

    if (text == NULL)
        return -ENOMEM;
    *ret = (struct denied_process){.pid = tid, .is_command = true};
    (void)snprintf(path, sizeof(path), "/proc/%d/status", tid);
    int r = proc_read(AT_FDCWD, path, text);
    if (r == 0)
        (void)denied_process_parse(text, ret);
    return r == -ESRCH || r == -EACCES || r == -EPERM ? 0 : r;
}

int denied_process_end(int listener_fd, uint64_t id, pid_t tid, struct denied_process *ret)
{
    int r = look_at(tid, ret);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD pidfd = (int)syscall(SYS_pidfd_open, ret->pid, 0);
    if (pidfd < 0)
        return -errno;
    /* The thread has waited all the time, so all that was looked up is its own. */
    if (TEMP_FAILURE_RETRY(ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id)) < 0)
        return -errno;
    int signal_number = ret->dies_of_sigsys ? SIGSYS : SIGKILL;
    if (syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) < 0)
        return -errno;
    return cupel_take_fd(&pidfd);
}
