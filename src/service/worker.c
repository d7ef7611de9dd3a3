/*
 * cupel worker: takes jobs from a queue, and does them.
 *
 * Theory of operation
 *
 * One process, one thread, one loop. A job is leased while a slot, memory and processors are
 * free; its files are written to a folder, and `cupel` is started on them as a process of its
 * own: a crash takes one job, and a kill of the worker takes all of them (PR_SET_PDEATHSIG).
 * What the process finds out goes to the queue as the job's result, and nothing else does.
 *
 *   worker_loop.c   a turn: whatever is due after something has happened
 *   worker_care.c   leases are extended; jobs that are no longer ours are let go
 *   worker_job.c    a job's files and processes
 *   worker_child.c  starting `cupel`
 *   worker_files.c  the folder that it works in
 *   worker_end.c    what an exit code means: a result, or a failure of the platform
 *   worker_tell.c   the queue is told, until it has heard
 *   worker_lines.c  what a job says while it runs
 *
 * The queue may be out of reach: what runs goes on, and what has ended is told again and again,
 * until the lease has run out and the job may be another worker's. A job whose lease is over is
 * killed and not told of: the token of the lease keeps one job from having two results.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/install.h"
#include "cupel/cgroup.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "cupel/units.h"
#include "service/commands.h"
#include "service/worker.h"
#include "service/worker_machine.h"

static const char help[] =
    "Usage: cupel worker [OPTION…]\n"
    "\n"
    "Take jobs from a queue, and do them, until SIGTERM.\n"
    "\n"
    "      --queue URL         sqlite://PATH or postgresql://HOST/DATABASE; default:\n"
    "                          $CUPEL_QUEUE, where a password is seen by nobody else\n"
    "\n"
    "Jobs are taken while all of these are left:\n"
    "      --slots N           jobs at the same time, 1 to 256; default: processors\n"
    "      --memory SIZE       of all jobs together, by what each asks for, for instance "
    "8GiB;\n"
    "                          default: the machine's, or what its cgroup may have\n"
    "      --cpus N            processors, as above, for instance 1.5; default: processors\n"
    "\n"
    "Worker:\n"
    "      --name NAME         how the queue shows it; default: the host's name and the\n"
    "                          process's number\n"
    "      --work FOLDER       its own, for jobs' files and graders; default:\n"
    "                          $XDG_CACHE_HOME/cupel/worker or ~/.cache/cupel/worker,\n"
    "                          or worker-2 and so on, where that is another one's\n"
    "      --lease TIME        a job of a worker that was not heard of for so long is given\n"
    "                          to another one, 1s to 1h; default: 30s\n"
    "      --drain TIME        after SIGTERM, what runs may run for so long; default: 60s\n"
    "      --job-time TIME     a job that is not done after so long is ended, and tried "
    "again,\n"
    "                          1s to 168h; default: 1h\n"
    "      --cgroup PATH|none  cgroup (version 2) to make jobs' below; default: the one that\n"
    "                          the worker runs in, if it is delegated, else a scope of\n"
    "                          systemd's, else none\n"
    "\n"
    "      --stop-at-eof       the end of standard input, a pipe, is like SIGTERM: whoever\n"
    "                          started the worker has ended\n"
    "\n"
    "  -h, --help              print this\n"
    "\n"
    "What happens is told on standard error, a JSON object a line, and to systemd, if it has\n"
    "started the worker (Type=notify, WatchdogSec=).\n"
    "\n"
    "SIGTERM and SIGINT: no job is taken any more, those at work are finished, and those that\n"
    "take too long are given back, or have failed if they may be tried only once. A second\n"
    "signal: at once.\n"
    "\n"
    "Example:\n"
    "  cupel worker --queue sqlite:///var/lib/cupel/queue.db --slots 2\n"
    "\n"
    "Exit:\n"
    "  0  ended by a signal\n"
    "  1  platform failure: the queue cannot be opened, for instance\n"
    "  2  usage, or another worker has the folder\n"
    "  4  the cgroup that --cgroup names does not serve\n";

#define SLOTS_MAX    256
#define NAME_BYTES   200
#define CPUS_MAX     1024
#define LEASE_MIN_US 1000000
#define LEASE_MAX_US INT64_C(3600000000)
#define DRAIN_MAX_US INT64_C(86400000000)
#define JOB_MIN_US   1000000
#define JOB_MAX_US   INT64_C(604800000000)

enum option_id {
    OPTION_QUEUE = 256,
    OPTION_SLOTS,
    OPTION_MEMORY,
    OPTION_CPUS,
    OPTION_NAME,
    OPTION_WORK,
    OPTION_LEASE,
    OPTION_DRAIN,
    OPTION_JOB_TIME,
    OPTION_CGROUP,
    OPTION_STOP_AT_EOF,
};

static const struct option option_table[] = {
    {"queue", required_argument, NULL, OPTION_QUEUE},
    {"slots", required_argument, NULL, OPTION_SLOTS},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"cpus", required_argument, NULL, OPTION_CPUS},
    {"name", required_argument, NULL, OPTION_NAME},
    {"work", required_argument, NULL, OPTION_WORK},
    {"lease", required_argument, NULL, OPTION_LEASE},
    {"drain", required_argument, NULL, OPTION_DRAIN},
    {"job-time", required_argument, NULL, OPTION_JOB_TIME},
    {"cgroup", required_argument, NULL, OPTION_CGROUP},
    {"stop-at-eof", no_argument, NULL, OPTION_STOP_AT_EOF},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct request {
    const char *command;
    struct worker_options worker;
    bool help;
};

static bool parse_slots(struct request *request, const char *text)
{
    uint64_t slots = 0;

    if (!cupel_cli_parse_number(text, 1, SLOTS_MAX, &slots)) {
        (void)cupel_cli_usage(request->command, "--slots %s: expected a number from 1 to %d",
                              text, SLOTS_MAX);
        return false;
    }
    request->worker.slots = (unsigned)slots;
    return true;
}

static bool parse_memory(struct request *request, const char *text)
{
    struct cupel_error err = {0};
    uint64_t bytes = 0;

    int r = cupel_units_parse_bytes(text, &bytes, &err);
    if (r == 0 && bytes == 0)
        r = cupel_fail(&err, -EINVAL, "expected more than 0");
    if (r < 0)
        (void)cupel_cli_usage(request->command, "--memory: %s", err.text);
    request->worker.memory_bytes = bytes;
    return r == 0;
}

static bool parse_cpus(struct request *request, const char *text)
{
    char *end = NULL;
    double cpus = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

    if (end == NULL || *end != '\0' || !(cpus >= 0.001 && cpus <= CPUS_MAX)) {
        (void)cupel_cli_usage(request->command, "--cpus %s: expected a number from 0.001 to %d",
                              text, CPUS_MAX);
        return false;
    }
    request->worker.cpus_milli = (unsigned)lround(cpus * 1000);
    return true;
}

static bool parse_name(struct request *request, const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len > NAME_BYTES || !cupel_text_is_utf8(text, len)) {
        (void)cupel_cli_usage(request->command,
                              "--name: expected 1 to %d bytes of UTF-8, found %zu", NAME_BYTES,
                              len);
        return false;
    }
    request->worker.name = text;
    return true;
}

static bool parse_time(const struct request *request, const char *option, const char *text,
                       int64_t min_us, int64_t max_us, int64_t *ret_us)
{
    struct cupel_error err = {0};
    uint64_t ns = 0;

    int r = cupel_units_parse_duration(text, &ns, &err);
    int64_t us = (int64_t)(ns / CUPEL_NS_PER_US);
    if (r == 0 && (us < min_us || us > max_us))
        r = cupel_fail(&err, -ERANGE, "%s: expected %jd s to %jd s", text,
                       (intmax_t)(min_us / 1000000), (intmax_t)(max_us / 1000000));
    if (r < 0)
        (void)cupel_cli_usage(request->command, "%s: %s", option, err.text);
    *ret_us = us;
    return r == 0;
}

static bool parse_option(struct request *request, int id, const char *value)
{
    struct worker_options *worker = &request->worker;

    switch (id) {
    case 'h':
        request->help = true;
        return true;
    case OPTION_QUEUE:
        worker->queue = value;
        return true;
    case OPTION_SLOTS:
        return parse_slots(request, value);
    case OPTION_MEMORY:
        return parse_memory(request, value);
    case OPTION_CPUS:
        return parse_cpus(request, value);
    case OPTION_NAME:
        return parse_name(request, value);
    case OPTION_WORK:
        worker->work = value;
        return true;
    case OPTION_LEASE:
        return parse_time(request, "--lease", value, LEASE_MIN_US, LEASE_MAX_US,
                          &worker->lease_us);
    case OPTION_DRAIN:
        return parse_time(request, "--drain", value, 0, DRAIN_MAX_US, &worker->drain_us);
    case OPTION_JOB_TIME:
        return parse_time(request, "--job-time", value, JOB_MIN_US, JOB_MAX_US,
                          &worker->job_us);
    case OPTION_CGROUP:
        worker->cgroup = value;
        return true;
    case OPTION_STOP_AT_EOF:
        worker->stop_at_eof = true;
        return true;
    default:
        return false; /* getopt(3) has told */
    }
}

