/* cupel run: one command in the sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/boxed.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/score.h"
#include "cupel/units.h"

static const char help[] =
    "Usage: cupel run [OPTION…] -- COMMAND [ARGUMENT…]\n"
    "\n"
    "Run one command in the sandbox, in an empty folder /box.\n"
    "\n"
    "Policy and limits (default: the policy's):\n"
    "      --policy NAME|FILE    what the command may do; default: native\n"
    "      --wall TIME           real time, for instance 2s, 500ms\n"
    "      --cpu TIME            CPU time of all its processes together\n"
    "      --memory SIZE         for instance 256MiB\n"
    "      --processes N         processes and threads at the same time\n"
    "      --output SIZE         standard output and standard error together\n"
    "      --disk SIZE           what it may write, to /box and to /tmp each\n"
    "      --file-size SIZE      of each file\n"
    "      --open-files N        of each process\n"
    "      --cpus N              processors at a time, for instance 0.5; needs a cgroup\n"
    "      --network NETWORK     none or loopback\n"
    "      --require LAYER,…     run nothing without these layers: user_namespace, seccomp,\n"
    "                            no_new_privs, landlock, cgroup\n"
    "      --cgroup PATH|none    cgroup (version 2) to make the job's below; default: the one\n"
    "                            that cupel runs in, if it is delegated, else a scope of\n"
    "                            systemd's, else none\n"
    "\n"
    "What it sees:\n"
    "      --environment NAME    the root file system; host is the only one; default: host\n"
    "      --bind SRC[:DST]      a file or folder of the host that may be written to; DST:\n"
    "                            default: SRC. Started by root, the command has an\n"
    "                            unprivileged uid of its own, to which SRC must be open\n"
    "      --bind-ro SRC[:DST]   the same, read-only\n"
    "      --chdir DIR           working folder; default: /box\n"
    "      --env NAME=VALUE      environment variable; may be repeated\n"
    "      --stdin FILE          default: standard input\n"
    "      --stdout FILE         default: standard output\n"
    "      --stderr FILE         default: standard error\n"
    "\n"
    "      --report FILE         write a cupel.run/1 document: how it ended, figures, layers\n"
    "  -h, --help                print this\n"
    "\n"
    "Example:\n"
    "  cupel run --cpu 1s --memory 64MiB --bind-ro prog:/box/prog -- ./prog\n"
    "\n"
    "Exit:\n"
    "  the command's own status; 128+N if signal N of its own killed it\n"
    "  124  a limit ended it\n"
    "  125  no sandbox, wrong usage or an invalid policy: nothing ran\n"
    "  126  the command was found, but could not be executed\n"
    "  127  the command was not found\n";

#define EXIT_LIMIT 124

struct request {
    const char *command;
    const char *files[3]; /* --stdin, --stdout, --stderr; NULL: inherited */
    const char *report;
    struct boxed_options boxed;
    bool help;
};

enum option_id {
    OPTION_POLICY = 256,
    OPTION_LIMIT_FIRST,
    OPTION_WALL = OPTION_LIMIT_FIRST,
    OPTION_CPU,
    OPTION_MEMORY,
    OPTION_PROCESSES,
    OPTION_OUTPUT,
    OPTION_DISK,
    OPTION_FILE_SIZE,
    OPTION_OPEN_FILES,
    OPTION_CPUS,
    OPTION_NETWORK,
    OPTION_REQUIRE,
    OPTION_CGROUP,
    OPTION_ENVIRONMENT,
    OPTION_BIND,
    OPTION_BIND_RO,
    OPTION_CHDIR,
    OPTION_ENV,
    OPTION_STDIN,
    OPTION_STDOUT,
    OPTION_STDERR,
    OPTION_REPORT,
};

static const struct option options[] = {
    {"policy", required_argument, NULL, OPTION_POLICY},
    {"wall", required_argument, NULL, OPTION_WALL},
    {"cpu", required_argument, NULL, OPTION_CPU},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"processes", required_argument, NULL, OPTION_PROCESSES},
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"disk", required_argument, NULL, OPTION_DISK},
    {"file-size", required_argument, NULL, OPTION_FILE_SIZE},
    {"open-files", required_argument, NULL, OPTION_OPEN_FILES},
    {"cpus", required_argument, NULL, OPTION_CPUS},
    {"network", required_argument, NULL, OPTION_NETWORK},
    {"require", required_argument, NULL, OPTION_REQUIRE},
    {"cgroup", required_argument, NULL, OPTION_CGROUP},
    {"environment", required_argument, NULL, OPTION_ENVIRONMENT},
    {"bind", required_argument, NULL, OPTION_BIND},
    {"bind-ro", required_argument, NULL, OPTION_BIND_RO},
    {"chdir", required_argument, NULL, OPTION_CHDIR},
    {"env", required_argument, NULL, OPTION_ENV},
    {"stdin", required_argument, NULL, OPTION_STDIN},
    {"stdout", required_argument, NULL, OPTION_STDOUT},
    {"stderr", required_argument, NULL, OPTION_STDERR},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

