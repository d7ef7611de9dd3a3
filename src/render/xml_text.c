#include "render/xml_text.h"

#include <string.h>

#include "cupel/cleanup.h"

struct escape {
    const char *character;
    const char *text;
};

/* Source: XML 1.0, 2.2 (which characters there can be), 2.4 and 3.3.3 (white space of
 * attributes). */
static const struct escape in_attributes[] = {
    {"\n", "&#10;"},  {"\t", "&#9;"},       {"&", "&amp;"},       {"<", "&lt;"}, {">", "&gt;"},
    {"\"", "&quot;"}, {"\uFFFE", "\uFFFD"}, {"\uFFFF", "\uFFFD"}, {NULL, NULL},
};
static const struct escape *const in_content = in_attributes + 2;

/* The one for the character at p, or NULL. */
static const struct escape *find(const struct escape *escapes, const char *p)
{
    for (; escapes->character != NULL; escapes++) {
        if (strncmp(p, escapes->character, strlen(escapes->character)) == 0)
            return escapes;
    }
    return NULL;
}

static void put(struct page *page, const char *text, const struct escape *escapes)
{
    CUPEL_AUTO_FREE char *clean = page_clean(page, text);
    const char *from = clean;

    if (clean == NULL)
        return;
    for (const char *p = clean; *p != '\0';) {
        const struct escape *escape = find(escapes, p);
        if (escape == NULL) {
            p++;
            continue;
        }
        page_format(page, "%.*s%s", (int)(p - from), from, escape->text);
        p += strlen(escape->character);
        from = p;
    }
    page_format(page, "%s", from);
}

void xml_text(struct page *page, const char *text)
{
    put(page, text, in_content);
}

void xml_attribute(struct page *page, const char *text)
{
    put(page, text, in_attributes);
}
