/* cupel test: does a grader do what its staff expects? */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/job.h"
#include "cli/open_grader.h"
#include "cli/progress.h"
#include "cli/test.h"
#include "cupel/cell.h"
#include "cupel/cleanup.h"
#include "grader/plan.h"

static const char help[] =
    "Usage: cupel test [OPTION…] GRADER…\n"
    "\n"
    "Grade the samples of graders, compare each result with the sample's expected.json, and\n"
    "try submissions that cheat: none may earn points.\n"
    "\n"
    "  GRADER  a folder with grader.json, that file, or the name of a shipped grader\n"
    "\n"
    "Below it, samples/NAME/ holds submission/ (or an archive, submission.zip), and\n"
    "expected.json, of which the result must hold every key and value; of lists whose\n"
    "elements have an id, the elements that it names, in any order.\n"
    "\n"
    "Cheats: empty, empty-files, early-exit, forged-result, endless-output and hidden-data;\n"
    "where there is a harness, forged-report, overwritten-report and patched-harness, added "
    "to\n"
    "the sample that earns least. They are programs in C, C++, Python, Java, JavaScript or\n"
    "shell, as the grader's files are. A cheat may earn what grader.json says: \"cheats\":\n"
    "{\"early-exit\": 5}.\n"
    "\n"
    "Test:\n"
    "      --update            write what was found to expected.json: of the keys that are\n"
    "                          there, or status, scores and verdicts where there is no file\n"
    "      --no-cheats         samples only\n"
    "      --watch             test again when a file of the graders changes; Ctrl-C ends it\n"
    "      --json              print cupel.test/1 instead of text\n"
    "\n"
    "Sandbox:\n"
    "      --jobs N            programs at the same time, 1 to 64; default: processors\n"
    "      --require LAYER,…   refuse to grade without these layers: user_namespace,\n"
    "                          seccomp, no_new_privs, landlock, cgroup\n"
    "      --cgroup PATH|none  as of cupel grade\n"
    "\n"
    "  -h, --help              print this\n"
    "\n"
    "Example:\n"
    "  cupel test --watch graders/fibonacci\n"
    "\n"
    "Exit:\n"
    "  0  everything is as expected\n"
    "  1  platform failure\n"
    "  2  usage, or an invalid grader or sample; nothing was graded\n"
    "  4  this host cannot enforce what a policy or --require asks for\n"
    "  6  a sample is not as expected, or a cheat earned points\n"
    "  With --watch, 130 after Ctrl-C.\n";

enum option_id {
    OPTION_UPDATE = 256,
    OPTION_NO_CHEATS,
    OPTION_WATCH,
    OPTION_JSON,
    OPTION_JOBS,
    OPTION_REQUIRE,
    OPTION_CGROUP
};

static const struct option option_table[] = {
    {"update", no_argument, NULL, OPTION_UPDATE},
    {"no-cheats", no_argument, NULL, OPTION_NO_CHEATS},
    {"watch", no_argument, NULL, OPTION_WATCH},
    {"json", no_argument, NULL, OPTION_JSON},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"require", required_argument, NULL, OPTION_REQUIRE},
    {"cgroup", required_argument, NULL, OPTION_CGROUP},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct request {
    struct test_options options;
    unsigned require; /* 1U << enum cupel_layer */
    char **graders;   /* paths, owned */
    size_t grader_count;
    bool help;
};

static bool parse_option(struct request *request, int id, const char *value)
{
    struct test_options *options = &request->options;

    switch (id) {
    case 'h':
        return request->help = true;
    case OPTION_UPDATE:
        return options->update = true;
    case OPTION_NO_CHEATS:
        return options->no_cheats = true;
    case OPTION_WATCH:
        return options->watch = true;
    case OPTION_JSON:
        return options->json = true;
    case OPTION_JOBS:
        return cupel_cli_parse_jobs(options->command, value, &options->jobs);
    case OPTION_REQUIRE:
        options->require = value;
        return cupel_cli_parse_layers(options->command, value, &request->require);
    case OPTION_CGROUP:
        options->cgroup = value;
        return true;
    default:
        return false; /* getopt(3) has told */
    }
}

/* false with one line on standard error. */
static bool parse(int argc, char **argv, struct request *request)
{
    const struct test_options *options = &request->options;
    int id;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
    while ((id = getopt_long(argc, argv, "h", option_table, NULL)) != -1) {
        if (!parse_option(request, id, optarg))
            return false;
    }
    if (request->help)
        return true;
    const char *other = options->update ? "--update" : "--json";
    if (options->watch && (options->update || options->json)) {
        (void)cupel_cli_usage(options->command, "expected one of --watch and %s", other);
        return false;
    }
    if (optind == argc) {
        (void)cupel_cli_usage(options->command, "expected a grader; see cupel test --help");
        return false;
    }
    request->grader_count = (size_t)(argc - optind);
    return true;
}

/* Each grader's text is printed when it is done. */
static int print_text(const struct test_options *options, const struct test_round *round)
{
    struct cupel_error err = {0};
    bool colour = isatty(STDOUT_FILENO) && cupel_cli_likes_colour();
    CUPEL_AUTO_FREE char *text = test_text(round, colour);

    if (text == NULL)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "out of memory");
    if (cupel_cli_write(NULL, text, &err) < 0)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return CUPEL_EXIT_OK;
}

