/* The result as text, a test at a time: the tree of a thousand tests would take more memory
 * than all else of a grading. */
#include <errno.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "render/json.h"
#include "render/result.h"

static const char tests_key[] = "\n  \"tests\": [";
static const char test_indent[] = "    ";

/* Of json_dump_callback(). Line feeds in strings are escaped: each one here begins a line. */
static int put_indented(const char *bytes, size_t len, void *owner)
{
    FILE *out = owner;

    while (len > 0) {
        const char *feed = memchr(bytes, '\n', len);
        size_t part = feed != NULL ? (size_t)(feed - bytes) + 1 : len;
        (void)fwrite(bytes, 1, part, out);
        if (feed != NULL)
            (void)fputs(test_indent, out);
        bytes += part;
        len -= part;
    }
    return 0;
}

static int put_test(const struct cupel_test_result *test, enum cupel_view view, FILE *out)
{
    json_t *json = cupel_render_test(test, view);

    if (json == NULL)
        return -ENOMEM;
    (void)put_indented("\n", 1, out);
    int r = json_dump_callback(json, put_indented, out, RENDER_JSON_FLAGS);
    json_decref(json);
    return r < 0 ? -ENOMEM : 0;
}

int cupel_render_result_json(const struct cupel_result *result, enum cupel_view view, FILE *out)
{
    json_t *json = render_result_frame(result, view);
    CUPEL_AUTO_FREE char *frame = json != NULL ? cupel_render_json_text(json) : NULL;
    /* so little indented, it is there once */
    const char *tests = frame != NULL ? strstr(frame, tests_key) : NULL;
    int r = 0;

    json_decref(json);
    if (tests == NULL)
        return -ENOMEM;
    tests += strlen(tests_key);
    (void)fwrite(frame, 1, (size_t)(tests - frame), out);
    for (size_t i = 0; r == 0 && i < result->test_count; i++) {
        if (i > 0)
            (void)fputc(',', out);
        r = put_test(&result->tests[i], view, out);
    }
    if (result->test_count > 0)
        (void)fputs("\n  ", out);
    (void)fputs(tests, out);
    return r;
}
