#include "score/quote.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"

#define GROWTH 8 /* the longest escape, \u{FEFF}, for a character of at least two bytes */

/* Length of the well-formed character at p, 0 if there is none. */
static size_t character_len(const char *p, size_t len)
{
    for (size_t n = 1; n <= 4 && n <= len; n++) {
        if (cupel_text_is_utf8(p, n))
            return n;
    }
    return 0;
}

/* The escape of an invisible character of two or three bytes, or NULL. */
static const char *escape_of(const char *p, size_t len)
{
    static const struct {
        const char *character;
        const char *escape;
    } invisible[] = {
        {"\t", "\\t"},           {"\n", "\\n"},  {"\r", "\\r"},
        {"\"", "\\\""},          {"\\", "\\\\"}, {"\u00A0", "\\u{A0}"}, /* no-break space */
        {"\u00AD", "\\u{AD}"},                                          /* soft hyphen */
        {"\u200B", "\\u{200B}"},                                        /* zero-width space */
        {"\u200C", "\\u{200C}"}, /* zero-width non-joiner */
        {"\u200D", "\\u{200D}"}, /* zero-width joiner */
        {"\u200E", "\\u{200E}"}, /* left-to-right mark */
        {"\u200F", "\\u{200F}"}, /* right-to-left mark */
        {"\u2028", "\\u{2028}"}, /* line separator */
        {"\u2029", "\\u{2029}"}, /* paragraph separator */
        {"\u202F", "\\u{202F}"}, /* narrow no-break space */
        {"\u2060", "\\u{2060}"}, /* word joiner */
        {"\uFEFF", "\\u{FEFF}"}, /* byte order mark */
    };

    for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++) {
        if (strlen(invisible[i].character) == len &&
            memcmp(invisible[i].character, p, len) == 0)
            return invisible[i].escape;
    }
    return NULL;
}

static size_t escape_one(const char *p, size_t len, char out[static GROWTH + 1])
{
    size_t n = character_len(p, len);
    const char *escape = n > 0 ? escape_of(p, n) : NULL;

    if (n == 0)
        (void)snprintf(out, GROWTH + 1, "\\x%02x", (unsigned)(unsigned char)*p);
    else if (escape != NULL)
        (void)snprintf(out, GROWTH + 1, "%s", escape);
    else
        memcpy(out, p, n), out[n] = '\0';
    return n > 0 ? n : 1;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0U) == 0x80U;
}

/* An excerpt may begin and end within a character; such a piece of one is left out. */
static void at_characters(const struct cupel_excerpt *excerpt, size_t *ret_from, size_t *ret_to)
{
    size_t from = 0;
    size_t to = excerpt->len;

    while (excerpt->skipped > 0 && from < 3 && from < to &&
           is_continuation(excerpt->bytes[from]))
        from++;
    if (excerpt->cut) {
        size_t last = to;
        while (last > from && to - last < 4 && is_continuation(excerpt->bytes[last - 1]))
            last--;
        if (last > from && (unsigned char)excerpt->bytes[last - 1] >= 0xC0U &&
            character_len(excerpt->bytes + last - 1, to - last + 1) == 0)
            to = last - 1;
    }
    *ret_from = from;
    *ret_to = to;
}

char *score_quote(const struct cupel_excerpt *excerpt)
{
    char escaped[sizeof(excerpt->bytes) * GROWTH];
    CUPEL_AUTO_FREE char *clean = NULL;
    char *quoted = NULL;
    size_t used = 0;
    size_t from;
    size_t to;

    at_characters(excerpt, &from, &to);
    while (from < to) {
        char one[GROWTH + 1];
        size_t taken = escape_one(excerpt->bytes + from, to - from, one);
        /* NUL is no end here: it is left for cupel_text_clean(). */
        size_t n = excerpt->bytes[from] == '\0' ? 1 : strlen(one);
        memcpy(escaped + used, one, n);
        used += n;
        from += taken;
    }
    if (cupel_text_clean(escaped, used, sizeof(escaped) * GROWTH, &clean) < 0 ||
        asprintf(&quoted, "%s\"%s\"%s", excerpt->skipped > 0 ? "…" : "", clean,
                 excerpt->cut ? "…" : "") < 0)
        return NULL;
    return quoted;
}