/* false with one line on standard error. */
static bool parse(int argc, char **argv, struct request *request)
{
    int id;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
    while ((id = getopt_long(argc, argv, "h", option_table, NULL)) != -1) {
        if (!parse_option(request, id, optarg))
            return false;
    }
    if (request->help)
        return true;
    if (optind < argc) {
        (void)cupel_cli_usage(request->command, "unexpected %s; see cupel worker --help",
                              argv[optind]);
        return false;
    }
    if (request->worker.queue == NULL)
        request->worker.queue = service_environment().queue;
    if (request->worker.queue == NULL) {
        (void)cupel_cli_usage(request->command,
                              "expected --queue URL or $CUPEL_QUEUE; see cupel worker --help");
        return false;
    }
    return true;
}

/* Jobs share what serves; where nothing does, they need not look again. */
static int open_cgroup(const struct worker_options *options, const char *scope,
                       struct cupel_cgroup_search *search, struct cupel_cgroup **ret,
                       const char **ret_option, struct cupel_error *err)
{
    *ret = NULL;
    *ret_option = "none";
    if (options->cgroup != NULL && strcmp(options->cgroup, "none") == 0)
        return 0;
    int r = cupel_cgroup_open(options->cgroup, scope, search, ret, err);
    if (r == 0)
        *ret_option = search->base;
    return r == -ENOTSUP && options->cgroup == NULL ? 0 : r;
}

