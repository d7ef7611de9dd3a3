/*
 * results.json of Gradescope, https://gradescope-autograders.readthedocs.io/en/latest/specs/.
 *
 * Gradescope hides tests itself, by the same four words as ours. It shows the top-level output
 * and the leaderboard to all learners, whatever tests are hidden.
 */
#include <stdio.h>

#include "render/foreign.h"
#include "render/json.h"
#include "render/view.h"
#include "render/words.h"

#define TEXT_MAX ((size_t)1 << 20) /* more than a test keeps of its output */

/* "passed" or "failed"; NULL: what its points say. */
static const char *status_of(const struct cupel_test_result *test)
{
    switch (test->verdict) {
    case CUPEL_VERDICT_PASSED:
        return "passed";
    case CUPEL_VERDICT_PARTIAL:
        return NULL;
    case CUPEL_VERDICT_FAILED:
    case CUPEL_VERDICT_SKIPPED:
    case CUPEL_VERDICT_ERROR:
        break;
    }
    return "failed";
}

static json_t *extra_of(const struct cupel_test_result *test, bool shown)
{
    bool has_reason = test->reason != CUPEL_REASON_NONE;
    json_t *json = json_object();

    render_put(&json, "id", render_text(test->id));
    render_put(&json, "bonus", json_boolean(test->bonus));
    render_put(&json, "separation", json_string(test->in_process ? "in-process" : "judge"));
    if (shown) {
        render_put(&json, "verdict", json_string(cupel_verdict_names[test->verdict]));
        render_put(&json, "reason",
                   render_text(has_reason ? cupel_reason_names[test->reason] : NULL));
    }
    return json;
}

static json_t *number_of(size_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%zu", number);
    return json_string(text);
}

static json_t *test_of(const struct cupel_test_result *test, size_t number,
                       enum cupel_view view)
{
    bool shown = render_shows_test(test, view);
    const char *status = status_of(test);
    json_t *json = json_object();

    if (shown)
        render_put(&json, "score", render_number(test->score));
    render_put(&json, "max_score", render_number(test->max_score));
    if (shown && status != NULL)
        render_put(&json, "status", json_string(status));
    render_put(&json, "name",
               render_text(shown && test->title != NULL ? test->title : test->id));
    render_put(&json, "name_format", json_string("text"));
    render_put(&json, "number", number_of(number));
    if (shown) {
        render_put(&json, "output",
                   foreign_take_text(foreign_test_text(words_message(test), test, TEXT_MAX)));
        render_put(&json, "output_format", json_string("text"));
    }
    render_put(&json, "visibility", json_string(cupel_visibility_names[test->visibility]));
    render_put(&json, "extra_data", extra_of(test, shown));
    return json;
}

static json_t *tests_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->test_count; i++)
        render_append(&json, test_of(&result->tests[i], i + 1, view));
    return json;
}

static json_t *leaderboard_of(const struct cupel_result *result)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->leaderboard_count; i++) {
        const struct cupel_leaderboard_entry *entry = &result->leaderboard[i];
        if (!render_has_figure(result, entry, CUPEL_VIEW_LEARNER))
            continue;
        json_t *row = json_object();
        render_put(&row, "name", render_text(entry->name));
        render_put(&row, "value", render_number(entry->value));
        render_put(&row, "order", json_string(entry->descending ? "desc" : "asc"));
        render_append(&json, row);
    }
    return json;
}

static json_t *data_of(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "cupel", json_string(CUPEL_VERSION));
    render_put(&json, "status", json_string(cupel_status_names[result->status]));
    render_put(&json, "grader", render_text(result->grader_name));
    render_put(&json, "grader_version", render_text(result->grader_version));
    render_put(&json, "grader_sha256", render_name(result->grader_sha256));
    render_put(&json, "submission_sha256", render_name(result->submission_sha256));
    render_put(&json, "max_score", render_number(render_max_score(result, view)));
    return json;
}

json_t *render_gradescope(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "score", render_number(render_score(result, view)));
    if (render_shows_all(result, view))
        render_put(&json, "execution_time", render_seconds(result->wall_ns));
    render_put(&json, "output", foreign_take_text(foreign_summary(result, TEXT_MAX)));
    render_put(&json, "output_format", json_string("text"));
    render_put(&json, "test_output_format", json_string("text"));
    render_put(&json, "test_name_format", json_string("text"));
    render_put(&json, "visibility", json_string("visible"));
    render_put(&json, "stdout_visibility", json_string("hidden"));
    render_put(&json, "extra_data", data_of(result, view));
    render_put(&json, "tests", tests_of(result, view));
    render_put(&json, "leaderboard", leaderboard_of(result));
    return json;
}
