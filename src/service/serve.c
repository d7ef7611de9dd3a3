/*
 * cupel serve: the API, its pages and webhooks in this process, and a worker in a child's.
 *
 * Theory of operation. Nothing is kept here: whoever is answered is answered of what the queue
 * has, and several such processes may serve one queue. http_server.c has the connections,
 * threads of chores.c send webhooks and add jobs that recur. The worker is `cupel worker`,
 * executed afresh and started again should it die, each time a little later; what it crashes of
 * does not take the service along.
 */
#include "service/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/install.h"
#include "cupel/cleanup.h"
#include "queue/tokens.h"
#include "service/api.h"
#include "service/chores.h"
#include "service/http_work.h"
#include "service/metrics.h"
#include "service/page.h"
#include "service/serve_options.h"
#include "service/spawn.h"
#include "service/upload.h"

#define TABLES_MAX     16
#define QUEUE_VARIABLE "CUPEL_QUEUE"
#define SECOND         1000000
#define BACKOFF_MAX_US (60 * (int64_t)SECOND)
#define UNPACKING_MAX  2
#define STEADY_US      (60 * (int64_t)SECOND) /* a worker that lived so long was well */

struct worker {
    pid_t pid;   /* 0: there is none now */
    int life_fd; /* a pipe that ends with us, however we end; -1: none */
    int64_t started_us;
    int64_t backoff_us;
    int64_t again_us; /* when it is started */
};

struct serving {
    const char *command;
    char **environment; /* the worker's */
    struct serve_options *options;
    struct metrics *metrics;
    struct http_service *service;
    struct chores *chores;
    struct worker worker;
    int signal_fd;
    sem_t unpacking;
};

/* Ours, with the URL of the queue in it, which may have a password. The list is the caller's to
 * free, with its last item; NULL: no memory. */
static char **environment_of_worker(const struct serving *serving)
{
    static const char name[] = QUEUE_VARIABLE "=";
    size_t count = 0;

    while (serving->environment[count] != NULL)
        count++;
    char **list = calloc(count + 2, sizeof(*list));
    if (list == NULL)
        return NULL;
    count = 0;
    for (char **item = serving->environment; *item != NULL; item++) {
        if (strncmp(*item, name, strlen(name)) != 0)
            list[count++] = *item;
    }
    if (asprintf(&list[count], "%s%s", name, serving->options->server.queue_url) >= 0)
        return list;
    free(list);
    return NULL;
}

static void free_environment(char **list)
{
    size_t count = 0;

    while (list[count] != NULL)
        count++;
    free(list[count - 1]);
    free(list);
}

static int spawn_worker(const struct serving *serving, int input_fd, pid_t *ret,
                        struct cupel_error *err)
{
    const char *slots = serving->options->slots;
    char *argv[] = {"cupel", "worker", "--stop-at-eof", slots == NULL ? NULL : "--slots",
                    NULL,    NULL};
    char **environment = environment_of_worker(serving);
    posix_spawn_file_actions_t actions;

    if (environment == NULL)
        return cupel_fail(err, -ENOMEM, "start the worker: out of memory");
    argv[4] = (char *)(uintptr_t)slots;
    int r = posix_spawn_file_actions_init(&actions);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, input_fd, STDIN_FILENO);
    r = r == 0 ? service_spawn(argv, environment, &actions, ret, err)
               : cupel_fail(err, -r, "start the worker: %s", strerrordesc_np(r));
    (void)posix_spawn_file_actions_destroy(&actions);
    free_environment(environment);
    return r;
}

static void start_worker(struct serving *serving)
{
    struct worker *worker = &serving->worker;
    struct cupel_error err = {0};
    int fds[2] = {-1, -1};

    worker->started_us = http_now_us();
    int r = pipe2(fds, O_CLOEXEC) < 0 ? cupel_fail_errno(&err, "pipe")
                                      : spawn_worker(serving, fds[0], &worker->pid, &err);
    cupel_close_p(&fds[0]);
    worker->life_fd = fds[1];
    if (r == 0)
        return;
    cupel_close_p(&worker->life_fd);
    worker->pid = 0;
    worker->again_us = worker->started_us + BACKOFF_MAX_US;
    (void)cupel_cli_fail(serving->command, 0, "%s", err.text);
}

