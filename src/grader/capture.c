#include "grader/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"

void cupel_capture_reset(struct cupel_capture *capture)
{
    capture->len = 0;
    capture->total = 0;
}

void cupel_capture_add(struct cupel_capture *capture, const void *bytes, size_t len)
{
    size_t room = sizeof(capture->bytes) - capture->len;

    capture->total += len;
    if (len > room)
        len = room;
    memcpy(capture->bytes + capture->len, bytes, len);
    capture->len += len;
}

int cupel_capture_text(const struct cupel_capture *out, const struct cupel_capture *err,
                       char **ret)
{
    CUPEL_AUTO_FREE char *out_text = NULL;
    CUPEL_AUTO_FREE char *err_text = NULL;
    size_t room = CUPEL_CAPTURE_TEXT_MAX / (out->len > 0 && err->len > 0 ? 2 : 1);
    char *joined = NULL;

    if (cupel_text_clean_start(out->bytes, out->len, out->total, room, &out_text) < 0 ||
        cupel_text_clean_start(err->bytes, err->len, err->total, room, &err_text) < 0)
        return -ENOMEM;
    size_t len = strlen(out_text);
    const char *between =
        len > 0 && err_text[0] != '\0' && out_text[len - 1] != '\n' ? "\n" : "";
    if (asprintf(&joined, "%s%s%s", out_text, between, err_text) < 0)
        return -ENOMEM;
    *ret = joined;
    return 0;
}