enum unit { UNIT_TIME, UNIT_SIZE, UNIT_COUNT, UNIT_MILLI };

/* The options that set a limit, from OPTION_LIMIT_FIRST on. */
static const struct {
    const char *option;
    enum unit unit;
    size_t offset; /* of the uint64_t in struct cupel_limits */
} limit_options[] = {
    {"--wall", UNIT_TIME, offsetof(struct cupel_limits, wall_ns)},
    {"--cpu", UNIT_TIME, offsetof(struct cupel_limits, cpu_ns)},
    {"--memory", UNIT_SIZE, offsetof(struct cupel_limits, memory_bytes)},
    {"--processes", UNIT_COUNT, offsetof(struct cupel_limits, processes)},
    {"--output", UNIT_SIZE, offsetof(struct cupel_limits, output_bytes)},
    {"--disk", UNIT_SIZE, offsetof(struct cupel_limits, disk_bytes)},
    {"--file-size", UNIT_SIZE, offsetof(struct cupel_limits, file_size_bytes)},
    {"--open-files", UNIT_COUNT, offsetof(struct cupel_limits, open_files)},
    {"--cpus", UNIT_MILLI, offsetof(struct cupel_limits, cpus_milli)},
};

/* "0.5" in thousandths. */
static int parse_milli(const char *text, uint64_t *ret, struct cupel_error *err)
{
    char *end = NULL;
    double value = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

    if (end == NULL || *end != '\0' || !(value >= 0.01 && value <= CUPEL_CPUS_ALL / 1000.0))
        return cupel_fail(err, -EINVAL, "expected a number from 0.01 to %d, found \"%s\"",
                          CUPEL_CPUS_ALL / 1000, text);
    *ret = (uint64_t)(value * 1000 + 0.5);
    return 0;
}

static bool parse_limit(struct request *request, size_t index, const char *text)
{
    struct cupel_error err = {0};
    uint64_t value = 0;
    int r = 0;

    switch (limit_options[index].unit) {
    case UNIT_TIME:
        r = cupel_units_parse_duration(text, &value, &err);
        break;
    case UNIT_SIZE:
        r = cupel_units_parse_bytes(text, &value, &err);
        break;
    case UNIT_COUNT:
        if (!cupel_cli_parse_number(text, 1, 1000000, &value))
            r = cupel_fail(&err, -EINVAL, "expected a number from 1 to 1000000, found \"%s\"",
                           text);
        break;
    case UNIT_MILLI:
        r = parse_milli(text, &value, &err);
        break;
    }
    if (r == 0 && value == 0)
        r = cupel_fail(&err, -EINVAL, "expected more than 0");
    if (r < 0) {
        (void)cupel_cli_usage(request->command, "%s: %s", limit_options[index].option,
                              err.text);
        return false;
    }
    struct boxed_limit *limit = &request->boxed.limits[request->boxed.limit_count++];
    *limit = (struct boxed_limit){limit_options[index].offset, value};
    return true;
}

static bool parse_network(struct request *request, const char *text)
{
    static const char *const names[] = {"none", "loopback", NULL};
    size_t choice = 0;

    if (!cupel_cli_parse_choice(request->command, "--network", text, names, &choice))
        return false;
    request->boxed.network = choice == 0 ? CUPEL_NETWORK_NONE : CUPEL_NETWORK_LOOPBACK;
    request->boxed.has_network = true;
    return true;
}

static bool parse_environment(const struct request *request, const char *text)
{
    static const char *const names[] = {"host", NULL};
    size_t choice = 0;

    return cupel_cli_parse_choice(request->command, "--environment", text, names, &choice);
}

static bool add(const struct request *request, struct boxed_list *list, const char *value,
                const char *option)
{
    if (list->count == BOXED_LIST_MAX) {
        (void)cupel_cli_usage(request->command, "%s: at most %d", option, BOXED_LIST_MAX);
        return false;
    }
    list->items[list->count++] = value;
    return true;
}

static bool parse_env(struct request *request, const char *text)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text) {
        (void)cupel_cli_usage(request->command, "--env %s: expected NAME=VALUE", text);
        return false;
    }
    return add(request, &request->boxed.variables, text, "--env");
}

static bool parse_chdir(struct request *request, const char *text)
{
    if (text[0] != '/') {
        (void)cupel_cli_usage(request->command, "--chdir %s: expected an absolute path", text);
        return false;
    }
    request->boxed.chdir = text;
    return true;
}

