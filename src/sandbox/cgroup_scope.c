#include "sandbox/cgroup_scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "sandbox/cgroup_trial.h"
#include "sandbox/systemd.h"

#define DESCRIPTION "cupel: programs in a sandbox"
#define ODD_ANSWER  "systemd's answer is not understood"

struct request {
    struct systemd systemd;
    char scope[64];
    char job[128];   /* object path */
    char result[32]; /* what became of the job; empty until it is over */
};

bool cgroup_scope_holds(const char *text, const char *name)
{
    size_t name_len = strlen(name);

    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (strncmp(line, "0::/", 4) == 0)
            return len >= 4 + name_len && line[len - name_len - 1] == '/' &&
                   strncmp(line + len - name_len, name, name_len) == 0;
        line += len + (line[len] == '\n');
    }
    return false;
}

static bool is_in_scope(const char *scope)
{
    CUPEL_AUTO_FD fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len;

    return fd >= 0 && cupel_path_read_fd(fd, 65536, &text, &len) == 0 &&
           cgroup_scope_holds(text, scope);
}

/* The signal goes out for every job of the manager; the scope's name is ours alone. */
static int job_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    struct request *request = userdata;
    const char *job;
    const char *unit;
    const char *result;
    uint32_t id;

    (void)ret_error;
    int r = request->systemd.library.message_read(message, "uoss", &id, &job, &unit, &result);
    if (r >= 0 && strcmp(unit, request->scope) == 0)
        (void)snprintf(request->result, sizeof(request->result), "%s", result);
    return 0;
}

/* A pid of 0 is the sender's, whatever pid namespace either side is in. */
static int start_scope(struct request *request)
{
    struct systemd *systemd = &request->systemd;
    const struct sd_bus_library *library = &systemd->library;
    sd_bus_message *reply = NULL;
    const char *job;

    int r = library->match_signal_async(
        systemd->bus, NULL, systemd->is_bus ? SYSTEMD_NAME : NULL, SYSTEMD_OBJECT,
        SYSTEMD_MANAGER, "JobRemoved", job_removed, NULL, request);
    if (r < 0)
        return cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_FAILED,
                                 "cannot listen to systemd: %s", strerrordesc_np(-r));
    r = systemd_call(systemd, &reply, SYSTEMD_OBJECT, SYSTEMD_MANAGER, "StartTransientUnit",
                     "ssa(sv)a(sa(sv))", request->scope, "fail", 4, "Description", "s",
                     DESCRIPTION, "Delegate", "b", 1, "PIDs", "au", 1, 0U, "CollectMode", "s",
                     "inactive-or-failed", 0);
    if (r < 0)
        return r;
    r = library->message_read(reply, "o", &job);
    if (r >= 0)
        (void)snprintf(request->job, sizeof(request->job), "%s", job);
    (void)library->message_unref(reply);
    return r < 0 ? cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_FAILED, ODD_ANSWER) : 0;
}

/* So that a slow systemd does not move this process when it expects it no more. */
static void cancel_job(struct request *request)
{
    struct systemd *systemd = &request->systemd;
    struct cupel_cgroup_trial *trial = systemd->trial;
    struct cupel_cgroup_trial ignored;
    sd_bus_message *reply = NULL;

    systemd->trial = &ignored;
    systemd->deadline_us += SYSTEMD_DEADLINE_US / 5;
    if (systemd_call(systemd, &reply, request->job, SYSTEMD_NAME ".Job", "Cancel", "") == 0)
        (void)systemd->library.message_unref(reply);
    systemd->trial = trial;
}

/* Whatever the signal said or did not say: where this process is decides. */
static int await_scope(struct request *request)
{
    struct cupel_cgroup_trial *trial = request->systemd.trial;
    int r = 0;

    while (r >= 0 && request->result[0] == '\0')
        r = systemd_turn(&request->systemd);
    if (r < 0)
        cancel_job(request);
    if (is_in_scope(request->scope))
        return 0;
    if (r == -ETIMEDOUT)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED,
                                 "systemd did not start a scope within %u seconds",
                                 SYSTEMD_DEADLINE_US / 1000000U);
    if (r < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_FAILED,
                                 "systemd did not say whether it started a scope: %s",
                                 strerrordesc_np(-r));
    return cgroup_trial_fail(
        trial, CUPEL_CGROUP_FAILED,
        "systemd did not move this process to the scope %s: its job ended as %s",
        request->scope, request->result);
}

int cgroup_scope_enter(struct cupel_cgroup_trial *ret)
{
    struct request request = {.job = ""};
    uint64_t number = 0;

    int r = systemd_open(&request.systemd, ret);
    if (r < 0)
        return r;
    if (getrandom(&number, sizeof(number), 0) < 0)
        r = cgroup_trial_fail(ret, CUPEL_CGROUP_FAILED, "getrandom: %s",
                              strerrordesc_np(errno));
    (void)snprintf(request.scope, sizeof(request.scope), "cupel-%d-%016" PRIx64 ".scope",
                   getpid(), number);
    if (r == 0)
        r = start_scope(&request);
    if (r == 0)
        r = await_scope(&request);
    systemd_close(&request.systemd);
    return r;
}

const char *cgroup_scope_interface(const char *object)
{
    static const struct {
        const char *end; /* of the object's path, in which a dot is _2e */
        const char *interface;
    } types[] = {
        {"_2escope", SYSTEMD_NAME ".Scope"},
        {"_2eservice", SYSTEMD_NAME ".Service"},
    };
    size_t len = strlen(object);

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t end_len = strlen(types[i].end);
        if (len > end_len && strcmp(object + len - end_len, types[i].end) == 0)
            return types[i].interface;
    }
    return NULL;
}

static int read_delegate(struct systemd *systemd, const char *unit, int *ret)
{
    const char *interface = cgroup_scope_interface(unit);
    sd_bus_message *reply = NULL;
    int delegate;

    if (interface == NULL) {
        *ret = 0;
        return 0;
    }
    int r = systemd_call(systemd, &reply, unit, "org.freedesktop.DBus.Properties", "Get", "ss",
                         interface, "Delegate");
    if (r < 0)
        return r;
    r = systemd->library.message_read(reply, "v", "b", &delegate);
    (void)systemd->library.message_unref(reply);
    if (r < 0)
        return cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_FAILED, ODD_ANSWER);
    *ret = delegate != 0;
    return 0;
}

static int ask_for_delegate(struct systemd *systemd, int *ret)
{
    sd_bus_message *reply = NULL;
    const char *unit;

    int r =
        systemd_call(systemd, &reply, SYSTEMD_OBJECT, SYSTEMD_MANAGER, "GetUnitByPID", "u", 0U);
    if (r < 0)
        return r;
    r = systemd->library.message_read(reply, "o", &unit) < 0
            ? cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_FAILED, ODD_ANSWER)
            : read_delegate(systemd, unit, ret);
    (void)systemd->library.message_unref(reply);
    return r;
}

int cgroup_scope_is_delegated(struct cupel_cgroup_trial *ret)
{
    struct cupel_cgroup_trial trial = {.obstacle = CUPEL_CGROUP_SERVES};
    struct systemd systemd;
    int delegated = 0;

    int r = systemd_open(&systemd, &trial);
    if (r == 0) {
        r = ask_for_delegate(&systemd, &delegated);
        systemd_close(&systemd);
    }
    if (r == 0 || trial.obstacle == CUPEL_CGROUP_REFUSED)
        return delegated;
    *ret = trial;
    return r;
}
