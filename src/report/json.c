/* cupel's own reports: docs/schema/report.schema.json. */
#include <math.h>

#include "report/json_document.h"

#define SCHEMA   "cupel.report/1"
#define KEYS_MAX 16 /* each that is not known costs a pass over the report */

static const char *const outcome_names[] = {
    [CUPEL_REPORT_PASSED] = "passed",  [CUPEL_REPORT_SKIPPED] = "skipped",
    [CUPEL_REPORT_FAILED] = "failed",  [CUPEL_REPORT_ERRORED] = "errored",
    [CUPEL_REPORT_ERRORED + 1] = NULL,
};

static bool has_known_keys(const struct cupel_field *object, const char *const *keys)
{
    if (json_object_size(object->json) > KEYS_MAX)
        return cupel_field_fail(object, "more than %d keys", KEYS_MAX);
    return cupel_field_only_keys(object, keys);
}

static bool read_id(struct report_builder *builder, const struct cupel_field *item,
                    struct cupel_report_test *test)
{
    struct cupel_field field;
    const char *id;

    if (!cupel_field_require(item, "id", &field) || !cupel_field_string(&field, &id))
        return false;
    test->id = report_make_id(builder, id, json_string_length(field.json));
    if (test->id != NULL && test->id[0] == '\0')
        return cupel_field_fail(&field, "expected an id, found nothing but blanks");
    return test->id != NULL;
}

static bool read_outcome(const struct cupel_field *item, struct cupel_report_test *test)
{
    struct cupel_field outcome;
    struct cupel_field score;
    size_t index;

    bool has_outcome = cupel_field_get(item, "outcome", &outcome);
    bool has_score = cupel_field_get(item, "score", &score);
    if (has_outcome == has_score)
        return cupel_field_fail(item, "expected \"outcome\" or \"score\", found %s",
                                has_score ? "both" : "neither");
    if (has_outcome) {
        if (!cupel_field_choice(&outcome, outcome_names, &index))
            return false;
        report_set_outcome(test, (enum cupel_report_outcome)index);
        return true;
    }
    if (!cupel_field_number(&score, 0, 1, &test->fraction))
        return false;
    test->outcome = test->fraction > 0 ? CUPEL_REPORT_PASSED : CUPEL_REPORT_FAILED;
    return true;
}

static bool read_test(struct report_builder *builder, const struct cupel_field *item)
{
    static const char *const keys[] = {"id",      "title",  "outcome", "score",
                                       "message", "output", "seconds", NULL};
    struct cupel_field seconds;
    const char *title;
    const char *message;
    const char *output;

    struct cupel_report_test *test = report_json_add(builder, item);
    if (test == NULL || !has_known_keys(item, keys) || !read_id(builder, item, test) ||
        !read_outcome(item, test) || !report_json_string(item, "title", &title) ||
        !report_json_string(item, "message", &message) ||
        !report_json_string(item, "output", &output))
        return false;
    if (cupel_field_get(item, "seconds", &seconds) &&
        !cupel_field_number(&seconds, 0, INFINITY, &test->seconds))
        return false;
    report_set_title(builder, test, title);
    report_set_string(builder, message, CUPEL_REPORT_MESSAGE_MAX, &test->message);
    report_set_string(builder, output, CUPEL_REPORT_OUTPUT_MAX, &test->output);
    return builder->failure == 0;
}

static bool read_report(struct report_builder *builder, const struct cupel_field *root)
{
    static const char *const keys[] = {"schema", "tests", NULL};
    static const char *const schemas[] = {SCHEMA, NULL};
    struct cupel_field schema;
    size_t index;

    return cupel_field_is_object(root) && has_known_keys(root, keys) &&
           cupel_field_require(root, "schema", &schema) &&
           cupel_field_choice(&schema, schemas, &index) &&
           report_json_each(builder, root, "tests", read_test);
}

int report_read_json(struct report_builder *builder)
{
    return report_json_read(builder, read_report);
}
