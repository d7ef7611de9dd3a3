/*
 * cupel doctor: what this host can enforce. Nothing is guessed: a real cell is started, a
 * command in it reads what the kernel says of it, and that is what is reported. Only where no
 * cell starts are the host's settings looked at, for the one that forbids it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cli/boxed.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"

static const char help[] =
    "Usage: cupel doctor\n"
    "\n"
    "Start a cell, look at it from inside, and say for each layer of the sandbox whether this "
    "host\n"
    "enforces it, falls back to something weaker, or lacks it, and what mends that.\n"
    "\n"
    "  -h, --help  print this\n"
    "\n"
    "Example:\n"
    "  cupel doctor\n"
    "\n"
    "Exit:\n"
    "  0  every layer is enforced or has a fall-back\n"
    "  2  usage\n"
    "  4  a layer is missing\n";

enum state { STATE_ENFORCED, STATE_FALLBACK, STATE_MISSING };

static const char *const state_names[] = {"enforced", "fall-back", "missing"};

static const char *const inspected[] = {"cat", "/proc/self/status", "/proc/self/mountinfo",
                                        "/proc/self/net/dev", NULL};

/* A layer that shows in what `inspected` prints. */
struct evidence {
    const char *layer;
    const char *text;     /* printed if the layer is there */
    enum state otherwise; /* the state if it is not */
    const char *found;
    const char *mend;
};

static const struct evidence evidences[] = {
    {"user_namespace", "\nUid:\t1000\t1000\t1000\t1000\n", STATE_MISSING,
     "the command has an unprivileged uid, and no other is mapped", "report this as a bug"},
    {"pid_namespace", "\nNSpid:\t2\n", STATE_MISSING,
     "the command sees its own processes alone", "use a kernel with CONFIG_PID_NS"},
    {"root", " / / ro,nosuid,nodev", STATE_MISSING,
     "a read-only root of the cell's own; the host's is detached", "report this as a bug"},
    {"proc", "hidepid=invisible,subset=pid", STATE_MISSING,
     "the run's own processes, and nothing else of the kernel", "use Linux 5.8 or later"},
    {"capabilities",
     "\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
     "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
     "CapAmb:\t0000000000000000\n",
     STATE_MISSING, "every set is empty", "report this as a bug"},
    {"no_new_privs", "\nNoNewPrivs:\t1\n", STATE_MISSING, "set", "report this as a bug"},
    {"seccomp", "\nSeccomp:\t2\n", STATE_MISSING, "the policy's filter is loaded",
     "use a kernel with CONFIG_SECCOMP_FILTER"},
    {"copy_on_write", " - overlay overlay ", STATE_FALLBACK, "overlayfs, one layer a run",
     "runs get a copy of the box; Linux 6.6 and later need none"},
};

static void print_layer(const char *layer, enum state state, const char *detail)
{
    (void)printf("%-14s  %-9s  %s\n", layer, state_names[state], detail);
}

static enum state worse(enum state a, enum state b)
{
    return a > b ? a : b;
}

static enum state print_evidence(const char *text)
{
    enum state worst = STATE_ENFORCED;

    for (size_t i = 0; i < sizeof(evidences) / sizeof(evidences[0]); i++) {
        const struct evidence *evidence = &evidences[i];
        bool found = strstr(text, evidence->text) != NULL;
        enum state state = found ? STATE_ENFORCED : evidence->otherwise;
        print_layer(evidence->layer, state, found ? evidence->found : evidence->mend);
        worst = worse(worst, state);
    }
    return worst;
}

static enum state print_landlock(const struct cupel_outcome *outcome)
{
    char detail[96];
    int abi = outcome->enforcement.landlock_abi;

    if (abi == 0) {
        print_layer(
            "landlock", STATE_FALLBACK,
            "mounts alone confine files; boot with lsm=landlock,… on Linux 5.13 or later");
        return STATE_FALLBACK;
    }
    (void)snprintf(detail, sizeof(detail), "ABI %d: files%s%s", abi, abi >= 4 ? ", TCP" : "",
                   abi >= 6 ? ", abstract sockets, signals" : "");
    print_layer("landlock", STATE_ENFORCED, detail);
    return STATE_ENFORCED;
}