static int print_json(const struct test_options *options, const struct test_round *rounds,
                      size_t count, int code)
{
    struct cupel_error err = {0};
    CUPEL_AUTO_FREE char *text = test_json_text(rounds, count, code);

    if (text == NULL)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "out of memory");
    if (cupel_cli_write(NULL, text, &err) < 0)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return code;
}

static int run_round(const struct test_options *options, const char *cgroup,
                     struct test_round *round)
{
    struct cupel_error err = {0};

    if (test_spawn(options, cgroup, round, &err) < 0)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    int code = test_judge(options, round);
    return options->json ? code : test_worse(code, print_text(options, round));
}

static int run_rounds(const struct request *request, const char *cgroup,
                      struct test_round *rounds)
{
    const struct test_options *options = &request->options;
    int code = CUPEL_EXIT_OK;

    for (size_t i = 0; i < request->grader_count; i++)
        code = test_worse(code, run_round(options, cgroup, &rounds[i]));
    return options->json ? print_json(options, rounds, request->grader_count, code) : code;
}

/*
 * The cgroup is looked for once: this process stays in it, and each `cupel grade` makes its
 * own below the same base.
 */
static int run_in_cgroup(const struct request *request, const struct cupel_cli_paths *paths,
                         struct test_round *rounds)
{
    const struct test_options *options = &request->options;
    struct cupel_cgroup_search search;
    struct cupel_cgroup *cgroup = NULL;
    struct cupel_error err = {0};
    int code;

    int r = cli_job_cgroup(options->cgroup, paths->scope, &search, &cgroup, &err);
    if (r < 0)
        code = cupel_cli_fail(options->command,
                              r == -ENOTSUP ? CUPEL_EXIT_CANNOT_ENFORCE : CUPEL_EXIT_PLATFORM,
                              "%s", err.text);
    else
        code = run_rounds(request, cgroup != NULL ? search.base : NULL, rounds);
    if (code == CUPEL_EXIT_CANNOT_ENFORCE)
        cli_job_print_mends(options->cgroup, &search, cgroup,
                            cupel_plan_require(rounds[0].grader, request->require),
                            paths->cell);
    cupel_cgroup_free(cgroup);
    return code;
}

/* What is wrong with any of them is told before one is graded. */
static int run(const struct request *request, const struct cupel_cli_paths *paths)
{
    const struct test_options *options = &request->options;
    CUPEL_AUTO_FREE struct test_round *rounds = calloc(request->grader_count, sizeof(*rounds));
    int code = CUPEL_EXIT_OK;

    if (rounds == NULL)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "out of memory");
    for (size_t i = 0; i < request->grader_count; i++)
        code =
            test_worse(code, test_round_open(options, paths, request->graders[i], &rounds[i]));
    if (code == CUPEL_EXIT_OK)
        code = run_in_cgroup(request, paths, rounds);
    for (size_t i = 0; i < request->grader_count; i++)
        test_round_clear(&rounds[i]);
    return code;
}

/* Returns when something cannot be watched; whoever watches ends it with a signal. */
static int run_again_and_again(const struct request *request,
                               const struct cupel_cli_paths *paths)
{
    const struct test_options *options = &request->options;
    struct cupel_error err = {0};
    int r = 0;

    while (r == 0) {
        /* What changes while it is graded counts as well. */
        CUPEL_AUTO_FD fd = test_watch_open(request->graders, request->grader_count, &err);
        if (fd < 0)
            break;
        (void)run(request, paths);
        (void)fprintf(stderr, "%s: waiting for a change; Ctrl-C ends\n", options->command);
        r = test_watch_wait(fd, &err);
    }
    return cupel_cli_fail(options->command, CUPEL_EXIT_USAGE, "%s", err.text);
}

static void free_graders(struct request *request)
{
    for (size_t i = 0; i < request->grader_count; i++)
        free(request->graders[i]);
    free(request->graders);
}

/* Where each grader is that an operand names. Returns 0 or -ENOMEM. */
static int find_graders(struct request *request, char *const *operands,
                        const struct cupel_cli_paths *paths)
{
    request->graders = calloc(request->grader_count, sizeof(*request->graders));
    if (request->graders == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < request->grader_count; i++) {
        request->graders[i] = cli_find_grader(operands[i], paths);
        if (request->graders[i] == NULL)
            return -ENOMEM;
    }
    return 0;
}

int cupel_cli_test(int argc, char **argv)
{
    struct request request = {.options = {.command = argv[0], .jobs = cupel_cli_processors()}};
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};

    if (!parse(argc, argv, &request))
        return CUPEL_EXIT_USAGE;
    if (request.help)
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(argv[0], CUPEL_EXIT_PLATFORM, "%s", err.text);
    int code;
    if (find_graders(&request, argv + optind, &paths) < 0)
        code = cupel_cli_fail(argv[0], CUPEL_EXIT_PLATFORM, "out of memory");
    else if (request.options.watch)
        code = run_again_and_again(&request, &paths);
    else
        code = run(&request, &paths);
    if (request.graders != NULL)
        free_graders(&request);
    return code;
}
