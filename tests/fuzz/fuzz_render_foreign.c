/*
 * Whatever a learner's program writes, once through cupel_text_clean(): the documents of other
 * systems are well-formed JSON with the very text, and XML with the elements that it has
 * without it, and without characters that XML cannot hold.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *render(enum cupel_foreign_format format, const struct cupel_result *result)
{
    char *text = NULL;

    if (cupel_render_foreign(format, result, CUPEL_VIEW_STAFF, &text) < 0 || text == NULL)
        abort();
    return text;
}

static void check_json(enum cupel_foreign_format format, const struct cupel_result *result)
{
    CUPEL_AUTO_FREE char *text = render(format, result);

    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL)
        abort();
    json_t *tests = json_object_get(json, "tests");
    const char *name = json_string_value(json_object_get(json_array_get(tests, 0), "name"));
    if (tests != NULL && (name == NULL || strcmp(name, result->tests[0].id) != 0))
        abort();
    json_decref(json);
}

static size_t elements_of(const struct cupel_result *result)
{
    CUPEL_AUTO_FREE char *text = render(CUPEL_FORMAT_JUNIT, result);
    size_t n = 0;

    if (!cupel_text_is_utf8(text, strlen(text)) || strstr(text, "\uFFFE") != NULL ||
        strstr(text, "\uFFFF") != NULL)
        abort();
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p < 0x20 && *p != '\n' && *p != '\t')
            abort();
        n += *p == '<';
    }
    return n;
}

/* The elements of the XML of a result in which everything from outside is text; the other
 * documents are checked on the way. */
static size_t check(char *text)
{
    struct cupel_test_result test = {.id = text,
                                     .verdict = CUPEL_VERDICT_FAILED,
                                     .output = text,
                                     .message = text,
                                     .difference = text};
    struct cupel_build_result build = {
        .id = text, .ran = true, .output = text, .message = text};
    char *warnings[] = {text, NULL};
    struct cupel_result result = {.grader_name = text,
                                  .message = text,
                                  .warnings = warnings,
                                  .builds = &build,
                                  .build_count = 1,
                                  .tests = &test,
                                  .test_count = 1};

    check_json(CUPEL_FORMAT_GRADESCOPE, &result);
    check_json(CUPEL_FORMAT_COURSERA, &result);
    check_json(CUPEL_FORMAT_PRAIRIELEARN, &result);
    return elements_of(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char plain[] = "x";
    CUPEL_AUTO_FREE char *text = NULL;
    if (size == 0 || cupel_text_clean(data, size, 4096, &text) < 0)
        return 0;

    if (check(text) != check(plain))
        abort();
    return 0;
}
