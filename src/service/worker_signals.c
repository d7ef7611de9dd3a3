/* Signals that end a worker, and processes that nobody else would reap. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/worker.h"

static void take_signal(struct cupel_source *source, uint32_t epoll_events)
{
    struct worker *worker = source->owner;
    struct signalfd_siginfo info;

    (void)epoll_events;
    while (read(source->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo != SIGCHLD)
            worker->signal_count++;
    }
}

static bool is_child(const struct worker *worker, pid_t pid)
{
    for (const struct worker_job *job = worker->jobs; job != NULL; job = job->next) {
        if (job->is_running && job->child.pid == pid)
            return true;
    }
    return false;
}

void worker_reap_orphans(const struct worker *worker)
{
    siginfo_t info = {.si_pid = 0};

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 &&
           !is_child(worker, info.si_pid)) {
        (void)waitpid(info.si_pid, NULL, WNOHANG);
        info.si_pid = 0;
    }
}

static void read_input(struct cupel_source *source, uint32_t epoll_events)
{
    struct worker *worker = source->owner;
    char ignored[256];

    (void)epoll_events;
    if (TEMP_FAILURE_RETRY(read(source->fd, ignored, sizeof(ignored))) > 0)
        return;
    cupel_loop_remove(worker->loop, source);
    source->fd = -1;
    worker->signal_count++;
}

static int watch_input(struct worker *worker, struct cupel_error *err)
{
    worker->input =
        (struct cupel_source){.fd = STDIN_FILENO, .ready = read_input, .owner = worker};
    return cupel_loop_add(worker->loop, &worker->input, EPOLLIN, err);
}

int worker_watch_signals(struct worker *worker, struct cupel_error *err)
{
    sigset_t heard;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)sigemptyset(&heard);
    (void)sigaddset(&heard, SIGTERM);
    (void)sigaddset(&heard, SIGINT);
    (void)sigaddset(&heard, SIGCHLD);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return cupel_fail_errno(err, "prctl(PR_SET_CHILD_SUBREAPER)");
    if (pthread_sigmask(SIG_BLOCK, &heard, NULL) != 0)
        return cupel_fail(err, -EINVAL, "block signals");
    int fd = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return cupel_fail_errno(err, "signalfd");
    worker->signals = (struct cupel_source){.fd = fd, .ready = take_signal, .owner = worker};
    int r = cupel_loop_add(worker->loop, &worker->signals, EPOLLIN, err);
    return r == 0 && worker->options->stop_at_eof ? watch_input(worker, err) : r;
}
