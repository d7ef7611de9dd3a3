#include <time.h>

#include "cupel/render.h"
#include "render/json.h"
#include "render/names.h"
#include "render/result.h"
#include "render/view.h"

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
    render_put(&json, "max_score", render_number(test->max_score));
    render_put(&json, "bonus", json_boolean(test->bonus));
    render_put(&json, "visibility", json_string(cupel_visibility_names[test->visibility]));
    return json;
}

/* The run of a checker or interactor, for staff. */
static json_t *judge_of(const struct cupel_test_result *test, enum cupel_view view)
{
    if (view != CUPEL_VIEW_STAFF || !test->judge_ran)
        return json_null();
    json_t *json = json_object();
    render_put(&json, "output",
               render_text(test->judge_output != NULL ? test->judge_output : ""));
    render_put(&json, "run", cupel_render_run(&test->judge_run, CUPEL_VIEW_STAFF));
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
    render_put(&json, "bonus", json_boolean(test->bonus));
    render_put(&json, "visibility", json_string(cupel_visibility_names[test->visibility]));
    render_put(&json, "separation", json_string(render_separation_names[test->in_process]));
    render_put(&json, "harness", render_text(test->harness));
    render_put(&json, "output", render_text(test->output != NULL ? test->output : ""));
    render_put(&json, "message", render_text(test->message));
    render_put(&json, "difference", render_text(test->difference));
    render_put(&json, "run", run_of(render_has_run(test), &test->run, view));
    render_put(&json, "judge", judge_of(test, view));
    return json;
}

static json_t *undeclared_of(const struct cupel_harness_result *harness, enum cupel_view view)
{
    size_t count = view == CUPEL_VIEW_STAFF ? harness->undeclared_count : 0;
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct cupel_undeclared_test *test = &harness->undeclared[i];
        render_append(&json, json_pack("{s:s, s:s}", "id", test->id, "verdict",
                                       cupel_verdict_names[test->verdict]));
    }
    return json;
}

/* What a harness says may tell of its tests that are not visible. */
static json_t *harness_of(const struct cupel_harness_result *harness, enum cupel_view view)
{
    bool shown = render_shows_withheld(harness->withheld, view);
    json_t *json = json_object();

    render_put(&json, "id", render_text(harness->id));
    render_put(&json, "separation", json_string(render_separation_names[harness->in_process]));
    render_put(&json, "passed", shown ? json_boolean(harness->passed) : json_null());
    render_put(&json, "message", shown ? render_text(harness->message) : json_null());
    render_put(&json, "output",
               shown ? render_text(harness->output != NULL ? harness->output : "")
                     : json_null());
    render_put(&json, "run", run_of(shown && harness->ran, &harness->run, view));
    render_put(&json, "undeclared", undeclared_of(harness, view));
    render_put(&json, "withheld", json_boolean(harness->withheld));
    return json;
}

static json_t *group_of(const struct cupel_group_result *group, enum cupel_view view)
{
    bool shown = render_shows_withheld(group->withheld, view);
    json_t *json = json_object();

    render_put(&json, "id", render_text(group->id));
    render_put(&json, "title", render_text(shown ? group->title : NULL));
    render_put(&json, "score", shown ? render_number(group->score) : json_null());
    render_put(&json, "max_score", render_number(group->max_score));
    render_put(&json, "bonus", json_boolean(group->bonus));
    render_put(&json, "tests", strings_of(group->tests));
    render_put(&json, "withheld", json_boolean(group->withheld));
    return json;
}

static json_t *penalty_of(const struct cupel_penalty_result *penalty, enum cupel_view view)
{
    bool shown = render_shows_withheld(penalty->withheld, view);
    json_t *json = json_object();

    render_put(&json, "id", render_text(penalty->id));
    render_put(&json, "points",
               shown ? render_number(render_penalty(penalty, view)) : json_null());
    render_put(&json, "tests", strings_of(penalty->tests));
    render_put(&json, "learner_points", render_number(penalty->learner_points));
    render_put(&json, "withheld", json_boolean(penalty->withheld));
    return json;
}

