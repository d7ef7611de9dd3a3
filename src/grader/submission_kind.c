#include "grader/submission_kind.h"

#include <string.h>
#include <strings.h>

#include "grader/submission_match.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool cupel_kind_has_magic(const unsigned char *head, size_t len)
{
    static const struct {
        size_t offset;
        size_t len;
        const char *bytes;
    } magics[] = {
        {0, 4, "PK\3\4"},
        {0, 4, "PK\5\6"},
        {0, 6, "7z\xBC\xAF\x27\x1C"},
        {0, 3, "\x1F\x8B\x08"},
        {0, 6,
         "\xFD"
         "7zXZ"}, /* with the NUL at its end */
        {0, 4, "\x28\xB5\x2F\xFD"},
        {4, 6, "1AY&SY"}, /* the first block of a bzip2 file, after "BZh" and a digit */
        {257, 5, "ustar"},
    };

    for (size_t i = 0; i < COUNT(magics); i++) {
        if (len >= magics[i].offset + magics[i].len &&
            memcmp(head + magics[i].offset, magics[i].bytes, magics[i].len) == 0)
            return true;
    }
    return false;
}

static bool has_prefix(const unsigned char *head, size_t len, const char *magic)
{
    return len >= strlen(magic) && memcmp(head, magic, strlen(magic)) == 0;
}

static bool has_suffix(const char *name)
{
    static const char *const suffixes[] = {".zip", ".tar",     ".7z",   ".tar.gz",
                                           ".tgz", ".tar.bz2", ".tbz2", ".tar.xz",
                                           ".txz", ".tar.zst", ".tzst"};

    size_t len = strlen(name);
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        size_t n = strlen(suffixes[i]);
        if (len > n && strcasecmp(name + len - n, suffixes[i]) == 0)
            return true;
    }
    return false;
}

bool cupel_kind_is_archive(const char *name, const unsigned char *head, size_t len,
                           const struct cupel_intake *intake)
{
    if (has_prefix(head, len, "070701"))
        return false;
    if (has_suffix(name))
        return true;
    if (cupel_match_any(intake->files, name) || cupel_match_any(intake->optional, name))
        return false;
    return cupel_kind_has_magic(head, len);
}
