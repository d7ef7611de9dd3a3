/*
 * Calls that a policy denies. The kernel has the caller wait and tells us (seccomp_unotify(2)):
 * we count the call, kill the process if the policy says so, and answer. Calls that are allowed
 * never come here, and cost what they cost without this.
 *
 * Nothing is let go on (SECCOMP_USER_NOTIF_FLAG_CONTINUE) but while a policy is learned, and
 * the end of a process that failed, which is looked at for what it had open. Where nobody
 * answers any more, since we or the listener are gone, the kernel does, with ENOSYS.
 *
 * A program that does nothing but make such calls keeps itself waiting, not us: one call is
 * answered at each turn of the loop, and after a burst only so many a second.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/patience.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "sandbox/denied_process.h"
#include "sandbox/open_files.h"
#include "sandbox/run_internal.h"

/* What a denied call is charged at least: 5000 are answered at once, and 1000 a second then. */
#define LEAST_NS      100000U
#define LEAST_KILL_NS (20U * LEAST_NS) /* the kernel makes a process and buries it */
#define PAUSE_NS      (CUPEL_NS_PER_S / 100)

/* Until a process that should have died of SIGSYS is killed: it may have changed its mind on
 * that signal in the meantime. */
#define LAST_WORD_NS (CUPEL_NS_PER_S / 5)

#define NOTIFICATION_SIZE 512 /* what the structures may grow to */

union notification {
    struct seccomp_notif notification;
    unsigned char room[NOTIFICATION_SIZE];
};

union response {
    struct seccomp_notif_resp response;
    unsigned char room[NOTIFICATION_SIZE];
};

/* Who asked waits until it is answered: for ever, if that fails. */
static void answer(struct cupel_run *run, uint64_t id, int error_number)
{
    union response answer = {.response = {.id = id, .error = -error_number}};
    struct cupel_error error = {0};

    if (error_number == 0)
        answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    int r = (int)TEMP_FAILURE_RETRY(
        ioctl(run->denied->listener.fd, SECCOMP_IOCTL_NOTIF_SEND, &answer));
    if (r < 0 && errno != ENOENT) { /* it is gone */
        (void)cupel_fail_errno(&error, "answer a denied call");
        run_fail(run, &error);
    }
}

static void disarm(const struct cupel_source *timer)
{
    static const struct itimerspec never;

    (void)timerfd_settime(timer->fd, 0, &never, NULL);
}

/* Timers that most runs never need are made when they are first set. */
static void arm(struct cupel_run *run, struct cupel_source *timer, uint64_t after_ns)
{
    struct cupel_error error = {0};

    if (timer->fd < 0 && run_watch_open_timer(run, timer, &error) < 0)
        run_fail(run, &error);
    else
        run_watch_arm(run, timer, after_ns);
}

static void speak_last_word(struct run_dying *dying)
{
    (void)syscall(SYS_pidfd_send_signal, dying->pidfd, SIGKILL, NULL, 0);
    cupel_close_p(&dying->pidfd);
    dying->pidfd = -1;
}

static void last_word_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct run_denied *denied = run->denied;
    uint64_t now_ns = base_now_ns();
    uint64_t next_ns = UINT64_MAX;

    (void)events;
    disarm(source);
    for (size_t i = 0; i < RUN_DYING_MAX; i++) {
        struct run_dying *dying = &denied->dying[i];
        if (dying->pidfd >= 0 && dying->due_ns <= now_ns)
            speak_last_word(dying);
        else if (dying->pidfd >= 0 && dying->due_ns < next_ns)
            next_ns = dying->due_ns;
    }
    if (next_ns != UINT64_MAX)
        arm(run, source, next_ns - now_ns);
}

/* Takes pidfd over. */
static void expect_death(struct cupel_run *run, int pidfd)
{
    struct run_denied *denied = run->denied;
    struct run_dying *dying = &denied->dying[denied->next_dying++ % RUN_DYING_MAX];
    bool armed = false;

    for (size_t i = 0; i < RUN_DYING_MAX; i++)
        armed = armed || denied->dying[i].pidfd >= 0;
    if (dying->pidfd >= 0)
        speak_last_word(dying);
    *dying = (struct run_dying){pidfd, base_now_ns() + LAST_WORD_NS};
    if (!armed)
        arm(run, &denied->last_word, LAST_WORD_NS);
}

