#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cupel/render.h"
#include "render/json.h"
#include "render/names.h"

const char *render_mechanism_name(enum cupel_mechanism mechanism)
{
    return mechanism != CUPEL_BY_NONE ? render_mechanism_names[mechanism] : NULL;
}

static json_t *limits_of(const struct cupel_limits *limits)
{
    json_t *json = json_object();

    render_put(&json, "wall_seconds", render_seconds(limits->wall_ns));
    render_put(&json, "cpu_seconds", render_seconds(limits->cpu_ns));
    render_put(&json, "memory_bytes", render_u64(limits->memory_bytes));
    render_put(&json, "processes", render_u64(limits->processes));
    render_put(&json, "output_bytes", render_u64(limits->output_bytes));
    render_put(&json, "disk_bytes", render_u64(limits->disk_bytes));
    render_put(&json, "file_size_bytes", render_u64(limits->file_size_bytes));
    render_put(&json, "open_files", render_u64(limits->open_files));
    render_put(&json, "cpus",
               limits->cpus_milli < CUPEL_CPUS_ALL
                   ? json_real((double)limits->cpus_milli / 1000)
                   : json_null());
    return json;
}

static json_t *enforcement_of(const struct cupel_enforcement *enforcement)
{
    json_t *json = json_object();
    int abi = enforcement->landlock_abi;

    render_put(&json, "memory", render_text(render_mechanism_name(enforcement->memory)));
    render_put(&json, "processes", render_text(render_mechanism_name(enforcement->processes)));
    render_put(&json, "cpu", render_text(render_mechanism_name(enforcement->cpu)));
    render_put(&json, "cpus", render_text(render_mechanism_name(enforcement->cpus)));
    render_put(&json, "cgroup", render_text(enforcement->cgroup));
    render_put(&json, "user_namespace", json_boolean(enforcement->user_namespace));
    render_put(&json, "network", json_string(render_network_names[enforcement->network]));
    render_put(&json, "no_new_privs", json_boolean(enforcement->no_new_privs));
    /* null: a run that failed before they were dropped */
    render_put(&json, "capabilities",
               render_text(enforcement->no_capabilities ? "none" : NULL));
    render_put(&json, "landlock_abi", abi > 0 ? json_integer(abi) : json_null());
    render_put(&json, "seccomp_sha256", render_name(enforcement->seccomp_sha256));
    render_put(&json, "policy", render_name(enforcement->policy));
    render_put(&json, "policy_sha256", render_name(enforcement->policy_sha256));
    return json;
}

static json_t *arguments_of(const struct cupel_denied_call *call)
{
    json_t *json = json_array();
    char text[24];

    for (size_t i = 0; i < sizeof(call->arguments) / sizeof(call->arguments[0]); i++) {
        (void)snprintf(text, sizeof(text), "0x%" PRIx64, call->arguments[i]);
        render_append(&json, json_string(text));
    }
    return json;
}

static json_t *action_of(const struct cupel_denied_call *call)
{
    const char *name = strerrorname_np(call->error_number);
    char text[32];

    if (call->killed)
        return json_string("kill");
    if (name != NULL)
        (void)snprintf(text, sizeof(text), "errno %s", name);
    else
        (void)snprintf(text, sizeof(text), "errno %d", call->error_number);
    return json_string(text);
}

/* Where a policy lies on the host, and what is in a program's registers, is for staff. */
static json_t *denied_call_of(const struct cupel_denied_call *call, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "name", render_text(call->name));
    render_put(&json, "count", render_u64(call->count));
    if (view == CUPEL_VIEW_STAFF)
        render_put(&json, "arguments", arguments_of(call));
    render_put(&json, "action", action_of(call));
    render_put(&json, "policy", render_text(call->policy));
    if (view == CUPEL_VIEW_STAFF) {
        render_put(&json, "file", render_text(call->file));
        render_put(&json, "line", call->line > 0 ? json_integer(call->line) : json_null());
    }
    render_put(&json, "why", render_text(call->why));
    return json;
}

static json_t *denied_of(const struct cupel_outcome *outcome, enum cupel_view view)
{
    const struct cupel_denied *denied = &outcome->denied;

    if (!outcome->knows_denied)
        return json_null();
    json_t *json = json_array();
    for (size_t i = 0; i < denied->count; i++)
        render_append(&json, denied_call_of(&denied->calls[i], view));
    if (denied->others > 0) {
        json_t *others = json_object();
        render_put(&others, "name", json_null());
        render_put(&others, "count", render_u64(denied->others));
        render_append(&json, others);
    }
    return json;
}

static void put_end(json_t **json, const struct cupel_outcome *outcome, enum cupel_view view)
{
    bool exited = outcome->status == CUPEL_RUN_EXITED;
    bool by_limit = outcome->status == CUPEL_RUN_LIMIT;
    bool by_signal = outcome->status == CUPEL_RUN_SIGNALED || by_limit;

    render_put(json, "status", json_string(render_run_status_names[outcome->status]));
    render_put(json, "exit_code", exited ? json_integer(outcome->exit_code) : json_null());
    render_put(json, "signal",
               by_signal && outcome->signal != 0 ? json_integer(outcome->signal) : json_null());
    render_put(json, "limit", render_text(by_limit ? cupel_limit_name(outcome->limit) : NULL));
    render_put(json, "denied_syscalls", denied_of(outcome, view));
}

json_t *cupel_render_run(const struct cupel_outcome *outcome, enum cupel_view view)
{
    bool cpu_known = outcome->user_ns != CUPEL_UNKNOWN && outcome->system_ns != CUPEL_UNKNOWN;
    uint64_t cpu_ns = cpu_known ? outcome->user_ns + outcome->system_ns : CUPEL_UNKNOWN;
    json_t *json = json_object();

    render_put(&json, "schema", json_string("cupel.run/1"));
    put_end(&json, outcome, view);
    if (outcome->status == CUPEL_RUN_SANDBOX_ERROR)
        render_put(&json, "error", render_text(outcome->error));
    render_put(&json, "wall_seconds", render_seconds(outcome->wall_ns));
    render_put(&json, "cpu_seconds", render_seconds(cpu_ns));
    render_put(&json, "user_seconds", render_seconds(outcome->user_ns));
    render_put(&json, "system_seconds", render_seconds(outcome->system_ns));
    render_put(&json, "memory_peak_bytes", render_u64(outcome->memory_peak_bytes));
    render_put(&json, "processes_peak", render_u64(outcome->processes_peak));
    render_put(&json, "stdout_bytes", render_u64(outcome->stdout_bytes));
    render_put(&json, "stderr_bytes", render_u64(outcome->stderr_bytes));
    render_put(&json, "limits", limits_of(&outcome->limits));
    render_put(&json, "enforcement", enforcement_of(&outcome->enforcement));
    return json;
}
