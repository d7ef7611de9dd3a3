#include "unpack/reject.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"

#define NAME_KEEP 120

/* Cut text after at most max bytes, at the start of a character, and mark the cut. */
static void cut(char *text, size_t max)
{
    if (strlen(text) <= max)
        return;
    while (max > 0 && ((unsigned char)text[max] & 0xC0U) == 0x80U)
        max--;
    memcpy(text + max, "…", sizeof("…"));
}

/* name as one line; NULL if memory ran out. */
static char *clean_name(const char *name)
{
    char *clean;

    if (strncmp(name, "./", 2) == 0 && name[2] != '\0')
        name += 2;
    size_t len = strnlen(name, (size_t)4 * NAME_KEEP);
    if (cupel_text_clean(name, len, (size_t)4 * len + sizeof("…"), &clean) < 0)
        return NULL;
    for (char *p = clean; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    }
    cut(clean, NAME_KEEP);
    return clean;
}

int cupel_reject(struct cupel_error *err, const char *name, const char *fmt, ...)
{
    char reason[sizeof(err->text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(reason, sizeof(reason), fmt, ap);
    va_end(ap);
    if (name == NULL)
        return cupel_fail(err, CUPEL_REJECTED, "%s", reason);

    CUPEL_AUTO_FREE char *clean = clean_name(name);
    if (clean == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    return cupel_fail(err, CUPEL_REJECTED, "%s: %s", clean, reason);
}
