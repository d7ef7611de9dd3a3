#include "cli/policy_propose.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/units.h"
#include "policy/constant_text.h"
#include "render/json.h"

#define MIB          (UINT64_C(1) << 20)
#define LEAST_MEMORY (16 * MIB) /* the C library and its loader */
#define ROOM         2          /* the next machine, or input, needs more */

static uint64_t power_of_two(uint64_t least)
{
    uint64_t power = 1;

    while (power < least)
        power *= 2;
    return power;
}

static json_t *text_of(uint64_t amount, const char *unit)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%" PRIu64 " %s", amount, unit);
    return json_string(text);
}

/* Without a cgroup nobody counts processes; there were not more than were started. */
static uint64_t processes_of(const struct proposal *proposal)
{
    static const char *const starting[] = {"clone", "fork", "vfork"};
    const struct record *record = proposal->record;
    enum cupel_arch arch = proposal->base->arch;
    uint64_t count = 1;

    if (proposal->outcome->processes_peak != CUPEL_UNKNOWN)
        return proposal->outcome->processes_peak;
    for (size_t i = 0; i < record->count; i++) {
        for (size_t n = 0; n < sizeof(starting) / sizeof(starting[0]); n++) {
            if (record->calls[i].number == cupel_call_number(arch, starting[n]))
                count += record->calls[i].count;
        }
    }
    return count;
}

static json_t *limits_of(const struct proposal *proposal)
{
    const struct cupel_outcome *outcome = proposal->outcome;
    const struct cupel_limits *base = &proposal->base->limits;
    uint64_t processes = power_of_two(processes_of(proposal));
    uint64_t cpu_ns = ROOM * (outcome->user_ns + outcome->system_ns);
    uint64_t wall_ns = ROOM * outcome->wall_ns;
    json_t *json = json_object();

    if (outcome->memory_peak_bytes != CUPEL_UNKNOWN) {
        uint64_t bytes = ROOM * outcome->memory_peak_bytes;
        bytes = power_of_two(bytes < LEAST_MEMORY ? LEAST_MEMORY : bytes);
        render_put(&json, "memory", text_of(bytes / MIB, "MiB"));
    }
    if (processes > outcome->limits.processes)
        processes = outcome->limits.processes;
    render_put(&json, "processes", render_u64(processes));
    if (cpu_ns > base->cpu_ns)
        render_put(&json, "cpu", text_of(cpu_ns / CUPEL_NS_PER_S + 1, "s"));
    if (wall_ns > base->wall_ns)
        render_put(&json, "wall", text_of(wall_ns / CUPEL_NS_PER_S + 1, "s"));
    return json;
}

/* All that was recorded of one call and base denies, as one rule. */
struct addition {
    const char *name;
    int selector;
    json_t *conditions;
    uint64_t count;
};

static void add_condition(struct addition *addition, enum cupel_arch arch, uint64_t value)
{
    char constant[CUPEL_CONSTANT_TEXT_SIZE];
    char text[CUPEL_CONSTANT_TEXT_SIZE + 16];

    (void)cupel_constant_text(addition->name, (size_t)addition->selector, arch, value,
                              constant);
    (void)snprintf(text, sizeof(text), "arg%d == %s", addition->selector, constant);
    json_t *known;
    size_t i;
    json_array_foreach(addition->conditions, i, known)
    {
        if (strcmp(json_string_value(known), text) == 0)
            return;
    }
    render_append(&addition->conditions, json_string(text));
}

static json_t *rule_of(struct addition *addition)
{
    char why[96];
    json_t *rule = json_object();
    json_t *calls = json_array();

    (void)snprintf(why, sizeof(why),
                   "made %" PRIu64 " time%s while it was recorded; say what for",
                   addition->count, addition->count == 1 ? "" : "s");
    render_append(&calls, json_string(addition->name));
    render_put(&rule, "allow", calls);
    if (json_array_size(addition->conditions) == 1)
        render_put(&rule, "when", json_incref(json_array_get(addition->conditions, 0)));
    else if (json_array_size(addition->conditions) > 1)
        render_put(&rule, "when", json_incref(addition->conditions));
    render_put(&rule, "why", json_string(why));
    return rule;
}

/* NULL if base allows all that was recorded of it, or it has been done. */
static json_t *addition_for(const struct proposal *proposal, size_t first)
{
    const struct record *record = proposal->record;
    enum cupel_arch arch = proposal->base->arch;
    int number = record->calls[first].number;
    char name[CUPEL_CALL_NAME_SIZE];
    struct addition addition = {.name = name};

    for (size_t i = 0; i < first; i++) {
        if (record->calls[i].number == number)
            return NULL;
    }
    if (!cupel_call_name(arch, number, name)) /* no rule can be about it */
        return NULL;
    addition.selector = record_selector(name);
    addition.conditions = json_array();
    for (size_t i = first; i < record->count; i++) {
        const struct recorded_call *call = &record->calls[i];
        if (call->number != number || record_is_allowed(proposal->base, call))
            continue;
        addition.count += call->count;
        if (addition.selector >= 0)
            add_condition(&addition, arch, call->arguments[addition.selector]);
    }
    json_t *rule = addition.count > 0 ? rule_of(&addition) : NULL;
    json_decref(addition.conditions);
    return rule;
}

json_t *policy_propose(struct proposal *proposal)
{
    json_t *json = json_object();
    json_t *rules = json_array();
    json_t *calls = json_object();
    char why[256];

    for (size_t i = 0; i < proposal->record->count; i++) {
        json_t *rule = addition_for(proposal, i);
        if (rule != NULL) {
            render_append(&rules, rule);
            proposal->additions++;
        }
    }
    (void)snprintf(why, sizeof(why), "what `%.150s` was recorded to need; say what it is for",
                   proposal->command);
    render_put(&json, "schema", json_string("cupel.policy/1"));
    render_put(&json, "name", render_text(proposal->name));
    render_put(&json, "extends", render_text(proposal->base->name));
    render_put(&json, "why", render_text(why));
    render_put(&json, "limits", limits_of(proposal));
    if (proposal->additions > 0) {
        render_put(&calls, "rules", rules);
        render_put(&json, "syscalls", calls);
    } else {
        json_decref(rules);
        json_decref(calls);
    }
    return json;
}
