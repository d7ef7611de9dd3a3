#include "service/worker_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"

#define COMPLAINT_MAX 4096

static void reset_signals(void)
{
    sigset_t none;

    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    (void)sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* In the child. It must not outlive us: what it finds out would be nobody's. */
static void execute(const struct worker_command *command, const struct worker_child *child,
                    const char *const *environment, pid_t parent)
{
    CUPEL_AUTO_FD input_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    reset_signals();
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        return;
    if (dup2(input_fd, STDIN_FILENO) < 0 || dup2(child->output_fd, STDOUT_FILENO) < 0 ||
        dup2(child->complaint_fd, STDERR_FILENO) < 0 ||
        (command->events_fd >= 0 && fcntl(command->events_fd, F_SETFD, 0) < 0) ||
        chdir(command->folder) < 0) {
        (void)dprintf(child->complaint_fd, "%s: %s", command->folder, strerrordesc_np(errno));
        return;
    }
    (void)execve(command->program, command->argv, (char *const *)(uintptr_t)environment);
    (void)dprintf(child->complaint_fd, "%s: %s", command->program, strerrordesc_np(errno));
}

static int open_outputs(struct worker_child *child, struct cupel_error *err)
{
    child->output_fd = memfd_create("output", MFD_CLOEXEC);
    child->complaint_fd = memfd_create("complaint", MFD_CLOEXEC);
    return child->output_fd < 0 || child->complaint_fd < 0
               ? cupel_fail_errno(err, "memfd_create")
               : 0;
}

static int spawn(const struct worker_command *command, struct worker_child *child,
                 const char *const *environment, struct cupel_error *err)
{
    pid_t parent = getpid();

    child->pid = fork();
    if (child->pid < 0)
        return cupel_fail_errno(err, "fork");
    if (child->pid == 0) {
        execute(command, child, environment, parent);
        for (;;) /* ending by exit() would flush what is ours */
            (void)raise(SIGKILL);
    }
    (void)setpgid(child->pid, child->pid); /* whoever of us comes first */
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd < 0) {
        int r = cupel_fail_errno(err, "pidfd_open");
        worker_child_kill(child);
        (void)worker_child_reap(child);
        return r;
    }
    return 0;
}

int worker_child_start(const struct worker_command *command, struct worker_child *ret,
                       struct cupel_error *err)
{
    struct worker_child child = {.pid = -1, .pidfd = -1, .output_fd = -1, .complaint_fd = -1};
    CUPEL_AUTO_FREE char *cache = NULL;

    if (asprintf(&cache, "XDG_CACHE_HOME=%s", command->cache) < 0) {
        cache = NULL;
        return cupel_fail(err, -ENOMEM, "start cupel: out of memory");
    }
    const char *const environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
        cache, NULL};
    int r = open_outputs(&child, err);
    if (r == 0)
        r = spawn(command, &child, environment, err);
    if (r < 0) {
        worker_child_close(&child);
        return r;
    }
    *ret = child;
    return 0;
}

void worker_child_kill(const struct worker_child *child)
{
    (void)kill(-child->pid, SIGKILL);
}

int worker_child_reap(const struct worker_child *child)
{
    int status = 0;

    (void)TEMP_FAILURE_RETRY(waitpid(child->pid, &status, 0));
    return status;
}

char *worker_child_complaint(const struct worker_child *child)
{
    char bytes[COMPLAINT_MAX];
    struct stat st;
    char *text = NULL;

    if (fstat(child->complaint_fd, &st) < 0)
        st.st_size = 0;
    off_t begin = st.st_size > COMPLAINT_MAX ? st.st_size - COMPLAINT_MAX : 0;
    ssize_t n = pread(child->complaint_fd, bytes, sizeof(bytes), begin);
    while (n > 0 && bytes[n - 1] == '\n')
        n--;
    int r = cupel_text_clean(bytes, n > 0 ? (size_t)n : 0, (size_t)4 * COMPLAINT_MAX, &text);
    return r < 0 ? NULL : text;
}

void worker_child_close(struct worker_child *child)
{
    cupel_close_p(&child->pidfd);
    cupel_close_p(&child->output_fd);
    cupel_close_p(&child->complaint_fd);
    *child = (struct worker_child){.pid = -1, .pidfd = -1, .output_fd = -1, .complaint_fd = -1};
}
