#include "render/html_text.h"

#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"

enum { PARAMETERS_MAX = 16, DEFAULT_COLOUR = -1 };

/* SGR as far as it is shown. Source: ECMA-48, 8.3.117. */
struct look {
    bool bold;
    bool dim;
    bool italic;
    bool underlined;
    bool struck;
    bool reversed;
    int colour; /* 0 to 7, or DEFAULT_COLOUR; bright ones are as the others */
    int background;
};

static const struct look plain = {.colour = DEFAULT_COLOUR, .background = DEFAULT_COLOUR};

/* What a character must be replaced by, or NULL; *ret_len: its bytes. */
static const char *replacement(const char *p, size_t *ret_len)
{
    static const struct {
        const char *character;
        const char *text;
    } replaced[] = {
        {"&", "&amp;"},          {"<", "&lt;"},          {">", "&gt;"}, {"\"", "&quot;"},
        {"'", "&#39;"},          {"\u061C", "\\u{61C}"}, /* Arabic letter mark */
        {"\u200B", "\\u{200B}"},                         /* zero-width space */
        {"\u200E", "\\u{200E}"},                         /* left-to-right mark */
        {"\u200F", "\\u{200F}"},                         /* right-to-left mark */
        {"\u2028", "\\u{2028}"},                         /* line separator */
        {"\u2029", "\\u{2029}"},                         /* paragraph separator */
        {"\u2060", "\\u{2060}"},                         /* word joiner */
        {"\uFEFF", "\\u{FEFF}"},                         /* byte order mark */
    };

    for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++) {
        *ret_len = strlen(replaced[i].character);
        if (strncmp(p, replaced[i].character, *ret_len) == 0)
            return replaced[i].text;
    }
    return NULL;
}

/* By its first byte: most are not. */
static bool may_be_replaced(char c)
{
    return strchr("&<>\"'\xD8\xE2\xEF", c) != NULL;
}

static void put_escaped(struct page *page, const char *text, size_t len)
{
    const char *end = text + len;
    const char *from = text;

    while (text < end) {
        size_t n = 1;
        const char *instead = may_be_replaced(*text) ? replacement(text, &n) : NULL;
        if (instead == NULL) {
            text++;
            continue;
        }
        page_format(page, "%.*s%s", (int)(text - from), from, instead);
        text += n;
        from = text;
    }
    page_format(page, "%.*s", (int)(end - from), from);
}

void html_text(struct page *page, const char *text)
{
    CUPEL_AUTO_FREE char *clean = page_clean(page, text);

    if (clean != NULL)
        put_escaped(page, clean, strlen(clean));
}

/* 38 and 48 have parameters of their own: 5;N of a palette, or 2;R;G;B, which is not shown.
 * Returns how many of them there are. */
static size_t extended_colour(const unsigned *parameters, size_t count, int *ret)
{
    if (count >= 2 && parameters[0] == 5) {
        *ret = parameters[1] < 16 ? (int)(parameters[1] % 8) : DEFAULT_COLOUR;
        return 2;
    }
    *ret = DEFAULT_COLOUR;
    return count >= 4 && parameters[0] == 2 ? 4 : count;
}

static void apply_style(struct look *look, unsigned parameter)
{
    bool on = parameter < 20;

    switch (on ? parameter : parameter - 20) {
    case 1:
        look->bold = on; /* 21: underlined twice, or not bold; there is no agreement */
        break;
    case 2:
        look->dim = on;
        look->bold = on && look->bold; /* 22: neither bold nor dim */
        break;
    case 3:
        look->italic = on;
        break;
    case 4:
        look->underlined = on;
        break;
    case 7:
        look->reversed = on;
        break;
    case 9:
        look->struck = on;
        break;
    default:
        break;
    }
}

static void apply(struct look *look, const unsigned *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned n = parameters[i];
        if (n == 0)
            *look = plain;
        else if (n < 30)
            apply_style(look, n);
        else if (n == 38)
            i += extended_colour(parameters + i + 1, count - i - 1, &look->colour);
        else if (n == 48)
            i += extended_colour(parameters + i + 1, count - i - 1, &look->background);
        else if (n <= 39 || (n >= 90 && n <= 97))
            look->colour = n % 10 < 8 ? (int)(n % 10) : DEFAULT_COLOUR;
        else if (n <= 49 || (n >= 100 && n <= 107))
            look->background = n % 10 < 8 ? (int)(n % 10) : DEFAULT_COLOUR;
    }
}

/* Bytes of an SGR sequence at p, whose look is applied, or of one that erases the rest of a
 * line, as compilers write them; 0: neither is there. */
static size_t take_sequence(const char *p, struct look *look)
{
    static const char start[] = "\\x1b["; /* what cupel_text_clean() makes of ESC [ */
    unsigned parameters[PARAMETERS_MAX] = {0};
    size_t count = 0;
    const char *at = p + strlen(start);

    if (strncmp(p, start, strlen(start)) != 0)
        return 0;
    for (;; at++) {
        if (*at >= '0' && *at <= '9')
            parameters[count] = (parameters[count] * 10 + (unsigned)(*at - '0')) % 1000;
        else if (*at != ';' || ++count == PARAMETERS_MAX)
            break;
    }
    if (*at != 'm' && *at != 'K')
        return 0;
    if (*at == 'm')
        apply(look, parameters, count + 1);
    return (size_t)(at + 1 - p);
}

static void put_class(struct page *page, bool *first, const char *name, int number)
{
    page_format(page, "%s%s", *first ? "" : " ", name);
    if (number != DEFAULT_COLOUR)
        page_format(page, "%d", number);
    *first = false;
}

static bool is_plain(const struct look *look)
{
    return !look->bold && !look->dim && !look->italic && !look->underlined && !look->struck &&
           !look->reversed && look->colour == DEFAULT_COLOUR &&
           look->background == DEFAULT_COLOUR;
}

/* One kind of colour at a time: each goes with what it is on, any two need not. */
static void put_colour(struct page *page, const struct look *look, bool *first)
{
    if (look->reversed)
        put_class(page, first, "r", DEFAULT_COLOUR);
    else if (look->background != DEFAULT_COLOUR)
        put_class(page, first, "g", look->background);
    else if (look->colour != DEFAULT_COLOUR)
        put_class(page, first, "f", look->colour);
    else if (look->dim)
        put_class(page, first, "d", DEFAULT_COLOUR);
}

static void put_piece(struct page *page, const struct look *look, const char *text, size_t len)
{
    const struct {
        bool on;
        const char *name;
    } styles[] = {
        {look->bold, "b"}, {look->italic, "i"}, {look->underlined, "u"}, {look->struck, "s"}};
    bool first = true;

    if (len == 0)
        return;
    if (is_plain(look)) {
        put_escaped(page, text, len);
        return;
    }
    page_format(page, "<span class=\"");
    for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
        if (styles[i].on)
            put_class(page, &first, styles[i].name, DEFAULT_COLOUR);
    }
    put_colour(page, look, &first);
    page_format(page, "\">");
    put_escaped(page, text, len);
    page_format(page, "</span>");
}

void html_terminal(struct page *page, const char *text)
{
    CUPEL_AUTO_FREE char *clean = page_clean(page, text);
    struct look look = plain;

    for (const char *from = clean; from != NULL && *from != '\0';) {
        const char *p = from;
        struct look next = look;
        size_t n = 0;
        while (*p != '\0' && (n = take_sequence(p, &next)) == 0)
            p++;
        put_piece(page, &look, from, (size_t)(p - from));
        look = next;
        from = p + n;
    }
}
