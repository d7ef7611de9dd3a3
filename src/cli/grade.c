/* cupel grade: one submission, by one grader. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/events.h"
#include "cli/install.h"
#include "cli/job.h"
#include "cli/open_grader.h"
#include "cli/progress.h"
#include "cli/result_format.h"
#include "cupel/cell.h"
#include "cupel/cleanup.h"
#include "cupel/grade.h"
#include "grader/plan.h"

static const char help[] =
    "Usage: cupel grade [OPTION…] GRADER SUBMISSION\n"
    "\n"
    "Grade one submission in a sandbox, and print the result.\n"
    "\n"
    "  GRADER      a folder with grader.json, that file, or the name of a shipped grader\n"
    "  SUBMISSION  a folder, a file, an archive (zip, tar, gz, bz2, xz, zst, 7z), or - for\n"
    "              an archive on standard input\n"
    "\n"
    "Result:\n"
    "  -o, --output FILE       write it to FILE, complete or not at all; default: standard\n"
    "                          output\n"
    "      --format FORMAT     json, text, html: one page, junit, or what another system\n"
    "                          reads: gradescope, coursera, prairielearn; default: json\n"
    "      --view VIEW         staff or learner, who sees nothing of hidden tests but what\n"
    "                          they are worth, and no total that tells; default: staff\n"
    "      --keep FOLDER       leave the built submission and each test's output (its first\n"
    "                          64 KiB) there\n"
    "      --events FD         tell of each step that ends, at once: an object of JSON a line\n"
    "                          on descriptor FD, from 3 on\n"
    "      --quiet             say nothing but errors on standard error\n"
    "\n"
    "Sandbox:\n"
    "      --jobs N            tests at the same time, 1 to 64; default: processors\n"
    "      --require LAYER,…   refuse to grade without these layers: user_namespace,\n"
    "                          seccomp, no_new_privs, landlock, cgroup\n"
    "      --cgroup PATH|none  cgroup (version 2) to make the job's below; default: the one\n"
    "                          that cupel runs in, if it is delegated, else a scope of\n"
    "                          systemd's, else none\n"
    "\n"
    "  -h, --help              print this\n"
    "\n"
    "Example:\n"
    "  cupel grade --jobs 4 -o result.json graders/fibonacci submission.zip\n"
    "\n"
    "Exit:\n"
    "  0  graded, whatever the score\n"
    "  1  platform failure; nothing is known of the submission\n"
    "  2  usage, or an invalid grader or policy\n"
    "  3  submission rejected: not readable, too large, hostile, files missing\n"
    "  4  this host cannot enforce what a policy or --require asks for\n"
    "  5  the grader is at fault\n";

static const char *const view_names[] = {"staff", "learner", NULL};

struct request {
    const char *command;
    const char *grader;
    const char *submission;
    const char *output; /* NULL: standard output */
    const char *keep;
    const char *cgroup;
    enum cli_format format;
    enum cupel_view view;
    unsigned jobs;
    unsigned require;
    int events_fd; /* -1: none */
    bool quiet;
    bool help;
};

enum option_id {
    OPTION_FORMAT = 256,
    OPTION_VIEW,
    OPTION_JOBS,
    OPTION_REQUIRE,
    OPTION_CGROUP,
    OPTION_KEEP,
    OPTION_EVENTS,
    OPTION_QUIET
};

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"view", required_argument, NULL, OPTION_VIEW},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"require", required_argument, NULL, OPTION_REQUIRE},
    {"cgroup", required_argument, NULL, OPTION_CGROUP},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"events", required_argument, NULL, OPTION_EVENTS},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool parse_format(struct request *request, const char *text)
{
    size_t choice = 0;

    if (!cupel_cli_parse_choice(request->command, "--format", text, cli_format_names, &choice))
        return false;
    request->format = (enum cli_format)choice;
    return true;
}

static bool parse_view(struct request *request, const char *text)
{
    size_t choice = 0;

    if (!cupel_cli_parse_choice(request->command, "--view", text, view_names, &choice))
        return false;
    request->view = choice == 0 ? CUPEL_VIEW_STAFF : CUPEL_VIEW_LEARNER;
    return true;
}