static json_t *entry_of(const struct cupel_leaderboard_entry *entry, bool scored)
{
    json_t *json = json_object();

    render_put(&json, "name", render_text(entry->name));
    render_put(&json, "value", scored ? render_number(entry->value) : json_null());
    render_put(&json, "order", json_string(render_order_names[entry->descending]));
    render_put(&json, "withheld", json_boolean(entry->withheld));
    return json;
}

static json_t *builds_of(const struct cupel_build_result *builds, size_t count,
                         enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++)
        render_append(&json, build_of(&builds[i], view));
    return json;
}

static json_t *harnesses_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->harness_count; i++)
        render_append(&json, harness_of(&result->harnesses[i], view));
    return json;
}

json_t *cupel_render_test(const struct cupel_test_result *test, enum cupel_view view)
{
    return render_shows_test(test, view) ? test_of(test, view) : hidden_test_of(test);
}

static json_t *tests_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->test_count; i++)
        render_append(&json, cupel_render_test(&result->tests[i], view));
    return json;
}

static json_t *groups_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->group_count; i++)
        render_append(&json, group_of(&result->groups[i], view));
    return json;
}

static json_t *penalties_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->penalty_count; i++)
        render_append(&json, penalty_of(&result->penalties[i], view));
    return json;
}

static json_t *leaderboard_of(const struct cupel_result *result, enum cupel_view view)
{
    bool scored = render_is_scored(result);
    json_t *json = json_array();

    for (size_t i = 0; i < result->leaderboard_count; i++) {
        const struct cupel_leaderboard_entry *entry = &result->leaderboard[i];
        if (render_shows_withheld(entry->withheld, view))
            render_append(&json, entry_of(entry, scored));
    }
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

static void put_score(json_t **json, const struct cupel_result *result, enum cupel_view view)
{
    double score = render_score(result, view);
    double max_score = render_max_score(result, view);
    bool scored = render_is_scored(result);
    bool has_fraction = scored && max_score > 0;

    render_put(json, "score", scored ? render_number(score) : json_null());
    render_put(json, "max_score", render_number(max_score));
    render_put(json, "fraction", has_fraction ? render_number(score / max_score) : json_null());
    render_put(json, "learner_score",
               scored ? render_number(result->learner_score) : json_null());
    render_put(json, "learner_max_score", render_number(result->learner_max_score));
}

/* How long it took tells of the tests that are not shown. */
static json_t *wall_of(const struct cupel_result *result, enum cupel_view view)
{
    return render_shows_all(result, view) ? render_seconds(result->wall_ns) : json_null();
}

json_t *render_result_frame(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "schema", json_string("cupel.result/1"));
    render_put(&json, "cupel", json_string(CUPEL_VERSION));
    render_put(&json, "status", json_string(cupel_status_names[result->status]));
    render_put(&json, "grader", grader_of(result));
    render_put(&json, "submission", submission_of(result));
    put_score(&json, result, view);
    render_put(&json, "message", render_text(result->message));
    render_put(&json, "build", builds_of(result->builds, result->build_count, view));
    render_put(&json, "judge_build",
               builds_of(result->judge_builds,
                         view == CUPEL_VIEW_STAFF ? result->judge_build_count : 0, view));
    render_put(&json, "tests", json_array());
    render_put(&json, "harnesses", harnesses_of(result, view));
    render_put(&json, "groups", groups_of(result, view));
    render_put(&json, "penalties", penalties_of(result, view));
    render_put(&json, "leaderboard", leaderboard_of(result, view));
    render_put(&json, "started_at", instant_of(&result->started_at));
    render_put(&json, "wall_seconds", wall_of(result, view));
    return json;
}

json_t *cupel_render_result(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = render_result_frame(result, view);

    render_put(&json, "tests", tests_of(result, view)); /* where it was empty */
    return json;
}