/* It has ended without being asked to. */
static void note_worker(struct serving *serving, int status)
{
    struct worker *worker = &serving->worker;
    int64_t now_us = http_now_us();
    bool was_steady = now_us - worker->started_us > STEADY_US;

    worker->pid = 0;
    cupel_close_p(&worker->life_fd);
    worker->backoff_us =
        was_steady || worker->backoff_us == 0 ? SECOND : 2 * worker->backoff_us;
    if (worker->backoff_us > BACKOFF_MAX_US)
        worker->backoff_us = BACKOFF_MAX_US;
    worker->again_us = now_us + worker->backoff_us;
    if (WIFSIGNALED(status))
        (void)cupel_cli_fail(serving->command, 0, "the worker was ended by signal %d",
                             WTERMSIG(status));
    else
        (void)cupel_cli_fail(serving->command, 0, "the worker has ended with status %d",
                             WEXITSTATUS(status));
}

/* Until SIGTERM or SIGINT. */
static void wait_for_end(struct serving *serving)
{
    struct worker *worker = &serving->worker;

    for (;;) {
        struct signalfd_siginfo info;
        struct pollfd fd = {.fd = serving->signal_fd, .events = POLLIN};
        bool is_missing = serving->options->has_worker && worker->pid == 0;
        int64_t left_us = worker->again_us - http_now_us();
        if (is_missing && left_us <= 0) {
            start_worker(serving);
            continue;
        }
        if (poll(&fd, 1, is_missing ? (int)(left_us / 1000) + 1 : -1) <= 0)
            continue;
        if (read(serving->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
            continue;
        if (info.ssi_signo != SIGCHLD)
            return;
        int status = 0;
        if (worker->pid > 0 && waitpid(worker->pid, &status, WNOHANG) == worker->pid)
            note_worker(serving, status);
    }
}

/* Whoever cannot wait for its jobs sends another signal. */
static void stop_worker(const struct serving *serving)
{
    struct signalfd_siginfo info = {.ssi_signo = SIGTERM};
    const struct worker *worker = &serving->worker;
    int status = 0;

    if (worker->pid == 0)
        return;
    do {
        if (info.ssi_signo != SIGCHLD)
            (void)kill(worker->pid, SIGTERM);
    } while (waitpid(worker->pid, &status, WNOHANG) == 0 &&
             TEMP_FAILURE_RETRY(read(serving->signal_fd, &info, sizeof(info))) ==
                 (ssize_t)sizeof(info));
}

static int tell(const struct serving *serving, uint16_t port, const char *token,
                struct cupel_error *err)
{
    const struct http_server_options *server = &serving->options->server;
    bool is_six = strchr(server->address, ':') != NULL;
    CUPEL_AUTO_FREE char *text = NULL;

    if (asprintf(&text, "listening on %s://%s%s%s:%u\n%s%s%s",
                 server->tls_cert != NULL ? "https" : "http", is_six ? "[" : "",
                 server->address, is_six ? "]" : "", port, token != NULL ? "token " : "",
                 token != NULL ? token : "", token != NULL ? "\n" : "") < 0) {
        text = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    int r = cupel_cli_write(NULL, text, err);
    explicit_bzero(text, strlen(text));
    return r;
}

/* Whether a queue is one that nobody may use. */
static int is_unused(struct cupel_queue *queue, bool *ret, struct cupel_error *err)
{
    struct cupel_token_list tokens;

    int r = cupel_queue_list_tokens(queue, &tokens, err);
    if (r < 0)
        return r;
    *ret = true;
    for (size_t i = 0; i < tokens.count; i++)
        *ret = *ret && tokens.items[i].revoked_us != 0;
    cupel_token_list_clear(&tokens);
    return 0;
}

/* A token that nobody was told of is nobody's. */
static int tell_token(const struct serving *serving, uint16_t port, struct cupel_queue *queue,
                      struct cupel_error *err)
{
    struct cupel_error none = {0};
    struct cupel_token token;
    char *text = NULL;

    int r =
        cupel_queue_add_token(queue, CUPEL_ROLE_PLATFORM, NULL, "first", 0, &token, &text, err);
    if (r < 0)
        return r;
    r = tell(serving, port, text, err);
    if (r < 0)
        (void)!cupel_queue_revoke_token(queue, token.id, &none);
    cupel_token_clear(&token);
    explicit_bzero(text, strlen(text));
    free(text);
    return r;
}

/* Last of all: who reads the address may use it. */
static int tell_address(const struct serving *serving, uint16_t port, struct cupel_error *err)
{
    struct cupel_queue *queue = NULL;
    bool unused = false;

    int r = cupel_queue_open(serving->options->server.queue_url, &queue, err);
    if (r == 0)
        r = is_unused(queue, &unused, err);
    if (r == 0)
        r = unused ? tell_token(serving, port, queue, err) : tell(serving, port, NULL, err);
    cupel_queue_close(queue);
    return r;
}

static int start(struct serving *serving, struct cupel_error *err)
{
    struct http_server_options *server = &serving->options->server;
    struct cupel_queue *queue = NULL;
    uint16_t port = 0;

    int r = cupel_queue_open(server->queue_url, &queue, err);
    if (r < 0)
        return r;
    r = metrics_new(queue, &serving->metrics, err);
    cupel_queue_close(queue);
    server->settings.metrics = serving->metrics;
    if (r == 0)
        r = chores_start(server->queue_url, server->settings.allow_private_webhooks,
                         &serving->chores, err);
    if (r == 0)
        r = http_server_start(server, &serving->service, &port, err);
    return r == 0 ? tell_address(serving, port, err) : r;
}

/* Blocked in all threads to come, and read by us alone. A client that goes is no signal. */
static int take_signals(struct cupel_error *err)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGCHLD);
    (void)signal(SIGPIPE, SIG_IGN);
    int r = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (r != 0)
        return cupel_fail(err, -r, "pthread_sigmask: %s", strerrordesc_np(r));
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    return fd < 0 ? cupel_fail_errno(err, "signalfd") : fd;
}

/* Each connection takes one, and each part of a form. */
static void raise_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int serve(struct serving *serving, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = take_signals(err);
    if (fd < 0)
        return fd;
    serving->signal_fd = fd;
    raise_files();
    int r = start(serving, err);
    if (r == 0)
        wait_for_end(serving);
    http_server_stop(serving->service);
    stop_worker(serving);
    chores_stop(serving->chores);
    metrics_free(serving->metrics);
    return r;
}

/* Pages, and the API; NULL behind the last. */
static void list_tables(const struct http_routes *ret[static TABLES_MAX])
{
    size_t count = 0;

    ret[count++] = &page_routes;
    for (size_t i = 0; api_tables[i] != NULL && count < TABLES_MAX - 1; i++)
        ret[count++] = api_tables[i];
    ret[count] = NULL;
}

int service_serve(int argc, char **argv, const char *state_folder, char **environment)
{
    struct serve_options options;
    struct serving serving = {.command = argv[0],
                              .environment = environment,
                              .options = &options,
                              .worker = {.life_fd = -1}};
    const struct http_routes *tables[TABLES_MAX];
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};
    int code = CUPEL_EXIT_PLATFORM;

    if (!serve_options_read(argc, argv, state_folder, &options, &code))
        return code;
    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(argv[0], CUPEL_EXIT_PLATFORM, "%s", err.text);
    list_tables(tables);
    options.server.tables = tables;
    options.server.problem_page = page_of_error;
    options.server.settings.policies = paths.policies;
    options.server.settings.environment = environment;
    options.server.settings.unpacking = &serving.unpacking;
    (void)sem_init(&serving.unpacking, 0, UNPACKING_MAX);
    upload_clean(options.server.settings.work);
    int r = serve(&serving, &err);
    if (r < 0)
        return cupel_cli_fail(argv[0], r == -EINVAL ? CUPEL_EXIT_USAGE : CUPEL_EXIT_PLATFORM,
                              "%s", err.text);
    return CUPEL_EXIT_OK;
}