static bool parse_option(struct request *request, int id, const char *value)
{
    switch (id) {
    case 'o':
        request->output = value;
        return true;
    case 'h':
        request->help = true;
        return true;
    case OPTION_FORMAT:
        return parse_format(request, value);
    case OPTION_VIEW:
        return parse_view(request, value);
    case OPTION_JOBS:
        return cupel_cli_parse_jobs(request->command, value, &request->jobs);
    case OPTION_REQUIRE:
        return cupel_cli_parse_layers(request->command, value, &request->require);
    case OPTION_CGROUP:
        request->cgroup = value;
        return true;
    case OPTION_KEEP:
        request->keep = value;
        return true;
    case OPTION_EVENTS:
        return cli_events_parse(request->command, value, &request->events_fd);
    case OPTION_QUIET:
        request->quiet = true;
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
    while ((id = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (!parse_option(request, id, optarg))
            return false;
    }
    if (request->help)
        return true;
    if (argc - optind != 2) {
        (void)cupel_cli_usage(request->command,
                              "expected a grader and a submission; see cupel grade --help");
        return false;
    }
    request->grader = argv[optind];
    request->submission = argv[optind + 1];
    return true;
}

static bool wants_colour(const struct request *request)
{
    return request->output == NULL && isatty(STDOUT_FILENO) && cupel_cli_likes_colour();
}

static int print_result(const struct request *request, const struct cupel_result *result)
{
    struct cupel_error err = {0};

    /* Where there is nothing to print, the exit code tells why. */
    if (cli_print_result(request->format, result, request->view, wants_colour(request),
                         request->output, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return CUPEL_EXIT_OK;
}

/* The exit code of a result, with its reason on standard error if it was not graded. */
static int exit_code_of(const struct request *request, const struct cupel_result *result)
{
    const char *message = result->message != NULL ? result->message : "no reason is known";

    switch (result->status) {
    case CUPEL_STATUS_GRADED:
        return CUPEL_EXIT_OK;
    case CUPEL_STATUS_REJECTED:
        return cupel_cli_fail(request->command, CUPEL_EXIT_REJECTED, "submission rejected: %s",
                              message);
    case CUPEL_STATUS_GRADER_ERROR:
        return cupel_cli_fail(request->command, CUPEL_EXIT_GRADER, "the grader is at fault: %s",
                              message);
    case CUPEL_STATUS_PLATFORM_ERROR:
        break;
    }
    return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "platform failure: %s",
                          message);
}

static int grade_failed(const struct request *request, int r, const struct cupel_error *err)
{
    int code = CUPEL_EXIT_PLATFORM;

    if (r == -ENOTSUP)
        code = CUPEL_EXIT_CANNOT_ENFORCE;
    else if (r == -EEXIST || r == -ENOTDIR || r == -ENOENT)
        code = CUPEL_EXIT_USAGE; /* the folder of --keep */
    return cupel_cli_fail(request->command, code, "%s", err->text);
}

/* For harnesses, which are staff's. */
static char *report_run(const struct cupel_outcome *outcome)
{
    json_t *json = cupel_render_run(outcome, CUPEL_VIEW_STAFF);
    char *text = json != NULL ? cupel_render_json_text(json) : NULL;

    json_decref(json);
    return text;
}

/* Who hears of a step. */
struct watchers {
    struct cupel_cli_progress progress;
    struct cli_events events;
};

static void tell_step(void *owner, size_t done, size_t total, const char *id,
                      const struct cupel_test_result *test)
{
    struct watchers *watchers = owner;

    cupel_cli_progress_step(&watchers->progress, done, total, id, test);
    cli_events_step(&watchers->events, done, total, id, test);
}

static int grade(const struct request *request, const struct cupel_cli_paths *paths,
                 const struct cupel_grader *grader, struct cupel_cgroup *cgroup)
{
    struct watchers watchers = {
        .progress = {.shown = !request->quiet && isatty(STDERR_FILENO), .view = request->view}};
    const struct cupel_grade_options grade_options = {
        .cell_path = paths->cell,
        .unpack_path = paths->unpack,
        .exec_path = paths->exec,
        .runners_path = paths->harness,
        .report_run = report_run,
        .cache = paths->filters,
        .submission = request->submission,
        .input_fd = STDIN_FILENO,
        .jobs = request->jobs,
        .require = request->require,
        .cgroup = cgroup,
        .keep = request->keep,
        .progress = tell_step,
        .owner = &watchers,
    };
    struct cupel_result result = {0};
    struct cupel_error err = {0};

    cli_events_init(&watchers.events, request->events_fd, request->view, grader);
    int r = cupel_grade(grader, &grade_options, &result, &err);
    cupel_cli_progress_end(&watchers.progress);
    cli_events_end(&watchers.events);
    if (r < 0)
        return grade_failed(request, r, &err);
    /* Text on a terminal would be there twice. */
    if (watchers.progress.shown && request->format != CLI_FORMAT_TEXT)
        cupel_cli_progress_summary(&result, request->view);
    int code = print_result(request, &result);
    if (code == CUPEL_EXIT_OK)
        code = exit_code_of(request, &result);
    cupel_result_clear(&result);
    return code;
}

static int grade_in_cgroup(const struct request *request, const struct cupel_cli_paths *paths,
                           const struct cupel_grader *grader)
{
    struct cupel_cgroup_search search;
    struct cupel_cgroup *cgroup = NULL;
    struct cupel_error err = {0};

    int r = cli_job_cgroup(request->cgroup, paths->scope, &search, &cgroup, &err);
    int code = r < 0 ? grade_failed(request, r, &err) : grade(request, paths, grader, cgroup);
    if (code == CUPEL_EXIT_CANNOT_ENFORCE)
        cli_job_print_mends(request->cgroup, &search, cgroup,
                            cupel_plan_require(grader, request->require), paths->cell);
    cupel_cgroup_free(cgroup);
    return code;
}

int cupel_cli_grade(int argc, char **argv)
{
    struct request request = {
        .command = argv[0], .jobs = cupel_cli_processors(), .events_fd = -1};
    struct cupel_cli_paths paths;
    struct cupel_grader *grader = NULL;
    struct cupel_error err = {0};

    if (!parse(argc, argv, &request))
        return CUPEL_EXIT_USAGE;
    if (request.help)
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(request.command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    CUPEL_AUTO_FREE char *path = cli_find_grader(request.grader, &paths);
    if (path == NULL)
        return cupel_cli_fail(request.command, CUPEL_EXIT_PLATFORM, "out of memory");
    int code = cli_open_grader(request.command, path, &paths, &grader);
    if (code == CUPEL_EXIT_OK)
        code = grade_in_cgroup(&request, &paths, grader);
    cupel_grader_free(grader);
    return code;
}
