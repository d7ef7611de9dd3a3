/*
 * Whatever a learner's program writes, once through cupel_text_clean(): the JSON is read back
 * with the very text, the text for terminals holds no control byte, and the page of HTML has
 * the elements that it has without it, but for the spans that colour output.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(const struct cupel_result *result, const char *output)
{
    json_t *json = cupel_render_result(result, CUPEL_VIEW_STAFF);
    CUPEL_AUTO_FREE char *text = json != NULL ? cupel_render_json_text(json) : NULL;
    if (text == NULL)
        abort();

    json_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *test = json_array_get(json_object_get(again, "tests"), 0);
    const char *kept = json_string_value(json_object_get(test, "output"));
    if (!json_equal(json, again) || kept == NULL || strcmp(kept, output) != 0)
        abort();
    json_decref(again);
    json_decref(json);
}

static void check_controls(const char *text)
{
    if (!cupel_text_is_utf8(text, strlen(text)))
        abort();
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7F ||
            (p[0] == 0xC2 && p[1] < 0xA0))
            abort();
    }
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (; (text = strstr(text, word)) != NULL; text += strlen(word))
        n++;
    return n;
}

static size_t elements_of(const struct cupel_result *result)
{
    CUPEL_AUTO_FREE char *page = cupel_render_result_html(result, CUPEL_VIEW_STAFF);
    if (page == NULL)
        abort();
    check_controls(page);
    return count(page, "<") - 2 * count(page, "<span class=\"");
}

static void check_text(const struct cupel_result *result)
{
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(result, CUPEL_VIEW_STAFF, false);
    if (text == NULL)
        abort();
    check_controls(text);
}

/* The elements of the page of a result in which everything from outside is text; the other
 * documents are checked on the way. */
static size_t check(char *text)
{
    struct cupel_test_result test = {.id = text,
                                     .title = text,
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
    check_json(&result, text);
    check_text(&result);
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
