/* What googletest writes with --gtest_output=json. Keys of RecordProperty() stand among its
 * own, so that unknown ones are passed over. */
#include <string.h>

#include "report/json_document.h"

static bool add_failure(struct report_builder *builder, const struct cupel_field *failure,
                        const char *key, struct report_text *message)
{
    const char *said;

    if (!cupel_field_is_object(failure) || !report_json_string(failure, key, &said))
        return false;
    if (said != NULL)
        report_text_add_part(builder, message, said, strlen(said));
    return true;
}

/* The texts of a test's failures, or of what skipped it; *ret_any: there is one. */
static bool read_parts(struct report_builder *builder, const struct cupel_field *item,
                       const char *list, const char *key, struct report_text *message,
                       bool *ret_any)
{
    struct cupel_field array;

    *ret_any = false;
    if (!cupel_field_get(item, list, &array))
        return true;
    if (!cupel_field_is_array(&array))
        return false;
    for (size_t i = 0; i < cupel_field_count(&array); i++) {
        struct cupel_field part = cupel_field_at(&array, i);
        if (!add_failure(builder, &part, key, message))
            return false;
        *ret_any = true;
    }
    return true;
}

static bool read_outcome(struct report_builder *builder, const struct cupel_field *item,
                         struct report_text *message, struct cupel_report_test *test)
{
    static const char *const statuses[] = {"RUN", "NOTRUN", NULL};
    static const char *const results[] = {"COMPLETED", "SKIPPED", "SUPPRESSED", NULL};
    struct cupel_field status;
    struct cupel_field result;
    size_t status_index;
    size_t result_index;
    bool has_failed;
    bool was_skipped;

    if (!cupel_field_require(item, "status", &status) ||
        !cupel_field_choice(&status, statuses, &status_index) ||
        !cupel_field_require(item, "result", &result) ||
        !cupel_field_choice(&result, results, &result_index) ||
        !read_parts(builder, item, "failures", "failure", message, &has_failed) ||
        !read_parts(builder, item, "skipped", "message", message, &was_skipped))
        return false;
    if (has_failed)
        report_set_outcome(test, CUPEL_REPORT_FAILED);
    else if (was_skipped || status_index > 0 || result_index > 0)
        report_set_outcome(test, CUPEL_REPORT_SKIPPED);
    return true;
}

static bool read_test(struct report_builder *builder, const struct cupel_field *item)
{
    struct report_text message = {.max = CUPEL_REPORT_MESSAGE_MAX};
    struct cupel_field field;
    const char *class_name;
    const char *name;
    const char *seconds;

    struct cupel_report_test *test = report_json_add(builder, item);
    if (test == NULL || !cupel_field_require(item, "name", &field) ||
        !cupel_field_string(&field, &name) ||
        !report_json_string(item, "classname", &class_name) ||
        !report_json_string(item, "time", &seconds))
        return false;
    if (name[0] == '\0')
        return cupel_field_fail(&field, "expected a name, found an empty string");
    if (class_name == NULL && !report_json_string(item->parent->parent, "name", &class_name))
        return false;
    report_set_id(builder, test, class_name, name, 0);
    test->seconds = report_parse_seconds(seconds, "s");
    bool ok = read_outcome(builder, item, &message, test);
    report_set_text(builder, &message, &test->message);
    report_text_free(&message);
    return ok && builder->failure == 0;
}

static bool read_suite(struct report_builder *builder, const struct cupel_field *item)
{
    return report_json_each(builder, item, "testsuite", read_test);
}

static bool read_report(struct report_builder *builder, const struct cupel_field *root)
{
    return report_json_each(builder, root, "testsuites", read_suite);
}

int report_read_gtest_json(struct report_builder *builder)
{
    return report_json_read(builder, read_report);
}
