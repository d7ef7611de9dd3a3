/*
 * The control group: where it comes from, or why there is none. Pure. Sources: the kernel's
 * Documentation/admin-guide/cgroup-v2.rst ("Delegation"); systemd.resource-control(5),
 * systemd-run(1), user@.service(5), loginctl(1).
 */
#include <stdio.h>
#include <string.h>

#include "cli/doctor.h"

#define DEFAULT_FOLDER "/sys/fs/cgroup/cupel"

static bool has(const struct doctor_report *report, enum cupel_cgroup_obstacle obstacle)
{
    for (size_t i = 0; i < CUPEL_CGROUP_SOURCES; i++) {
        if (report->search.trials[i].obstacle == obstacle)
            return true;
    }
    return false;
}

/* Version 1 has the controllers, or there is no hierarchy in sight. */
static void mend_hierarchy(struct doctor_report *report, struct doctor_finding *finding)
{
    const struct doctor_host *host = &report->host;

    if (host->hierarchy == DOCTOR_NO_HIERARCHY || host->hierarchy == DOCTOR_VERSION_2) {
        doctor_mend(report, finding, "as root", "mount -t cgroup2 none /sys/fs/cgroup\n");
    } else if (host->systemd || host->container != DOCTOR_NO_CONTAINER) {
        doctor_mend_boot(report, finding, "cupel-cgroup", "systemd.unified_cgroup_hierarchy=1");
    } else {
        doctor_mend(report, finding,
                    "boot with cgroup_no_v1=all on the kernel's command line; then, as root, "
                    "where no init system does it",
                    "mount -t cgroup2 none /sys/fs/cgroup\n");
    }
}

static void mend_service(struct doctor_report *report, struct doctor_finding *finding,
                         const char *unit, const char *key)
{
    if (strstr(report->host.cgroup, "/user@") != NULL) {
        doctor_mend(report, finding,
                    "for the service that cupel runs in; the same as systemctl --user edit",
                    "mkdir -p ~/.config/systemd/user/'%s.d'\n"
                    "cat > ~/.config/systemd/user/'%s.d/cupel.conf' <<'END'\n"
                    "[Service]\n"
                    "%s\n"
                    "END\n"
                    "systemctl --user daemon-reload && systemctl --user restart '%s'\n",
                    unit, unit, key, unit);
        return;
    }
    doctor_mend(report, finding,
                "as root, for the service that cupel runs in; the same as systemctl edit",
                "mkdir -p '/etc/systemd/system/%s.d'\n"
                "cat > '/etc/systemd/system/%s.d/cupel.conf' <<'END'\n"
                "[Service]\n"
                "%s\n"
                "END\n"
                "systemctl daemon-reload && systemctl restart '%s'\n",
                unit, unit, key, unit);
}

static void mend_by_hand(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding, "start cupel in a scope of its own",
                "systemd-run %s--scope -p Delegate=yes %s doctor\n",
                report->host.uid == 0 ? "" : "--user ", report->host.cupel);
}

/* A folder that is made over to cupel, where no systemd does it. */
static void mend_folder(struct doctor_report *report, struct doctor_finding *finding,
                        const char *folder)
{
    const char *slash = strrchr(folder, '/');
    int parent_len = slash == NULL ? 0 : (int)(slash - folder);
    unsigned uid = report->host.uid;

    if (uid == 0) {
        doctor_mend(report, finding, "make a control group for cupel",
                    "mkdir -p '%s'\n"
                    "echo '+cpu +memory +pids' > '%.*s/cgroup.subtree_control'\n"
                    "%s doctor --cgroup '%s'\n",
                    folder, parent_len, folder, report->host.cupel, folder);
        return;
    }
    /* A process may be moved only by who may write to the common ancestor: so root moves the
     * shell into the part that is handed over. */
    doctor_mend(report, finding, "make a control group for this user, and put this shell in it",
                "sudo mkdir -p '%s/shell'\n"
                "echo '+cpu +memory +pids' | sudo tee '%.*s/cgroup.subtree_control'\n"
                "(cd '%s' && sudo chown %u . cgroup.procs cgroup.subtree_control shell "
                "shell/cgroup.procs)\n"
                "echo $$ | sudo tee '%s/shell/cgroup.procs'\n"
                "%s doctor --cgroup '%s'\n",
                folder, parent_len, folder, folder, uid, folder, report->host.cupel, folder);
}

static void mend_bus(struct doctor_report *report, struct doctor_finding *finding)
{
    unsigned uid = report->host.uid;

    if (uid == 0) {
        doctor_mend(report, finding, "start D-Bus", "systemctl start dbus.socket\n");
        return;
    }
    doctor_mend(report, finding, "as root: have systemd run a manager for this user",
                "loginctl enable-linger %u\n", uid);
}

static void mend_user_slice(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding, "as root; then log out of all sessions and in again",
                "mkdir -p /etc/systemd/system/user@.service.d\n"
                "cat > /etc/systemd/system/user@.service.d/delegate.conf <<'END'\n"
                "[Service]\n"
                "Delegate=cpu cpuset io memory pids\n"
                "END\n"
                "systemctl daemon-reload\n");
}

/* Controllers that reach down from the parent of a cgroup, by hand. */
static void mend_parent(struct doctor_report *report, struct doctor_finding *finding,
                        const char *cgroup)
{
    const char *slash = strrchr(cgroup, '/');

    if (slash != NULL && strcmp(cgroup, "/sys/fs/cgroup") != 0)
        doctor_mend(report, finding, "as root",
                    "echo '+cpu +memory +pids' > '%.*s/cgroup.subtree_control'\n",
                    (int)(slash - cgroup), cgroup);
}

