#include "report/foreign_mend.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"

enum { ESCAPE_LEN = 6, CHARACTER_MAX = 4 };

/* The code of an escape \uXXXX at text, or -1. */
static long escaped(const char *text, size_t len)
{
    char digits[5] = "";

    if (len < ESCAPE_LEN || text[0] != '\\' || text[1] != 'u')
        return -1;
    memcpy(digits, text + 2, 4);
    return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

static bool is_high(long code)
{
    return code >= 0xD800 && code < 0xDC00;
}

static bool is_low(long code)
{
    return code >= 0xDC00 && code < 0xE000;
}

/* Returns how many bytes of the escape, or of the pair of them, at text are done. */
static size_t mend_escape(char *text, size_t len)
{
    long code = escaped(text, len);

    if (is_high(code) && is_low(escaped(text + ESCAPE_LEN, len - ESCAPE_LEN)))
        return (size_t)2 * ESCAPE_LEN;
    if (code == 0)
        memcpy(text, "\\u2400", ESCAPE_LEN);
    else if (is_high(code) || is_low(code))
        memcpy(text, "\\uFFFD", ESCAPE_LEN);
    if (code >= 0)
        return ESCAPE_LEN;
    return len < 2 ? 1 : 2; /* of another escape, which may be that of a backslash */
}

/* Returns how many bytes of the character at text are done. */
static size_t mend_character(char *text, size_t len)
{
    for (size_t n = 1; n <= CHARACTER_MAX && n <= len; n++) {
        if (cupel_text_is_utf8(text, n))
            return n;
    }
    text[0] = '?';
    return 1;
}

void foreign_mend(char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        if (text[i] == '\\')
            i += mend_escape(text + i, len - i);
        else if ((unsigned char)text[i] < 0x80)
            i++;
        else
            i += mend_character(text + i, len - i);
    }
}
