#include "unpack/names.h"

#include <string.h>

#include "cupel/text.h"

static bool is_component(const char *p, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(p, word, len) == 0;
}

static bool has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c == 0x7F)
            return true;
        if (c == 0xC2 && (unsigned char)p[1] < 0xA0) /* U+0080 to U+009F */
            return true;
    }
    return false;
}

/* Embeddings, overrides and isolates (U+202A to U+202E, U+2066 to U+2069), by which readers see
 * another name than is there. */
static bool has_turn(const char *text)
{
    for (const char *p = text; (p = strstr(p, "\xE2\x80")) != NULL; p++) {
        if ((unsigned char)p[2] >= 0xAA && (unsigned char)p[2] <= 0xAE)
            return true;
    }
    for (const char *p = text; (p = strstr(p, "\xE2\x81")) != NULL; p++) {
        if ((unsigned char)p[2] >= 0xA6 && (unsigned char)p[2] <= 0xA9)
            return true;
    }
    return false;
}

/* Flaws of the characters alone, common to names and targets. */
static const char *text_flaw(const char *text, size_t len)
{
    if (!cupel_text_is_utf8(text, len))
        return "the name is not UTF-8";
    if (has_control(text))
        return "the name holds a control character";
    if (has_turn(text))
        return "the name holds a mark that turns text around";
    if (strchr(text, '\\') != NULL)
        return "the name holds a backslash";
    return NULL;
}

/* "C:/", as a zip from DOS has it once libarchive has turned its backslashes. */
static bool has_drive(const char *name)
{
    char letter = (char)(name[0] | 0x20);

    return letter >= 'a' && letter <= 'z' && name[1] == ':' && name[2] == '/';
}

static const char *component_flaw(const char *p, size_t len)
{
    if (is_component(p, len, ".."))
        return "the path holds \"..\"";
    if (len > CUPEL_NAME_COMPONENT_MAX)
        return "a part of the path is longer than 255 bytes";
    return NULL;
}

const char *cupel_name_normalise(const char *name, char ret[static CUPEL_NAME_SIZE])
{
    char plain[CUPEL_NAME_SIZE];
    size_t used = 0;
    size_t depth = 0;
    size_t len = strlen(name);

    if (len == 0)
        return "the name is empty";
    const char *flaw = text_flaw(name, len);
    if (flaw != NULL)
        return flaw;
    if (name[0] == '/' || has_drive(name))
        return "the path is absolute";
    for (const char *p = name; *p != '\0'; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        flaw = component_flaw(p, n);
        if (flaw != NULL)
            return flaw;
        if (!is_component(p, n, ".")) {
            if (used + n + 1 > CUPEL_NAME_PATH_MAX)
                return "the path is longer than 1024 bytes";
            if (++depth > CUPEL_NAME_DEPTH_MAX)
                return "the path is deeper than 32 levels";
            if (used > 0)
                plain[used++] = '/';
            memcpy(plain + used, p, n);
            used += n;
        }
        p += n;
    }
    plain[used] = '\0';
    memcpy(ret, plain, used + 1);
    return NULL;
}

size_t cupel_name_depth(const char *path)
{
    size_t depth = path[0] != '\0';

    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth;
}

/* How far target climbs by leading ".."; *ret_again: whether ".." follows a name. */
static size_t climb(const char *target, bool *ret_again)
{
    size_t up = 0;
    bool named = false;

    *ret_again = false;
    for (const char *p = target; *p != '\0'; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        if (is_component(p, n, "..")) {
            *ret_again = *ret_again || named;
            up += !named;
        } else if (!is_component(p, n, ".")) {
            named = true;
        }
        p += n;
    }
    return up;
}

const char *cupel_name_link_flaw(const char *path, const char *target)
{
    size_t len = strlen(target);
    bool again;

    if (len == 0)
        return "a link to nothing";
    if (len > CUPEL_NAME_PATH_MAX)
        return "a link to a path longer than 1024 bytes";
    if (target[0] == '/')
        return "a link to an absolute path";
    if (text_flaw(target, len) != NULL)
        return "a link whose target is not a plain name";
    if (climb(target, &again) >= cupel_name_depth(path))
        return "a link that leaves the submission";
    return again ? "a link whose target holds \"..\" after a name" : NULL;
}

static bool is_litter(const char *p, size_t len)
{
    static const char *const names[] = {"__MACOSX", ".DS_Store", "Thumbs.db", ".git"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_component(p, len, names[i]))
            return true;
    }
    return len > 2 && memcmp(p, "._", 2) == 0;
}

bool cupel_name_is_left_out(const char *path)
{
    for (const char *p = path; *p != '\0'; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        if (is_litter(p, n))
            return true;
        p += n;
    }
    return false;
}