static bool is_gone(int error)
{
    return error == -ESRCH || error == -ENOENT || error == -EINVAL;
}

/* Returns whether the command itself was killed. */
static bool end_process(struct cupel_run *run, const struct seccomp_notif *call)
{
    struct denied_process process;
    struct cupel_error error = {0};

    int pidfd =
        denied_process_end(run->denied->listener.fd, call->id, (pid_t)call->pid, &process);
    if (pidfd < 0 && !is_gone(pidfd)) { /* it would go on, which no policy says */
        (void)cupel_fail(&error, pidfd, "end a process for a denied call: %s",
                         strerrordesc_np(-pidfd));
        run_fail(run, &error);
    }
    if (pidfd < 0)
        return false;
    if (process.dies_of_sigsys)
        expect_death(run, pidfd);
    else
        (void)close(pidfd);
    return process.is_command;
}

/* Whether the call shall be made, since a policy is learned that may allow it. */
static bool is_learned(const struct cupel_run *run, int number, const uint64_t *arguments)
{
    return run->request.learn != NULL &&
           !cupel_policy_forbids(run->request.policy, number, arguments);
}

/* Of a policy that does not allow the call, there is no filter that tells: filter_cache.c. */
static void take_failure(struct cupel_run *run, const struct seccomp_notif *call)
{
    struct run_denied *denied = run->denied;

    if (!denied->ran_out_of_files)
        denied->ran_out_of_files = open_files_exceeded(
            denied->listener.fd, call->id, (pid_t)call->pid, run->request.limits.open_files);
    answer(run, call->id, 0);
}

/* Returns what it is charged at least. */
static uint64_t take_call(struct cupel_run *run, const struct seccomp_notif *call)
{
    struct run_denied *denied = run->denied;
    struct cupel_policy_case match;
    struct denial *item = NULL;
    uint64_t arguments[CUPEL_ARGUMENTS];
    bool fatal = false;

    if (call->data.nr == SYS_exit_group) {
        take_failure(run, call);
        return 0;
    }
    memcpy(arguments, call->data.args, sizeof(arguments));
    if (is_learned(run, call->data.nr, arguments)) {
        run->request.learn(run->request.owner, call->data.nr, arguments);
        answer(run, call->id, 0);
        return LEAST_NS;
    }
    int r = denied_table_decide(&denied->table, run->request.policy, call->data.nr, arguments,
                                &match, &item);
    if (r < 0) { /* what is told to the program would not be what the policy says */
        struct cupel_error error = {0};
        (void)cupel_fail(&error, r, "decide on a denied call: %s", strerrordesc_np(-r));
        run_fail(run, &error);
        answer(run, call->id, EPERM);
        return LEAST_NS;
    }
    const struct cupel_action *action = &match.decision.action;
    if (action->kind == CUPEL_ACTION_KILL)
        fatal = end_process(run, call);
    denied_table_count(&denied->table, item, call->data.nr, arguments, &match, fatal);
    /* Whatever we make of it here: the filter of the policy does not allow this call. */
    answer(run, call->id,
           action->kind == CUPEL_ACTION_ERRNO && action->error_number > 0 ? action->error_number
                                                                          : EPERM);
    return action->kind == CUPEL_ACTION_KILL ? LEAST_KILL_NS : LEAST_NS;
}

