/*
 * Whatever the bytes, cleaned they are UTF-8 without control characters and without those that
 * reorder text, within the limit, and the same when cleaned again. The first byte is the limit.
 */
#include <stdint.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "require.h"

#define NOTICE_MAX 64 /* "\n[… cut: N bytes in all]\n" */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool begins(const unsigned char *p, const char *bytes)
{
    return strncmp((const char *)p, bytes, strlen(bytes)) == 0;
}

static void check_characters(const char *text)
{
    require(cupel_text_is_utf8(text, strlen(text)));
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        require((*p >= 0x20 || *p == '\n' || *p == '\t') && *p != 0x7F);
        require(!(p[0] == 0xC2 && p[1] < 0xA0));
        require(!(begins(p, "\xE2\x80") && p[2] >= 0xAA && p[2] <= 0xAE));
        require(!(begins(p, "\xE2\x81") && p[2] >= 0xA6 && p[2] <= 0xA9));
    }
}

static void check_all_of_it(const uint8_t *data, size_t size)
{
    CUPEL_AUTO_FREE char *text = NULL;
    CUPEL_AUTO_FREE char *again = NULL;

    if (cupel_text_clean(data, size, SIZE_MAX, &text) < 0 ||
        cupel_text_clean(text, strlen(text), SIZE_MAX, &again) < 0)
        return;
    require(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    CUPEL_AUTO_FREE char *text = NULL;
    size_t max = size > 0 ? data[0] : 0;

    require(cupel_text_utf8_prefix(data, size) <= size);
    require((cupel_text_utf8_prefix(data, size) == size) == cupel_text_is_utf8(data, size));
    if (cupel_text_clean(data, size, max, &text) < 0)
        return 0;
    require(strlen(text) <= max + NOTICE_MAX);
    check_characters(text);
    (void)cupel_text_excerpt(text, excerpt);
    require(strlen(excerpt) < sizeof(excerpt) && strpbrk(excerpt, "\n\t") == NULL);
    check_characters(excerpt);
    check_all_of_it(data, size);
    return 0;
}
