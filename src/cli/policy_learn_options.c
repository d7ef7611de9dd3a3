/* The options of cupel policy learn. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/policy_learn.h"
#include "cupel/units.h"

const char policy_learn_help[] =
    "Usage: cupel policy learn [OPTION…] -- COMMAND [ARGUMENT…]\n"
    "\n"
    "Run a command in the sandbox, record the system calls that policy strict denies, let "
    "them\n"
    "be made, and propose a policy that extends a shipped one: that which needs the fewest\n"
    "additions, and of several the narrowest. Each rule says how often its call was made; "
    "edit\n"
    "its why. What no policy can allow is not let through here either.\n"
    "\n"
    "Only what the command does this time is recorded: run it with all it has to do. What "
    "files\n"
    "it uses is not recorded. Limits while it is recorded, files, network and environment are\n"
    "those of policy judge (60 s, 1 GiB, 256 processes), or of --policy. Limits of the "
    "proposal:\n"
    "memory and processes as measured, rounded up, more time if it took longer; all others "
    "are\n"
    "those of the policy that is extended.\n"
    "\n"
    "  -o, --output FILE       write the policy there; its name is the file's. Default: "
    "standard\n"
    "                          output, and what the command prints goes to standard error\n"
    "      --policy NAME|FILE  extend this one, whatever it needs\n"
    "      --wall TIME         real time that the command may take while it is recorded\n"
    "      --bind SRC[:DST]    a file or folder of the host's that may be written to\n"
    "      --bind-ro SRC[:DST] the same, read-only\n"
    "      --env NAME=VALUE    environment variable; may be repeated\n"
    "  -h, --help              print this\n"
    "\n"
    "Example:\n"
    "  cupel policy learn -o mine.json --bind-ro prog:/box/prog -- ./prog\n"
    "  cupel run --policy ./mine.json --bind-ro prog:/box/prog -- ./prog\n"
    "\n"
    "Exit: 0 proposed, 1 platform failure, 2 usage or an invalid policy, 4 the host does not "
    "tell\n"
    "of denied calls.\n";

enum option_id { OPTION_POLICY = 256, OPTION_WALL, OPTION_BIND, OPTION_BIND_RO, OPTION_ENV };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"policy", required_argument, NULL, OPTION_POLICY},
    {"wall", required_argument, NULL, OPTION_WALL},
    {"bind", required_argument, NULL, OPTION_BIND},
    {"bind-ro", required_argument, NULL, OPTION_BIND_RO},
    {"env", required_argument, NULL, OPTION_ENV},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool add(const struct policy_learning *learning, struct boxed_list *list,
                const char *option)
{
    if (list->count == BOXED_LIST_MAX) {
        (void)cupel_cli_usage(learning->request.command, "%s: at most %d", option,
                              BOXED_LIST_MAX);
        return false;
    }
    list->items[list->count++] = optarg;
    return true;
}

static bool take_wall(struct policy_learning *learning)
{
    struct cupel_error err = {0};
    uint64_t wall_ns = 0;

    int r = cupel_units_parse_duration(optarg, &wall_ns, &err);
    if (r == 0 && wall_ns == 0)
        r = cupel_fail(&err, -EINVAL, "expected more than 0");
    if (r < 0) {
        (void)cupel_cli_usage(learning->request.command, "--wall: %s", err.text);
        return false;
    }
    learning->boxed.limits[0] =
        (struct boxed_limit){offsetof(struct cupel_limits, wall_ns), wall_ns};
    learning->boxed.limit_count = 1;
    return true;
}

static bool take_option(struct policy_learning *learning, int id)
{
    switch (id) {
    case 'o':
        learning->request.output = optarg;
        return true;
    case OPTION_POLICY:
        learning->extended = optarg;
        return true;
    case OPTION_WALL:
        return take_wall(learning);
    case OPTION_BIND:
        return add(learning, &learning->boxed.binds, "--bind");
    case OPTION_BIND_RO:
        return add(learning, &learning->boxed.read_only_binds, "--bind-ro");
    case OPTION_ENV:
        if (strchr(optarg, '=') == NULL || optarg[0] == '=') {
            (void)cupel_cli_usage(learning->request.command, "--env %s: expected NAME=VALUE",
                                  optarg);
            return false;
        }
        return add(learning, &learning->boxed.variables, "--env");
    default:
        return false; /* getopt(3) has told */
    }
}

bool policy_learn_parse(struct policy_learning *learning, int argc, char **argv, bool *ret_help)
{
    int id;

    while ((id = getopt_long(argc, argv, "+ho:", options, NULL)) != -1) {
        *ret_help = *ret_help || id == 'h';
        if (id != 'h' && !take_option(learning, id))
            return false;
    }
    if (!*ret_help && optind == argc) {
        (void)cupel_cli_usage(argv[0], "expected a command; see %s --help", argv[0]);
        return false;
    }
    learning->boxed.argv = (const char *const *)argv + optind;
    return true;
}