static uint64_t used_ns(void)
{
    struct timespec used = {0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * CUPEL_NS_PER_S + (uint64_t)used.tv_nsec;
}

static void stop_listening(struct cupel_run *run)
{
    struct run_denied *denied = run->denied;

    cupel_loop_remove(run->loop, &denied->listener);
    cupel_close_p(&denied->listener.fd);
    denied->listener.fd = -1;
}

static void pause_over(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct cupel_error error = {0};

    (void)events;
    disarm(source);
    if (cupel_loop_add(run->loop, &run->denied->listener, EPOLLIN, &error) < 0)
        run_fail(run, &error);
}

static void listener_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct run_denied *denied = run->denied;
    union notification call = {.room = {0}}; /* the kernel insists on zeroes */

    if ((events & EPOLLIN) == 0) { /* no process has the filter any more */
        stop_listening(run);
        return;
    }
    if (run->request.learn == NULL && !denied_credit_earn(&denied->credit, base_now_ns())) {
        cupel_loop_remove(run->loop, source);
        arm(run, &denied->pause, PAUSE_NS);
        return;
    }
    uint64_t start_ns = used_ns();
    /* As many calls may be received as have been made, even by who is dead: only a cell that
     * has kept the listener, and has received one before us, can have us wait. */
    if (base_ioctl_impatiently(source->fd, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) {
        struct cupel_error error = {0};
        if (errno == EINTR)
            (void)cupel_fail(&error, -EPROTO, "cupel-cell received a denied call before us");
        else if (errno != ENOENT)
            (void)cupel_fail_errno(&error, "receive a denied call");
        if (error.code != 0)
            run_fail(run, &error);
        return;
    }
    uint64_t least_ns = take_call(run, &call.notification);
    denied_credit_charge(&denied->credit, used_ns() - start_ns, least_ns);
}

/* A cell may send what it likes; what is no listener could do anything on being asked. */
static int check_listener(int fd, struct cupel_error *err)
{
    struct seccomp_notif_sizes sizes;
    struct stat st;
    uint64_t no_id = 0;

    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "look at a listener");
    if ((st.st_mode & S_IFMT) != 0 ||
        TEMP_FAILURE_RETRY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &no_id)) == 0)
        return cupel_fail(err, -EPROTO, "cupel-cell sent something else than a listener");
    if (errno != ENOENT)
        return cupel_fail(err, -EPROTO, "cupel-cell sent something else than a listener: %s",
                          strerrordesc_np(errno));
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
        return cupel_fail_errno(err, "seccomp SECCOMP_GET_NOTIF_SIZES");
    if (sizes.seccomp_notif > NOTIFICATION_SIZE || sizes.seccomp_notif_resp > NOTIFICATION_SIZE)
        return cupel_fail(err, -ENOTSUP, "the kernel's notifications are larger than %d bytes",
                          NOTIFICATION_SIZE);
    return 0;
}

int denied_open(struct cupel_run *run, int *listener_fd, struct cupel_error *err)
{
    if (!run_listens(run))
        return cupel_fail(err, -EPROTO, "cupel-cell sent a listener that was not asked for");
    int r = check_listener(*listener_fd, err);
    if (r < 0)
        return r;
    struct run_denied *denied = calloc(1, sizeof(*denied));
    if (denied == NULL)
        return cupel_fail_errno(err, "allocate a table of denied calls");
    denied->listener = (struct cupel_source){cupel_take_fd(listener_fd), listener_ready, run};
    denied->pause = (struct cupel_source){-1, pause_over, run};
    denied->last_word = (struct cupel_source){-1, last_word_ready, run};
    for (size_t i = 0; i < RUN_DYING_MAX; i++)
        denied->dying[i].pidfd = -1;
    denied->credit = denied_credit_full(base_now_ns());
    run->denied = denied;
    return cupel_loop_add(run->loop, &denied->listener, EPOLLIN, err);
}

void denied_close(struct cupel_run *run)
{
    struct run_denied *denied = run->denied;

    if (denied == NULL)
        return;
    stop_listening(run);
    cupel_loop_remove(run->loop, &denied->pause);
    cupel_loop_remove(run->loop, &denied->last_word);
    cupel_close_p(&denied->pause.fd);
    cupel_close_p(&denied->last_word.fd);
    for (size_t i = 0; i < RUN_DYING_MAX; i++)
        cupel_close_p(&denied->dying[i].pidfd);
    free(denied);
    run->denied = NULL;
}