/* What is listed last is the network devices: a heading of two lines, and lo. */
static enum state print_network(const char *text)
{
    const char *heading = strstr(text, " face |");
    const char *first = heading == NULL ? NULL : strchr(heading, '\n');
    const char *end = first == NULL ? NULL : strchr(first + 1, '\n');
    const char *lo = first == NULL ? NULL : strstr(first, " lo:");
    bool isolated = end != NULL && end[1] == '\0' && lo != NULL && lo < end;
    enum state state = isolated ? STATE_ENFORCED : STATE_MISSING;

    print_layer("network", state,
                isolated ? "an isolated namespace with no interface but lo"
                         : "use a kernel with CONFIG_NET_NS");
    return state;
}

/* Limits are enforced without cgroups; say what a cgroup2 hierarchy would be there for. */
static enum state print_limits(void)
{
    struct statfs fs;
    bool unified = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;

    print_layer("cgroup", STATE_FALLBACK,
                unified
                    ? "not used: memory by a watchdog, processes by RLIMIT_NPROC, CPU by rusage"
                    : "no cgroup2 at /sys/fs/cgroup: memory by a watchdog, processes by "
                      "RLIMIT_NPROC, CPU by rusage");
    return STATE_FALLBACK;
}

/* A setting that forbids unprivileged user namespaces. */
struct obstacle {
    const char *file;
    const char *value;
    const char *mend;
};

static const struct obstacle obstacles[] = {
    {"/proc/sys/kernel/unprivileged_userns_clone", "0\n",
     "sysctl -w kernel.unprivileged_userns_clone=1"},
    {"/proc/sys/user/max_user_namespaces", "0\n", "sysctl -w user.max_user_namespaces=15000"},
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n",
     "give cupel-cell an AppArmor profile with `userns,`, or "
     "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
};

static void print_obstacles(void)
{
    for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++) {
        CUPEL_AUTO_FD fd = open(obstacles[i].file, O_RDONLY | O_CLOEXEC);
        CUPEL_AUTO_FREE char *text = NULL;
        size_t len = 0;
        if (fd >= 0 && cupel_path_read_fd(fd, 64, &text, &len) == 0 &&
            strcmp(text, obstacles[i].value) == 0)
            (void)printf("%s is %.1s: %s\n", obstacles[i].file, text, obstacles[i].mend);
    }
}

/* Run `inspected`; *ret_text is what it printed, freed by the caller. */
static int inspect(const char *command, struct cupel_outcome *ret, char **ret_text)
{
    const struct boxed_options options = {
        .policy = "native", .argv = inspected, .fresh_box = true};
    CUPEL_AUTO_FD output = memfd_create("inspected", MFD_CLOEXEC);
    size_t len = 0;

    if (output < 0)
        return cupel_cli_fail(command, -1, "memfd_create: %s", strerrordesc_np(errno));
    if (boxed_run(command, &options, (const int[]){STDIN_FILENO, output, output}, NULL, ret) !=
        0)
        return -1;
    if (ret->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_cli_fail(command, -1, "%s", ret->error);
    if (lseek(output, 0, SEEK_SET) < 0 ||
        cupel_path_read_fd(output, 1U << 20, ret_text, &len) < 0)
        return cupel_cli_fail(command, -1, "read what the cell printed");
    return 0;
}

static int diagnose(const char *command)
{
    struct cupel_outcome outcome;
    CUPEL_AUTO_FREE char *text = NULL;

    if (inspect(command, &outcome, &text) < 0 || text == NULL) {
        print_layer("sandbox", STATE_MISSING, "no cell starts on this host");
        print_obstacles();
        return CUPEL_EXIT_CANNOT_ENFORCE;
    }
    enum state worst = print_evidence(text);
    worst = worse(worst, print_landlock(&outcome));
    worst = worse(worst, print_network(text));
    worst = worse(worst, print_limits());
    return worst == STATE_MISSING ? CUPEL_EXIT_CANNOT_ENFORCE : CUPEL_EXIT_OK;
}

int cupel_cli_doctor(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct cupel_error err = {0};
    int id = getopt_long(argc, argv, "h", options, NULL);

    if (id == 'h')
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    if (id != -1)
        return CUPEL_EXIT_USAGE; /* getopt(3) has told */
    if (optind != argc)
        return cupel_cli_usage(argv[0], "expected no operands; see cupel doctor --help");
    return diagnose(argv[0]);
}