static bool parse_option(struct request *request, int id, const char *value)
{
    if (id >= OPTION_LIMIT_FIRST && id < OPTION_NETWORK)
        return parse_limit(request, (size_t)(id - OPTION_LIMIT_FIRST), value);
    switch (id) {
    case 'h':
        request->help = true;
        return true;
    case OPTION_POLICY:
        request->boxed.policy = value;
        return true;
    case OPTION_NETWORK:
        return parse_network(request, value);
    case OPTION_REQUIRE:
        return cupel_cli_parse_layers(request->command, value, &request->boxed.require);
    case OPTION_CGROUP:
        request->boxed.cgroup = value;
        return true;
    case OPTION_ENVIRONMENT:
        return parse_environment(request, value);
    case OPTION_BIND:
        return add(request, &request->boxed.binds, value, "--bind");
    case OPTION_BIND_RO:
        return add(request, &request->boxed.read_only_binds, value, "--bind-ro");
    case OPTION_CHDIR:
        return parse_chdir(request, value);
    case OPTION_ENV:
        return parse_env(request, value);
    case OPTION_STDIN:
    case OPTION_STDOUT:
    case OPTION_STDERR:
        request->files[id - OPTION_STDIN] = value;
        return true;
    case OPTION_REPORT:
        request->report = value;
        return true;
    default:
        return false; /* getopt(3) has told */
    }
}

static bool parse(int argc, char **argv, struct request *request)
{
    int id;

    while ((id = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        if (!parse_option(request, id, optarg))
            return false;
        if (request->boxed.limit_count == BOXED_LIMITS_MAX) {
            (void)cupel_cli_usage(request->command, "too many limits");
            return false;
        }
    }
    if (!request->help && optind == argc) {
        (void)cupel_cli_usage(request->command, "expected a command; see cupel run --help");
        return false;
    }
    request->boxed.argv = (const char *const *)argv + optind;
    return true;
}

static int open_files(const struct request *request, int fds[static 3])
{
    static const int flags[] = {O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC,
                                O_WRONLY | O_CREAT | O_TRUNC};

    for (int i = 0; i < 3; i++) {
        fds[i] = i;
        if (request->files[i] == NULL)
            continue;
        fds[i] = open(request->files[i], flags[i] | O_CLOEXEC, 0666);
        if (fds[i] < 0)
            return cupel_cli_fail(request->command, CUPEL_EXIT_NO_SANDBOX, "%s: %s",
                                  request->files[i], strerrordesc_np(errno));
    }
    return 0;
}

static int write_report(const struct request *request, const struct cupel_outcome *outcome)
{
    struct cupel_error err = {0};
    json_t *json = cupel_render_run(outcome, CUPEL_VIEW_STAFF);
    CUPEL_AUTO_FREE char *text = json != NULL ? cupel_render_json_text(json) : NULL;

    json_decref(json);
    if (text == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_NO_SANDBOX, "out of memory");
    if (cupel_cli_write(request->report, text, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_NO_SANDBOX, "%s", err.text);
    return 0;
}

static int exit_code_of(const struct request *request, const struct cupel_outcome *outcome)
{
    CUPEL_AUTO_FREE char *sentence = NULL;

    switch (outcome->status) {
    case CUPEL_RUN_LIMIT:
    case CUPEL_RUN_SIGNALED:
        if (cupel_score_explain(outcome, &sentence) == 0 && sentence != NULL)
            (void)cupel_cli_fail(request->command, 0, "%s", sentence);
        return outcome->status == CUPEL_RUN_LIMIT ? EXIT_LIMIT : 128 + outcome->signal;
    case CUPEL_RUN_EXITED:
        if (outcome->exec_errno != 0)
            return cupel_cli_fail(request->command, outcome->exit_code, "%s: %s",
                                  request->boxed.argv[0], strerrordesc_np(outcome->exec_errno));
        return outcome->exit_code;
    case CUPEL_RUN_SANDBOX_ERROR:
        break;
    }
    return cupel_cli_fail(request->command, CUPEL_EXIT_NO_SANDBOX, "%s", outcome->error);
}

static int run(const struct request *request)
{
    struct cupel_outcome outcome;
    int fds[3];

    int code = open_files(request, fds);
    if (code == 0)
        code = boxed_run(request->command, &request->boxed, fds, NULL, &outcome);
    if (code != 0)
        return code < 0 ? CUPEL_EXIT_NO_SANDBOX : code;
    code = exit_code_of(request, &outcome);
    int report_code = request->report == NULL ? 0 : write_report(request, &outcome);
    cupel_denied_clear(&outcome.denied);
    return report_code != 0 ? report_code : code;
}

int cupel_cli_run(int argc, char **argv)
{
    struct request request = {.command = argv[0], .boxed = {.policy = "native"}};
    struct cupel_error err = {0};

    if (!parse(argc, argv, &request))
        return CUPEL_EXIT_NO_SANDBOX;
    if (request.help)
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    return run(&request);
}
