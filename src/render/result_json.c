/* The result as text, a test at a time: the tree of a thousand tests would take more memory
 * than all else of a grading. */
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "render/json.h"
#include "render/result.h"

#define STEP ((size_t)64 << 10)

static const char tests_key[] = "\n  \"tests\": [";
static const char test_indent[] = "    ";

struct text {
    char *bytes;
    size_t len;
    size_t room;
};

static int make_room(struct text *text, size_t len)
{
    if (len <= text->room - text->len)
        return 0;
    size_t room = text->len + len + text->room / 4 + STEP;
    char *bytes = realloc(text->bytes, room);
    if (bytes == NULL)
        return -1;
    text->bytes = bytes;
    text->room = room;
    return 0;
}

static int add(struct text *text, const char *bytes, size_t len)
{
    if (make_room(text, len) < 0)
        return -1;
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    return 0;
}

/* Of json_dump_callback(). Line feeds in strings are escaped: each one here begins a line. */
static int add_indented(const char *bytes, size_t len, void *owner)
{
    struct text *text = owner;

    while (len > 0) {
        const char *feed = memchr(bytes, '\n', len);
        size_t part = feed != NULL ? (size_t)(feed - bytes) + 1 : len;
        if (add(text, bytes, part) < 0)
            return -1;
        if (feed != NULL && add(text, test_indent, strlen(test_indent)) < 0)
            return -1;
        bytes += part;
        len -= part;
    }
    return 0;
}

static int add_test(struct text *text, const struct cupel_test_result *test,
                    enum cupel_view view)
{
    json_t *json = render_result_test(test, view);
    int r = json != NULL ? add_indented("\n", 1, text) : -1;

    if (r == 0)
        r = json_dump_callback(json, add_indented, text, RENDER_JSON_FLAGS);
    json_decref(json);
    return r;
}

/* frame: what is around the tests, up to a NUL. */
static int add_all(struct text *text, const char *frame, const struct cupel_result *result,
                   enum cupel_view view)
{
    const char *tests = strstr(frame, tests_key); /* so little indented, it is there once */

    if (tests == NULL)
        return -1;
    tests += strlen(tests_key);
    int r = add(text, frame, (size_t)(tests - frame));
    for (size_t i = 0; r == 0 && i < result->test_count; i++) {
        if (i > 0)
            r = add(text, ",", 1);
        if (r == 0)
            r = add_test(text, &result->tests[i], view);
    }
    if (r == 0 && result->test_count > 0)
        r = add(text, "\n  ", 3);
    return r < 0 ? r : add(text, tests, strlen(tests) + 1);
}

char *cupel_render_result_json(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = render_result_frame(result, view);
    CUPEL_AUTO_FREE char *frame = json != NULL ? cupel_render_json_text(json) : NULL;
    struct text text = {0};

    json_decref(json);
    if (frame != NULL && add_all(&text, frame, result, view) == 0)
        return text.bytes;
    free(text.bytes);
    return NULL;
}
