#include "scope/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DESCRIPTION "cupel: programs in a sandbox"
#define ODD_ANSWER  "systemd's answer is not understood"

struct start {
    struct systemd *systemd;
    const char *scope;
    char job[128];   /* object path */
    char result[32]; /* what became of the job; empty until it is over */
};

/* The signal goes out for every job of the manager; the scope's name is the sender's alone. */
static int job_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    struct start *start = userdata;
    const char *job;
    const char *unit;
    const char *result;
    uint32_t id;

    (void)ret_error;
    int r = start->systemd->library.message_read(message, "uoss", &id, &job, &unit, &result);
    if (r >= 0 && strcmp(unit, start->scope) == 0)
        (void)snprintf(start->result, sizeof(start->result), "%s", result);
    return 0;
}

/* A pid of 0 is the sender's, whatever pid namespace either side is in. */
static int start_job(struct start *start)
{
    struct systemd *systemd = start->systemd;
    const struct sd_bus_library *library = &systemd->library;
    sd_bus_message *reply = NULL;
    const char *job;

    int r = library->match_signal_async(
        systemd->bus, NULL, systemd->is_bus ? SYSTEMD_NAME : NULL, SYSTEMD_OBJECT,
        SYSTEMD_MANAGER, "JobRemoved", job_removed, NULL, start);
    if (r < 0)
        return systemd_fail(systemd->answer, WIRE_SCOPE_FAILED, "cannot listen to systemd: %s",
                            strerrordesc_np(-r));
    r = systemd_call(systemd, &reply, SYSTEMD_OBJECT, SYSTEMD_MANAGER, "StartTransientUnit",
                     "ssa(sv)a(sa(sv))", start->scope, "fail", 4, "Description", "s",
                     DESCRIPTION, "Delegate", "b", 1, "PIDs", "au", 1, 0U, "CollectMode", "s",
                     "inactive-or-failed", 0);
    if (r < 0)
        return r;
    r = library->message_read(reply, "o", &job);
    if (r >= 0)
        (void)snprintf(start->job, sizeof(start->job), "%s", job);
    (void)library->message_unref(reply);
    return r < 0 ? systemd_fail(systemd->answer, WIRE_SCOPE_FAILED, ODD_ANSWER) : 0;
}

/* So that a slow systemd does not move the sender when it expects it no more. */
static void cancel_job(struct start *start)
{
    struct systemd *systemd = start->systemd;
    struct wire_scope_answer *answer = systemd->answer;
    struct wire_scope_answer ignored;
    sd_bus_message *reply = NULL;

    systemd->answer = &ignored;
    systemd->deadline_us += WIRE_SCOPE_CANCEL_US;
    if (systemd_call(systemd, &reply, start->job, SYSTEMD_NAME ".Job", "Cancel", "") == 0)
        (void)systemd->library.message_unref(reply);
    systemd->answer = answer;
}

static int await_job(struct start *start)
{
    struct wire_scope_answer *answer = start->systemd->answer;
    int r = 0;

    while (r >= 0 && start->result[0] == '\0')
        r = systemd_turn(start->systemd);
    if (r == 0) {
        (void)snprintf(answer->text, sizeof(answer->text), "%s", start->result);
        return 0;
    }
    cancel_job(start);
    if (r == -ETIMEDOUT)
        return systemd_fail(answer, WIRE_SCOPE_FAILED,
                            "systemd did not start a scope within %u seconds",
                            WIRE_SCOPE_LIMIT_US / 1000000U);
    return systemd_fail(answer, WIRE_SCOPE_FAILED,
                        "systemd did not say whether it started a scope: %s",
                        strerrordesc_np(-r));
}

int unit_start_scope(struct systemd *systemd, const char *scope)
{
    struct start start = {.systemd = systemd, .scope = scope};

    int r = start_job(&start);
    return r < 0 ? r : await_job(&start);
}

const char *unit_interface(const char *object)
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

static int read_delegate(struct systemd *systemd, const char *unit)
{
    const char *interface = unit_interface(unit);
    sd_bus_message *reply = NULL;
    int delegate;

    if (interface == NULL)
        return 0;
    int r = systemd_call(systemd, &reply, unit, "org.freedesktop.DBus.Properties", "Get", "ss",
                         interface, "Delegate");
    if (r < 0)
        return r;
    r = systemd->library.message_read(reply, "v", "b", &delegate);
    (void)systemd->library.message_unref(reply);
    if (r < 0)
        return systemd_fail(systemd->answer, WIRE_SCOPE_FAILED, ODD_ANSWER);
    systemd->answer->delegated = delegate != 0;
    return 0;
}

int unit_ask_for_delegate(struct systemd *systemd)
{
    sd_bus_message *reply = NULL;
    const char *unit;

    int r =
        systemd_call(systemd, &reply, SYSTEMD_OBJECT, SYSTEMD_MANAGER, "GetUnitByPID", "u", 0U);
    if (r < 0)
        return r;
    r = systemd->library.message_read(reply, "o", &unit) < 0
            ? systemd_fail(systemd->answer, WIRE_SCOPE_FAILED, ODD_ANSWER)
            : read_delegate(systemd, unit);
    (void)systemd->library.message_unref(reply);
    return r;
}