void doctor_mend_controllers(struct doctor_report *report, struct doctor_finding *finding,
                             const char *cgroup)
{
    const struct doctor_host *host = &report->host;

    if (host->memory_disabled)
        doctor_mend_boot(report, finding, "cupel-memory", "cgroup_enable=memory");
    if (host->systemd && host->uid != 0)
        mend_user_slice(report, finding);
    else
        mend_parent(report, finding, cgroup);
}

static void mend_read_only(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding, "as root", "mount -o remount,rw /sys/fs/cgroup\n");
}

static void mend_systemd(struct doctor_report *report, struct doctor_finding *finding)
{
    char unit[256];

    doctor_parse_unit(report->host.cgroup, unit);
    bool service = strstr(unit, ".service") != NULL && strncmp(unit, "user@", 5) != 0;
    if (has(report, CUPEL_CGROUP_READ_ONLY)) {
        if (service)
            mend_service(report, finding, unit, "ProtectControlGroups=no");
        else
            mend_read_only(report, finding);
    }
    if (service && has(report, CUPEL_CGROUP_NOT_DELEGATED))
        mend_service(report, finding, unit, "Delegate=yes");
    if (has(report, CUPEL_CGROUP_NO_CONTROLLERS))
        doctor_mend_controllers(report, finding, DEFAULT_FOLDER);
    if (has(report, CUPEL_CGROUP_NO_LIBSYSTEMD))
        doctor_mend(
            report, finding, "as root: with it, cupel asks systemd for a scope itself",
            "apt-get install libsystemd0    # Fedora, RHEL: dnf install systemd-libs\n");
    if (has(report, CUPEL_CGROUP_NO_BUS))
        mend_bus(report, finding);
    mend_by_hand(report, finding);
}

static void mend_without_systemd(struct doctor_report *report, struct doctor_finding *finding)
{
    if (has(report, CUPEL_CGROUP_READ_ONLY))
        mend_read_only(report, finding);
    if (has(report, CUPEL_CGROUP_NO_CONTROLLERS) && report->host.memory_disabled)
        doctor_mend_boot(report, finding, "cupel-memory", "cgroup_enable=memory");
    mend_folder(report, finding,
                report->cgroup_path != NULL ? report->cgroup_path : DEFAULT_FOLDER);
}

static void mend_container(struct doctor_report *report, struct doctor_finding *finding)
{
    if (has(report, CUPEL_CGROUP_OCCUPIED))
        doctor_mend(report, finding,
                    "in the container, where nothing but a shell runs: cupel in its place",
                    "exec %s doctor\n", report->host.cupel);
    if (doctor_find(report, "sandbox") != NULL)
        finding->see =
            "sandbox"; /* the container has to be started anew for that one already */
    else
        doctor_mend_container(report, finding);
}

static void mend_source(struct doctor_report *report, struct doctor_finding *finding)
{
    if (has(report, CUPEL_CGROUP_NO_V2) || has(report, CUPEL_CGROUP_HYBRID))
        mend_hierarchy(report, finding);
    else if (report->host.container != DOCTOR_NO_CONTAINER)
        mend_container(report, finding);
    else if (report->host.systemd && report->cgroup_path == NULL)
        mend_systemd(report, finding);
    else
        mend_without_systemd(report, finding);
}

/* "; delegated, scope: the reason" for each reason. */
static void list_trials(const struct doctor_report *report, char *ret, size_t size)
{
    const struct cupel_cgroup_trial *trials = report->search.trials;
    const char *last = "";
    size_t used = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < CUPEL_CGROUP_SOURCES && used < size; i++) {
        bool more = i + 1 < CUPEL_CGROUP_SOURCES && trials[i].text[0] != '\0' &&
                    strcmp(trials[i].text, trials[i + 1].text) == 0;
        if (trials[i].text[0] == '\0')
            continue;
        int n = snprintf(ret + used, size - used, "%s%s%s%s",
                         strcmp(last, trials[i].text) == 0 ? ", " : "; ",
                         cupel_cgroup_source_names[i], more ? "" : ": ",
                         more ? "" : trials[i].text);
        used += n > 0 ? (size_t)n : 0;
        last = trials[i].text;
    }
}

void doctor_add_cgroup(struct doctor_report *report)
{
    const unsigned needed = CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS;
    const struct cupel_cgroup_search *search = &report->search;
    char tried[CUPEL_CGROUP_SOURCES * (sizeof(search->trials[0].text) + 16)];
    struct doctor_finding *finding = NULL;

    if (report->cgroup_path != NULL && strcmp(report->cgroup_path, "none") == 0) {
        (void)doctor_add(report, "cgroup", DOCTOR_FALL_BACK, NULL,
                         "runs get no control group: --cgroup none");
        return;
    }
    list_trials(report, tried, sizeof(tried));
    if (search->base[0] == '\0') {
        finding = doctor_add(report, "cgroup", DOCTOR_FALL_BACK, NULL,
                             "runs get no control group%s", tried);
        mend_source(report, finding);
        return;
    }
    const char *source = cupel_cgroup_source_names[search->source];
    if ((search->controllers & needed) == needed) {
        (void)doctor_add(report, "cgroup", DOCTOR_ENFORCED, source, "%s%s", search->base,
                         tried);
        return;
    }
    finding = doctor_add(
        report, "cgroup", DOCTOR_FALL_BACK, source, "%s has no %s controller%s", search->base,
        (search->controllers & CUPEL_CGROUP_MEMORY) != 0 ? "pids" : "memory", tried);
    doctor_mend_controllers(report, finding, search->base);
}
