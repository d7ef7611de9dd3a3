/* The layers, as a command in a cell sees them. Pure. */
#include <string.h>

#include "cli/doctor.h"

const char *const doctor_inspected[] = {"cat", "/proc/self/status", "/proc/self/mountinfo",
                                        "/proc/self/net/dev", NULL};

/* A layer that shows in what doctor_inspected prints. */
struct evidence {
    const char *layer;
    const char *text; /* printed if the layer is there */
    enum doctor_state otherwise;
    const char *by;       /* if it is there */
    const char *fallback; /* if it is not */
    const char *found;
    const char *lost;
    const char *mend;
};

#define BUG "a bug of cupel's: please report it, with this output"

static const struct evidence evidences[] = {
    {"user_namespace", "\nUid:\t1000\t1000\t1000\t1000\n", DOCTOR_MISSING, NULL, NULL,
     "the command has an unprivileged uid, and no other is mapped",
     "the command has other uids than 1000", BUG},
    {"pid_namespace", "\nNSpid:\t2\n", DOCTOR_MISSING, NULL, NULL,
     "the command sees its own processes alone", "the command is not process 2 of its own",
     "boot a kernel with CONFIG_PID_NS"},
    {"root", " / / ro,nosuid,nodev", DOCTOR_MISSING, NULL, NULL,
     "a read-only root of the cell's own; the host's is detached",
     "the root is not read-only, nosuid and nodev", BUG},
    {"proc", "hidepid=invisible,subset=pid", DOCTOR_MISSING, NULL, NULL,
     "the run's own processes, and nothing else of the kernel",
     "/proc shows more than the run's own processes", "boot Linux 5.8 or later"},
    {"capabilities",
     "\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
     "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
     "CapAmb:\t0000000000000000\n",
     DOCTOR_MISSING, NULL, NULL, "every set is empty", "not every set is empty", BUG},
    {"no_new_privs", "\nNoNewPrivs:\t1\n", DOCTOR_MISSING, NULL, NULL, "set", "not set", BUG},
    {"seccomp", "\nSeccomp:\t2\n", DOCTOR_MISSING, NULL, NULL, "the policy's filter is loaded",
     "no filter is loaded", "boot a kernel with CONFIG_SECCOMP_FILTER"},
    {"copy_on_write", " - overlay overlay ", DOCTOR_FALL_BACK, "overlayfs", "copy",
     "one layer a run, over what the build left",
     "each run gets a copy of the box: overlayfs over tmpfs needs Linux 6.6 or later",
     "boot Linux 6.6 or later; for Debian 12, bookworm-backports has one"},
};

static void add_evidence(struct doctor_report *report, const struct evidence *evidence,
                         const char *text)
{
    bool found = strstr(text, evidence->text) != NULL;
    struct doctor_finding *finding =
        doctor_add(report, evidence->layer, found ? DOCTOR_ENFORCED : evidence->otherwise,
                   found ? evidence->by : evidence->fallback, "%s",
                   found ? evidence->found : evidence->lost);

    if (!found)
        doctor_mend(report, finding, evidence->mend, "%s", "");
}

/* "capability" is always there, and not to be named among lsm=. */
static const char *without_capability(const char *lsm)
{
    static const char first[] = "capability,";

    return strncmp(lsm, first, sizeof(first) - 1) == 0 ? lsm + sizeof(first) - 1 : lsm;
}

static void mend_landlock(struct doctor_report *report, struct doctor_finding *finding)
{
    const struct doctor_host *host = &report->host;
    char parameter[sizeof(host->lsm) + 32];

    if (!doctor_is_release(host->release, 5, 13)) {
        doctor_mend(report, finding, "boot Linux 5.13 or later", "%s", "");
    } else if (strstr(host->lsm, "landlock") != NULL) {
        doctor_mend(
            report, finding,
            "the kernel has it, so a seccomp filter on this process forbids it: that of "
            "a container, or SystemCallFilter= of a service",
            "%s", "");
        doctor_mend_container(report, finding);
    } else if (host->lsm[0] == '\0' || strcmp(host->lsm, "capability") == 0) {
        doctor_mend(report, finding,
                    "as root of the machine, see which modules are in use, then boot with "
                    "lsm=landlock, followed by that list",
                    "mountpoint -q /sys/kernel/security || "
                    "mount -t securityfs none /sys/kernel/security\n"
                    "cat /sys/kernel/security/lsm\n");
    } else {
        (void)snprintf(parameter, sizeof(parameter), "lsm=landlock,%s",
                       without_capability(host->lsm));
        doctor_mend_boot(report, finding, "cupel-lsm", parameter);
    }
}

/* What stands in for the parts that an ABI lacks. */
static const char *lacked_by(int abi)
{
    if (abi >= 6)
        return "";
    if (abi == 5)
        return "; namespaces alone confine abstract sockets and signals (ABI 6, Linux 6.12)";
    if (abi == 4)
        return "; mounts and namespaces alone confine ioctls of devices (ABI 5, Linux 6.10), "
               "abstract sockets and signals (ABI 6, Linux 6.12)";
    return "; namespaces and seccomp alone confine TCP (ABI 4, Linux 6.7), ioctls of devices "
           "(ABI "
           "5, Linux 6.10), abstract sockets and signals (ABI 6, Linux 6.12)";
}

static void add_landlock(struct doctor_report *report, int abi)
{
    if (abi == 0) {
        struct doctor_finding *finding =
            doctor_add(report, "landlock", DOCTOR_FALL_BACK, "mounts",
                       "mounts, namespaces and seccomp alone confine files, TCP and signals: "
                       "this kernel offers no Landlock");
        mend_landlock(report, finding);
        return;
    }
    (void)doctor_add(report, "landlock", DOCTOR_ENFORCED, NULL, "ABI %d: files%s%s%s%s", abi,
                     abi >= 4 ? ", TCP" : "", abi >= 5 ? ", ioctls of devices" : "",
                     abi >= 6 ? ", abstract sockets, signals" : "", lacked_by(abi));
}

/* What is listed last is the network devices: a heading of two lines, and lo. */
static bool is_isolated(const char *text)
{
    const char *heading = strstr(text, " face |");
    const char *first = heading == NULL ? NULL : strchr(heading, '\n');
    const char *end = first == NULL ? NULL : strchr(first + 1, '\n');
    const char *lo = first == NULL ? NULL : strstr(first, " lo:");

    return end != NULL && end[1] == '\0' && lo != NULL && lo < end;
}

static void add_network(struct doctor_report *report, const char *text)
{
    if (is_isolated(text)) {
        (void)doctor_add(report, "network", DOCTOR_ENFORCED, NULL,
                         "an isolated namespace with no interface but lo");
        return;
    }
    struct doctor_finding *finding =
        doctor_add(report, "network", DOCTOR_MISSING, NULL, "the command sees interfaces");
    doctor_mend(report, finding, "boot a kernel with CONFIG_NET_NS", "%s", "");
}

void doctor_add_layers(struct doctor_report *report, const char *text,
                       const struct cupel_outcome *outcome)
{
    for (size_t i = 0; i < sizeof(evidences) / sizeof(evidences[0]); i++)
        add_evidence(report, &evidences[i], text);
    add_landlock(report, outcome->enforcement.landlock_abi);
    add_network(report, text);
}
