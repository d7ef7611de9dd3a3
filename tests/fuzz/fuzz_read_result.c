/*
 * Whatever JSON is taken for a stored result: it is refused with a reason, or everything is
 * made of it that is made of results, and it is read back from its own document as it was.
 *
 * Input: the document.
 */
#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"
#include "require.h"

enum { FOREIGN = CUPEL_FORMAT_JUNIT + 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct cupel_result *result, enum cupel_view view)
{
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(result, view, true);
    CUPEL_AUTO_FREE char *page = cupel_render_result_html(result, view);

    require(text != NULL && cupel_text_is_utf8(text, strlen(text)));
    require(page != NULL && cupel_text_is_utf8(page, strlen(page)));
    for (int format = 0; format < FOREIGN; format++) {
        CUPEL_AUTO_FREE char *foreign = NULL;
        require(cupel_render_foreign((enum cupel_foreign_format)format, result, view,
                                     &foreign) == 0);
        require(foreign == NULL || cupel_text_is_utf8(foreign, strlen(foreign)));
    }
}

static void check_again(const struct cupel_result *result)
{
    struct cupel_result again = {0};
    struct cupel_error err = {0};
    json_t *json = cupel_render_result(result, CUPEL_VIEW_STAFF);
    json_t *learner = cupel_render_result(result, CUPEL_VIEW_LEARNER);

    require(json != NULL && learner != NULL);
    require(cupel_render_read_result(json, &again, &err) == 0);
    json_t *same = cupel_render_result(&again, CUPEL_VIEW_STAFF);
    json_t *same_learner = cupel_render_result(&again, CUPEL_VIEW_LEARNER);
    require(json_equal(json, same) && json_equal(learner, same_learner));
    json_decref(same_learner);
    json_decref(same);
    json_decref(learner);
    json_decref(json);
    cupel_result_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_result result = {0};
    struct cupel_error err = {0};
    json_t *document =
        json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    if (document == NULL)
        return 0;
    int r = cupel_render_read_result(document, &result, &err);
    json_decref(document); /* nothing of the result is borrowed */
    if (r < 0) {
        require(r == -EPROTO && err.code == r && err.text[0] != '\0');
        return 0;
    }
    check_text(&result, CUPEL_VIEW_STAFF);
    check_text(&result, CUPEL_VIEW_LEARNER);
    check_again(&result);
    cupel_result_clear(&result);
    return 0;
}
