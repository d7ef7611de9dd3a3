/*
 * results.json of PrairieLearn, https://prairielearn.readthedocs.io/en/latest/externalGrading/:
 * a fraction, and tests that learners read at once. A submission that is not gradable costs no
 * attempt, and has no score.
 */
#include <stdlib.h>
#include <string.h>

#include "cupel/render.h"
#include "render/foreign.h"
#include "render/json.h"
#include "render/view.h"
#include "render/words.h"

#define DOCUMENT_MAX 1000000
#define SUMMARY_MAX  ((size_t)1 << 18)

/* How much of the tests a document holds. */
struct detail {
    size_t text_max; /* bytes of a test's output */
    bool tests;
};

static json_t *test_of(const struct cupel_test_result *test, size_t text_max)
{
    const char *message = words_message(test);
    json_t *json = json_object();

    render_put(&json, "name", render_text(test->id));
    if (test->title != NULL)
        render_put(&json, "description", render_text(test->title));
    render_put(&json, "points", render_number(test->score));
    render_put(&json, "max_points", render_number(test->max_score));
    render_put(&json, "message",
               render_text(message != NULL ? message : cupel_verdict_names[test->verdict]));
    render_put(&json, "output", foreign_take_text(foreign_test_text(NULL, test, text_max)));
    return json;
}

/* Points without those earned have no form: tests that are hidden are only counted, in the
 * message. */
static json_t *tests_of(const struct cupel_result *result, size_t text_max)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->test_count; i++) {
        if (render_shows_test(&result->tests[i], CUPEL_VIEW_LEARNER))
            render_append(&json, test_of(&result->tests[i], text_max));
    }
    return json;
}

static json_t *graded_of(const struct cupel_result *result, enum cupel_view view,
                         struct detail detail)
{
    json_t *json = json_object();

    render_put(&json, "gradable", json_true());
    render_put(&json, "succeeded", json_true());
    render_put(&json, "score", render_number(foreign_fraction(result, view)));
    render_put(&json, "message", foreign_take_text(foreign_tally(result, view)));
    render_put(&json, "output", foreign_take_text(foreign_summary(result, SUMMARY_MAX)));
    if (detail.tests)
        render_put(&json, "tests", tests_of(result, detail.text_max));
    return json;
}

static json_t *not_graded_of(const struct cupel_result *result)
{
    bool rejected = result->status == CUPEL_STATUS_REJECTED;
    const char *message = result->message != NULL ? result->message : "no reason is known";
    json_t *json = json_object();

    render_put(&json, "gradable", json_false());
    render_put(&json, "succeeded", json_boolean(rejected));
    if (rejected) {
        json_t *errors = json_array();
        render_append(&errors, render_text(message));
        render_put(&json, "format_errors", errors);
    } else {
        render_put(&json, "message", render_text(message));
    }
    return json;
}

static char *text_of(const struct cupel_result *result, enum cupel_view view,
                     struct detail detail)
{
    json_t *json = result->status == CUPEL_STATUS_GRADED ? graded_of(result, view, detail)
                                                         : not_graded_of(result);
    char *text = json != NULL ? cupel_render_json_text(json) : NULL;

    json_decref(json);
    return text;
}

char *render_prairielearn(const struct cupel_result *result, enum cupel_view view)
{
    static const struct detail details[] = {
        {DOCUMENT_MAX, true}, {16384, true}, {2048, true}, {128, true}, {0, true}, {0, false},
    };
    char *text = NULL;

    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        free(text);
        text = text_of(result, view, details[i]);
        if (text == NULL || strlen(text) <= DOCUMENT_MAX)
            break;
    }
    return text;
}