static int code_of(const struct request *request, int r, const struct cupel_error *err)
{
    int code = CUPEL_EXIT_PLATFORM;

    if (r == -ENOTSUP)
        code = CUPEL_EXIT_CANNOT_ENFORCE;
    else if (r == -EINVAL || r == -EADDRINUSE)
        code = CUPEL_EXIT_USAGE;
    return r == 0 ? CUPEL_EXIT_OK : cupel_cli_fail(request->command, code, "%s", err->text);
}

/* With the folder, open the rest and work. */
static int work_in_folder(struct worker *worker, const struct cupel_cli_paths *paths,
                          struct cupel_error *err)
{
    struct cupel_cgroup_search search;
    struct cupel_cgroup *cgroup = NULL;

    int r = open_cgroup(worker->options, paths->scope, &search, &cgroup, &worker->cgroup, err);
    if (r == 0)
        r = cupel_queue_open(worker->options->queue, &worker->queue, err);
    if (r == 0)
        r = cupel_loop_new(&worker->loop, err);
    if (r == 0)
        r = worker_work(worker, err);
    cupel_loop_free(worker->loop);
    cupel_queue_close(worker->queue);
    cupel_cgroup_free(cgroup);
    return r;
}

static int work(const struct request *request, const struct service_manager *manager)
{
    struct worker worker = {.options = &request->worker,
                            .log_fd = STDERR_FILENO,
                            .files = {.lock_fd = -1},
                            .notify = {.fd = -1},
                            .ear = {.fd = -1},
                            .signals = {.fd = -1},
                            .input = {.fd = -1}};
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};

    int r = cupel_cli_paths_find(&paths, &err);
    if (r == 0 && request->worker.work == NULL && paths.filters[0] == '\0')
        return cupel_cli_usage(request->command, "expected --work FOLDER");
    if (r == 0 && access(paths.cupel, X_OK) < 0)
        r = cupel_fail_errno(&err, "%.200s", paths.cupel);
    worker.cupel = paths.cupel;
    if (r == 0)
        r = notify_open(manager->socket, manager->watchdog, &worker.notify, &err);
    if (r == 0)
        r = request->worker.work != NULL
                ? worker_files_open(request->worker.work, &worker.files, &err)
                : worker_files_open_free(paths.filters, &worker.files, &err);
    if (r == 0)
        r = worker_files_join(worker.files.path, "cache", worker.cache, &err);
    if (r == 0)
        r = work_in_folder(&worker, &paths, &err);
    worker_files_close(&worker.files);
    notify_close(&worker.notify);
    return code_of(request, r, &err);
}

/* "HOST-PID" */
static void name_worker(char *ret, size_t size)
{
    char host[64] = "worker";

    if (gethostname(host, sizeof(host)) == 0)
        host[sizeof(host) - 1] = '\0';
    (void)snprintf(ret, size, "%s-%d", host, getpid());
}

int service_worker(int argc, char **argv, const struct service_manager *manager)
{
    unsigned processors = cupel_cli_processors();
    struct request request = {.command = argv[0],
                              .worker = {.slots = processors,
                                         .memory_bytes = worker_machine_memory(),
                                         .cpus_milli = processors * 1000,
                                         .lease_us = 30 * INT64_C(1000000),
                                         .drain_us = 60 * INT64_C(1000000),
                                         .job_us = 3600 * INT64_C(1000000)}};
    struct cupel_error err = {0};
    char name[96];

    name_worker(name, sizeof(name));
    request.worker.name = name;
    if (!parse(argc, argv, &request))
        return CUPEL_EXIT_USAGE;
    if (request.help)
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    return work(&request, manager);
}
