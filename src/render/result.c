#include <time.h>

#include "cupel/render.h"
#include "render/json.h"

static json_t *strings_of(char *const *strings)
{
    json_t *json = json_array();

    for (; strings != NULL && *strings != NULL; strings++)
        render_append(&json, render_text(*strings));
    return json;
}

static json_t *grader_of(const struct cupel_result *result)
{
    json_t *json = json_object();

    render_put(&json, "name", render_text(result->grader_name));
    render_put(&json, "version", render_text(result->grader_version));
    render_put(&json, "sha256", render_name(result->grader_sha256));
    return json;
}

static json_t *submission_of(const struct cupel_result *result)
{
    bool known = result->submission_sha256[0] != '\0';
    json_t *json = json_object();

    render_put(&json, "sha256", render_name(result->submission_sha256));
    render_put(&json, "files", known ? render_u64(result->submission_files) : json_null());
    render_put(&json, "bytes", known ? render_u64(result->submission_bytes) : json_null());
    render_put(&json, "warnings", strings_of(result->warnings));
    return json;
}

static json_t *run_of(bool ran, const struct cupel_outcome *run, enum cupel_view view)
{
    return ran ? cupel_render_run(run, view) : json_null();
}

static json_t *build_of(const struct cupel_build_result *build, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "id", render_text(build->id));
    render_put(&json, "passed", json_boolean(build->passed));
    render_put(&json, "output", render_text(build->output != NULL ? build->output : ""));
    render_put(&json, "message", render_text(build->message));
    render_put(&json, "run", run_of(build->ran, &build->run, view));
    return json;
}

/* All that a learner may know of a test that is not visible. */
static json_t *hidden_test_of(const struct cupel_test_result *test)
{
    json_t *json = json_object();

    render_put(&json, "id", render_text(test->id));
    render_put(&json, "score", render_number(test->score));
    render_put(&json, "max_score", render_number(test->max_score));
    render_put(&json, "visibility", json_string(cupel_visibility_names[test->visibility]));
    return json;
}

static json_t *test_of(const struct cupel_test_result *test, enum cupel_view view)
{
    bool has_reason = test->reason != CUPEL_REASON_NONE;
    json_t *json = json_object();

    render_put(&json, "id", render_text(test->id));
    render_put(&json, "title", render_text(test->title));
    render_put(&json, "verdict", json_string(cupel_verdict_names[test->verdict]));
    render_put(&json, "reason",
               render_text(has_reason ? cupel_reason_names[test->reason] : NULL));
    render_put(&json, "score", render_number(test->score));
    render_put(&json, "max_score", render_number(test->max_score));
    render_put(&json, "visibility", json_string(cupel_visibility_names[test->visibility]));
    render_put(&json, "separation", json_string("judge"));
    render_put(&json, "output", render_text(test->output != NULL ? test->output : ""));
    render_put(&json, "message", render_text(test->message));
    render_put(&json, "run", run_of(test->ran, &test->run, view));
    return json;
}

static json_t *group_of(const struct cupel_group_result *group)
{
    json_t *json = json_object();

    render_put(&json, "id", render_text(group->id));
    render_put(&json, "score", render_number(group->score));
    render_put(&json, "max_score", render_number(group->max_score));
    render_put(&json, "tests", strings_of(group->tests));
    return json;
}

static json_t *builds_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->build_count; i++)
        render_append(&json, build_of(&result->builds[i], view));
    return json;
}

static json_t *tests_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        bool shown = view == CUPEL_VIEW_STAFF || test->visibility == CUPEL_VISIBLE;
        render_append(&json, shown ? test_of(test, view) : hidden_test_of(test));
    }
    return json;
}

static json_t *groups_of(const struct cupel_result *result)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->group_count; i++)
        render_append(&json, group_of(&result->groups[i]));
    return json;
}

/* RFC 3339, in UTC. */
static json_t *instant_of(const struct timespec *instant)
{
    struct tm utc;
    char text[64];

    if (gmtime_r(&instant->tv_sec, &utc) == NULL ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return json_null();
    return json_string(text);
}

/* A failure that is not the learner's has no score: 0 would be taken for one. */
static void put_score(json_t **json, const struct cupel_result *result)
{
    bool scored =
        result->status == CUPEL_STATUS_GRADED || result->status == CUPEL_STATUS_REJECTED;
    bool has_fraction = scored && result->max_score > 0;
    double fraction = has_fraction ? result->score / result->max_score : 0;

    render_put(json, "score", scored ? render_number(result->score) : json_null());
    render_put(json, "max_score", render_number(result->max_score));
    render_put(json, "fraction", has_fraction ? render_number(fraction) : json_null());
}

json_t *cupel_render_result(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "schema", json_string("cupel.result/1"));
    render_put(&json, "cupel", json_string(CUPEL_VERSION));
    render_put(&json, "status", json_string(cupel_status_names[result->status]));
    render_put(&json, "grader", grader_of(result));
    render_put(&json, "submission", submission_of(result));
    put_score(&json, result);
    render_put(&json, "message", render_text(result->message));
    render_put(&json, "build", builds_of(result, view));
    render_put(&json, "tests", tests_of(result, view));
    render_put(&json, "groups", groups_of(result));
    render_put(&json, "leaderboard", json_array());
    render_put(&json, "started_at", instant_of(&result->started_at));
    render_put(&json, "wall_seconds", render_seconds(result->wall_ns));
    return json;
}
