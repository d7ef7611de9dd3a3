/*
 * No cell starts: which setting of this host forbids it. Pure. Sources: namespaces(7);
 * Documentation/admin-guide/sysctl/user.rst; Debian's and Ubuntu's patches; apparmor.d(5);
 * systemd.exec(5).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/doctor.h"

const struct doctor_setting_row doctor_settings[DOCTOR_SETTINGS] = {
    [DOCTOR_USERNS_CLONE] = {"kernel.unprivileged_userns_clone", "0\n", "1"},
    [DOCTOR_APPARMOR_USERNS] = {"kernel.apparmor_restrict_unprivileged_userns", "1\n", "0"},
    [DOCTOR_MAX_USER] = {"user.max_user_namespaces", "0\n", "15000"},
    [DOCTOR_MAX_PID] = {"user.max_pid_namespaces", "0\n", "15000"},
    [DOCTOR_MAX_MNT] = {"user.max_mnt_namespaces", "0\n", "15000"},
    [DOCTOR_MAX_IPC] = {"user.max_ipc_namespaces", "0\n", "15000"},
    [DOCTOR_MAX_NET] = {"user.max_net_namespaces", "0\n", "15000"},
    [DOCTOR_MAX_UTS] = {"user.max_uts_namespaces", "0\n", "15000"},
    [DOCTOR_MAX_CGROUP] = {"user.max_cgroup_namespaces", "0\n", "15000"},
};

/* "unconfined" leaves cupel-cell as it is and allows it user namespaces, as Ubuntu's own
 * profiles of browsers do. */
static void mend_apparmor(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding, "as root of the machine: allow it cupel-cell alone",
                "cat > /etc/apparmor.d/cupel-cell <<'END'\n"
                "abi <abi/4.0>,\n"
                "include <tunables/global>\n"
                "\n"
                "profile cupel-cell \"%s\" flags=(unconfined) {\n"
                "  userns,\n"
                "}\n"
                "END\n"
                "apparmor_parser -r /etc/apparmor.d/cupel-cell\n",
                report->host.cell);
}

static void mend_setting(struct doctor_report *report, struct doctor_finding *finding,
                         const struct doctor_setting_row *setting)
{
    bool apparmor = setting == &doctor_settings[DOCTOR_APPARMOR_USERNS];

    doctor_mend(report, finding,
                apparmor ? "or, as root of the machine: allow it all programs"
                         : "as root of the machine",
                "sysctl -w %s=%s\n"
                "echo '%s = %s' > /etc/sysctl.d/60-cupel-%s.conf\n",
                setting->name, setting->mend, setting->name, setting->mend,
                strchr(setting->name, '.') + 1);
}

static void mend_service(struct doctor_report *report, struct doctor_finding *finding,
                         const char *unit)
{
    doctor_mend(report, finding,
                "as root, if the service restricts itself; the same as systemctl edit",
                "mkdir -p '/etc/systemd/system/%s.d'\n"
                "cat > '/etc/systemd/system/%s.d/cupel-sandbox.conf' <<'END'\n"
                "[Service]\n"
                "RestrictNamespaces=no\n"
                "SystemCallFilter=\n"
                "ProtectProc=default\n"
                "ProcSubset=all\n"
                "ProtectKernelTunables=no\n"
                "ProtectKernelLogs=no\n"
                "END\n"
                "systemctl daemon-reload && systemctl restart '%s'\n",
                unit, unit, unit);
}

static void mend_exhaustion(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding,
                "as many namespaces are in use as these allow, or they are nested 32 deep",
                "sysctl --all --pattern '^user[.]max_.*_namespaces$'\n");
}

/* Refused, and neither missing nor broken: clone3(2) that a filter hides reads ENOSYS. */
static bool is_refusal(const char *error)
{
    static const int codes[] = {EPERM, EACCES, ENOSYS, EROFS};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strstr(error, strerrordesc_np(codes[i])) != NULL)
            return true;
    }
    return false;
}

/* What restricts this process beside the settings. Docker's seccomp profile refuses user
 * namespaces, so AppArmor's restriction need not be what did it in a container. */
static void mend_confinement(struct doctor_report *report, struct doctor_finding *finding,
                             const char *error)
{
    const struct doctor_host *host = &report->host;
    char unit[256];

    if ((host->forbidding & ~(1U << DOCTOR_APPARMOR_USERNS)) != 0 || !is_refusal(error))
        return;
    doctor_parse_unit(host->cgroup, unit);
    if (host->container != DOCTOR_NO_CONTAINER)
        doctor_mend_container(report, finding);
    else if (host->filtered && host->systemd && strstr(unit, ".service") != NULL)
        mend_service(report, finding, unit);
}

/* Those that can have to do with what was said. */
static unsigned relevant_settings(unsigned forbidding, const char *error)
{
    return is_refusal(error) ? forbidding : forbidding & ~(1U << DOCTOR_APPARMOR_USERNS);
}

/* The first one is named in the reason; all of them among the mends. */
static void name_setting(unsigned settings, const char *error, char *ret, size_t size)
{
    ret[0] = '\0';
    for (unsigned i = 0; i < DOCTOR_SETTINGS; i++) {
        const struct doctor_setting_row *row = &doctor_settings[i];
        if ((settings & 1U << i) == 0)
            continue;
        if (strstr(error, row->name) == NULL)
            (void)snprintf(ret, size, "; %s is %.1s", row->name, row->forbids);
        return;
    }
}

void doctor_add_failure(struct doctor_report *report, const char *error)
{
    unsigned settings = relevant_settings(report->host.forbidding, error);
    char named[96];

    name_setting(settings, error, named, sizeof(named));
    struct doctor_finding *finding =
        doctor_add(report, "sandbox", DOCTOR_MISSING, NULL, "no cell starts on this host: %s%s",
                   error, named);
    for (unsigned i = 0; i < DOCTOR_SETTINGS; i++) {
        if ((settings & 1U << i) == 0)
            continue;
        if (i == DOCTOR_APPARMOR_USERNS)
            mend_apparmor(report, finding);
        mend_setting(report, finding, &doctor_settings[i]);
    }
    if (settings == 0 && strstr(error, strerrordesc_np(ENOSPC)) != NULL)
        mend_exhaustion(report, finding);
    mend_confinement(report, finding, error);
}
