/* A report as cupel.doctor/1; see docs/schema/doctor.schema.json. */
#include <string.h>

#include "cli/doctor.h"
#include "render/json.h"

static json_t *names_of(const struct doctor_names *names)
{
    json_t *json = json_array();

    for (size_t i = 0; i < names->count; i++)
        render_append(&json, render_text(names->names[i]));
    return json;
}

static json_t *host_of(const struct doctor_host *host)
{
    json_t *json = json_object();

    render_put(&json, "kernel", render_text(host->release));
    render_put(&json, "architecture", render_text(host->machine));
    render_put(&json, "uid", json_string(host->uid == 0 ? "root" : "user"));
    render_put(&json, "hierarchy", json_string(doctor_hierarchy_names[host->hierarchy]));
    render_put(&json, "version_1_controllers", names_of(&host->version_1));
    render_put(&json, "cgroup", render_name(host->cgroup));
    render_put(&json, "container", render_name(host->container_name));
    render_put(&json, "systemd", json_boolean(host->systemd));
    render_put(&json, "systemd_version", render_name(host->systemd_version));
    return json;
}

static json_t *controllers_of(unsigned controllers)
{
    static const char *const names[] = {"memory", "pids", "cpu"};
    json_t *json = json_array();

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((controllers & 1U << i) != 0)
            render_append(&json, json_string(names[i]));
    }
    return json;
}

/* By enum cupel_cgroup_obstacle. */
static const char *const obstacle_names[] = {
    [CUPEL_CGROUP_SERVES] = NULL,
    [CUPEL_CGROUP_NOT_TRIED] = "not_tried",
    [CUPEL_CGROUP_NO_V2] = "no_v2",
    [CUPEL_CGROUP_HYBRID] = "hybrid",
    [CUPEL_CGROUP_READ_ONLY] = "read_only",
    [CUPEL_CGROUP_HOST_ROOT] = "host_root",
    [CUPEL_CGROUP_NOT_DELEGATED] = "not_delegated",
    [CUPEL_CGROUP_OCCUPIED] = "occupied",
    [CUPEL_CGROUP_NO_CONTROLLERS] = "no_controllers",
    [CUPEL_CGROUP_NO_SYSTEMD] = "no_systemd",
    [CUPEL_CGROUP_NO_LIBSYSTEMD] = "no_libsystemd",
    [CUPEL_CGROUP_NO_BUS] = "no_bus",
    [CUPEL_CGROUP_REFUSED] = "refused",
    [CUPEL_CGROUP_FAILED] = "failed",
};

static json_t *trials_of(const struct cupel_cgroup_search *search)
{
    json_t *json = json_array();

    for (size_t i = 0; i < CUPEL_CGROUP_SOURCES; i++) {
        const struct cupel_cgroup_trial *trial = &search->trials[i];
        json_t *item = json_object();
        render_put(&item, "source", json_string(cupel_cgroup_source_names[i]));
        render_put(&item, "obstacle", render_text(obstacle_names[trial->obstacle]));
        render_put(&item, "text", render_name(trial->text));
        render_append(&json, item);
    }
    return json;
}

static json_t *cgroup_of(const struct cupel_cgroup_search *search)
{
    bool serves = search->base[0] != '\0';
    json_t *json = json_object();

    render_put(&json, "source",
               render_text(serves ? cupel_cgroup_source_names[search->source] : NULL));
    render_put(&json, "base", render_name(search->base));
    render_put(&json, "controllers", controllers_of(search->controllers));
    render_put(&json, "trials", trials_of(search));
    return json;
}

static json_t *lines_of(const char *text)
{
    json_t *json = json_array();

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        render_append(&json, json_stringn_nocheck(text, len));
        text += len + (text[len] == '\n');
    }
    return json;
}

static json_t *finding_of(const struct doctor_finding *finding)
{
    json_t *mends = json_array();
    json_t *json = json_object();

    for (size_t i = 0; i < finding->mend_count; i++) {
        json_t *mend = json_object();
        render_put(&mend, "when", render_text(finding->mends[i].when));
        render_put(&mend, "lines", lines_of(finding->mends[i].lines));
        render_append(&mends, mend);
    }
    render_put(&json, "layer", render_text(finding->layer));
    render_put(&json, "state", json_string(doctor_state_names[finding->state]));
    render_put(&json, "optional", json_boolean(finding->optional));
    render_put(&json, "by", render_text(finding->by));
    render_put(&json, "why", render_text(finding->why));
    render_put(&json, "see", render_text(finding->see));
    render_put(&json, "mend", mends);
    return json;
}

json_t *doctor_json(const struct doctor_report *report)
{
    json_t *layers = json_array();
    json_t *json = json_object();

    for (size_t i = 0; i < report->count; i++)
        render_append(&layers, finding_of(&report->findings[i]));
    render_put(&json, "schema", json_string("cupel.doctor/1"));
    render_put(&json, "host", host_of(&report->host));
    render_put(&json, "cgroup", cgroup_of(&report->search));
    render_put(&json, "layers", layers);
    if (report->out_of_memory) {
        json_decref(json);
        return NULL;
    }
    return json;
}
