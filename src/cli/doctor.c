/*
 * cupel doctor: what this host can enforce. Nothing is guessed: a real cell is started, a
 * command in it reads what the kernel says of it, and that is what is reported. The host's
 * settings are looked at for the reason and the mend only.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/boxed.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/install.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/render.h"

static const char help[] =
    "Usage: cupel doctor [OPTION…]\n"
    "\n"
    "Start a cell, look at it from inside, and say for each layer of the sandbox and each "
    "limit\n"
    "whether this host enforces it, falls back to something weaker, or lacks it; why; and the\n"
    "commands that mend it, to be pasted as they are.\n"
    "\n"
    "      --cgroup PATH|none  the control group to use, or none; default: the delegated one\n"
    "                          that cupel runs in, or else one asked of systemd\n"
    "      --require LAYER,…   fail unless these are enforced: user_namespace, seccomp,\n"
    "                          no_new_privs, landlock, cgroup\n"
    "      --json              print a cupel.doctor/1 document\n"
    "  -h, --help              print this\n"
    "\n"
    "Example:\n"
    "  cupel doctor --require cgroup,landlock\n"
    "\n"
    "Exit:\n"
    "  0  every layer is enforced or has a fall-back (the limit cpus, which policies need not\n"
    "     set, may be missing), and what --require names is enforced\n"
    "  1  platform failure\n"
    "  2  usage\n"
    "  4  something is missing, or is required and not enforced\n";

struct request {
    const char *command;
    const char *cgroup;
    unsigned require;
    bool json;
    bool help;
};

enum option_id { OPTION_CGROUP = 256, OPTION_REQUIRE, OPTION_JSON };

static bool parse_options(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"cgroup", required_argument, NULL, OPTION_CGROUP},
        {"require", required_argument, NULL, OPTION_REQUIRE},
        {"json", no_argument, NULL, OPTION_JSON},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int id = 0;

    while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (id) {
        case OPTION_CGROUP:
            request->cgroup = optarg;
            break;
        case OPTION_REQUIRE:
            if (!cupel_cli_parse_layers(request->command, optarg, &request->require))
                return false;
            break;
        case OPTION_JSON:
            request->json = true;
            break;
        case 'h':
            request->help = true;
            return true;
        default:
            return false; /* getopt(3) has told */
        }
    }
    if (optind == argc)
        return true;
    (void)cupel_cli_usage(request->command, "expected no operands; see cupel doctor --help");
    return false;
}

/* Run doctor_inspected; *ret_text is what it printed, freed by the caller. */
static int inspect(const char *command, const char *cgroup,
                   struct cupel_cgroup_search *ret_search, struct cupel_outcome *ret,
                   char **ret_text, struct cupel_error *err)
{
    const struct boxed_options options = {.policy = "native",
                                          .argv = doctor_inspected,
                                          .cgroup = cgroup,
                                          .fresh_box = true,
                                          .failure = err};
    CUPEL_AUTO_FD output = memfd_create("inspected", MFD_CLOEXEC);
    size_t len = 0;

    if (output < 0)
        return cupel_fail_errno(err, "memfd_create");
    if (boxed_run(command, &options, (const int[]){STDIN_FILENO, output, output}, ret_search,
                  ret) != 0)
        return err->code;
    cupel_denied_clear(&ret->denied); /* what the host enforces is told without them */
    if (ret->status != CUPEL_RUN_EXITED)
        return cupel_fail(err, -EIO, "%s",
                          ret->status == CUPEL_RUN_SANDBOX_ERROR ? ret->error
                                                                 : "the run was killed");
    if (lseek(output, 0, SEEK_SET) < 0)
        return cupel_fail_errno(err, "read what the cell printed");
    int r = cupel_path_read_fd(output, 1U << 20, ret_text, &len);
    return r < 0 ? cupel_fail(err, r, "read what the cell printed") : 0;
}

/* A path that does not serve stops a run before it starts; the layers are to be seen all the
 * same. */
static bool is_stopped_by_path(const struct cupel_cgroup_search *search)
{
    enum cupel_cgroup_obstacle obstacle = search->trials[CUPEL_CGROUP_PATH].obstacle;

    return obstacle != CUPEL_CGROUP_SERVES && obstacle != CUPEL_CGROUP_NOT_TRIED;
}

static void diagnose(const struct request *request, struct doctor_report *report)
{
    struct cupel_outcome outcome = {0};
    struct cupel_error err = {0};
    CUPEL_AUTO_FREE char *text = NULL;

    report->cgroup_path = request->cgroup;
    int r = inspect(request->command, request->cgroup, &report->search, &outcome, &text, &err);
    if (r < 0 && is_stopped_by_path(&report->search))
        r = inspect(request->command, "none", NULL, &outcome, &text, &err);
    if (r < 0)
        doctor_add_failure(report, err.text);
    else
        doctor_add_layers(report, text, &outcome);
    doctor_add_cgroup(report);
    if (r == 0)
        doctor_add_limits(report, &outcome);
}

/* The report as text, freed by the caller; NULL if memory ran out. */
static char *render(const struct doctor_report *report, bool as_json)
{
    if (!as_json)
        return doctor_text(report);
    json_t *json = doctor_json(report);
    char *text = json == NULL ? NULL : cupel_render_json_text(json);
    json_decref(json);
    return text;
}

static int look(const struct request *request, const struct cupel_cli_paths *paths,
                struct doctor_report *report)
{
    struct cupel_error err = {0};
    char cupel[PATH_MAX] = "";

    if (readlink("/proc/self/exe", cupel, sizeof(cupel) - 1) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "/proc/self/exe: %s",
                              strerrordesc_np(errno));
    doctor_host_look(cupel, paths->cell, &report->host);
    diagnose(request, report);
    CUPEL_AUTO_FREE char *text = render(report, request->json);
    if (text == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    if (cupel_cli_write(NULL, text, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return doctor_is_content(report, request->require) ? CUPEL_EXIT_OK
                                                       : CUPEL_EXIT_CANNOT_ENFORCE;
}

int cupel_cli_doctor(int argc, char **argv)
{
    static struct doctor_report report; /* too large for the stack */
    struct request request = {.command = argv[0]};
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};

    if (!parse_options(&request, argc, argv))
        return CUPEL_EXIT_USAGE;
    if (request.help)
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(request.command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    int code = look(&request, &paths, &report);
    doctor_report_clear(&report);
    return code;
}
