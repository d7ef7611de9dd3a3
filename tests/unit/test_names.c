#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unpack/names.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void normalise_follows_the_table(void **state)
{
    static const struct {
        const char *name;
        const char *plain; /* NULL: flawed */
        const char *flaw;
    } cases[] = {
        {"a", "a", NULL},
        {"./a//b/./c/", "a/b/c", NULL},
        {"./", "", NULL},
        {".", "", NULL},
        {"...", "...", NULL},
        {"a..b/.c", "a..b/.c", NULL},
        {"a b", "a b", NULL},
        {"\xC3\xA9", "\xC3\xA9", NULL},
        {"\xC2\xA0", "\xC2\xA0", NULL},
        {"", NULL, "the name is empty"},
        {"/", NULL, "the path is absolute"},
        {"/a", NULL, "the path is absolute"},
        {"//a", NULL, "the path is absolute"},
        {"..", NULL, "the path holds \"..\""},
        {"a/../b", NULL, "the path holds \"..\""},
        {"a/..", NULL, "the path holds \"..\""},
        {"./..//", NULL, "the path holds \"..\""},
        {"\xFF", NULL, "the name is not UTF-8"},
        {"a\xC0\xAF", NULL, "the name is not UTF-8"},
        {"\xED\xA0\x80", NULL, "the name is not UTF-8"},
        {"a\nb", NULL, "the name holds a control character"},
        {"\x7F", NULL, "the name holds a control character"},
        {"\xC2\x9F", NULL, "the name holds a control character"},
        {"\xE2\x80\xAE"
         "fdp.c",
         NULL, "the name holds a mark that turns text around"},
        {"a\xE2\x81\xA6", NULL, "the name holds a mark that turns text around"},
        {"\xE2\x80\x8E"
         "a\xE2\x80",
         NULL, "the name is not UTF-8"},
        {"\xD7\x90\xE2\x80\x8F\xE2\x81\xAA", "\xD7\x90\xE2\x80\x8F\xE2\x81\xAA", NULL},
        {"a\\b", NULL, "the name holds a backslash"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char plain[CUPEL_NAME_SIZE] = "untouched";
        const char *flaw = cupel_name_normalise(cases[i].name, plain);
        if (cases[i].flaw == NULL && flaw != NULL)
            fail_msg("case %zu: %s", i, flaw);
        if (cases[i].flaw != NULL)
            assert_string_equal(flaw == NULL ? "none" : flaw, cases[i].flaw);
        assert_string_equal(plain, cases[i].plain == NULL ? "untouched" : cases[i].plain);
    }
}

static void normalise_refuses_what_is_too_long(void **state)
{
    char plain[CUPEL_NAME_SIZE];
    char name[1100];

    (void)state;
    memset(name, 'x', sizeof(name));
    name[255] = '\0';
    assert_null(cupel_name_normalise(name, plain));
    name[255] = 'x';
    name[256] = '\0';
    assert_string_equal(cupel_name_normalise(name, plain),
                        "a part of the path is longer than 255 bytes");

    memset(name, 'x', sizeof(name));
    for (size_t i = 200; i < sizeof(name); i += 200)
        name[i] = '/';
    name[1024] = '\0';
    assert_null(cupel_name_normalise(name, plain));
    assert_int_equal(strlen(plain), 1024);
    name[1024] = 'x';
    name[1025] = '\0';
    assert_string_equal(cupel_name_normalise(name, plain),
                        "the path is longer than 1024 bytes");
}

static void normalise_refuses_what_is_too_deep(void **state)
{
    char plain[CUPEL_NAME_SIZE];
    char name[2 * 33];

    (void)state;
    for (size_t i = 0; i < sizeof(name); i += 2)
        memcpy(name + i, "d/", 2);
    name[63] = '\0';
    assert_null(cupel_name_normalise(name, plain));
    assert_int_equal(cupel_name_depth(plain), 32);
    name[63] = '/';
    name[65] = '\0';
    assert_string_equal(cupel_name_normalise(name, plain), "the path is deeper than 32 levels");
}

static void link_flaw_follows_the_table(void **state)
{
    static const struct {
        const char *path;
        const char *target;
        const char *flaw; /* NULL: none */
    } cases[] = {
        {"l", "a", NULL},
        {"l", "a/b", NULL},
        {"l", ".", NULL},
        {"l", "./missing", NULL},
        {"d/l", "../a", NULL},
        {"d/l", "..", NULL},
        {"d/e/l", "../../a", NULL},
        {"d/e/l", ".././../a", NULL},
        {"l", "..", "a link that leaves the submission"},
        {"l", "../a", "a link that leaves the submission"},
        {"d/l", "../../a", "a link that leaves the submission"},
        {"d/l", ".././/../a", "a link that leaves the submission"},
        {"d/l", "a/..", "a link whose target holds \"..\" after a name"},
        {"d/l", "../d/../a", "a link whose target holds \"..\" after a name"},
        {"l", "/a", "a link to an absolute path"},
        {"l", "", "a link to nothing"},
        {"l", "a\nb", "a link whose target is not a plain name"},
        {"l", "a\\b", "a link whose target is not a plain name"},
        {"l", "\xFF", "a link whose target is not a plain name"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *flaw = cupel_name_link_flaw(cases[i].path, cases[i].target);
        assert_string_equal(flaw == NULL ? "none" : flaw,
                            cases[i].flaw == NULL ? "none" : cases[i].flaw);
    }
}

static void litter_is_left_out_and_nothing_else(void **state)
{
    static const char *const litter[] = {"__MACOSX/a", ".DS_Store", "a/.DS_Store",
                                         "Thumbs.db",  ".git",      "a/.git/config",
                                         "._a",        "a/._b"};
    static const char *const kept[] = {"a",  ".gitignore", "git", "x__MACOSX",        "._",
                                       ".a", "Thumbs.db2", "",    ".github/workflows"};

    (void)state;
    for (size_t i = 0; i < COUNT(litter); i++)
        assert_true(cupel_name_is_left_out(litter[i]));
    for (size_t i = 0; i < COUNT(kept); i++)
        assert_false(cupel_name_is_left_out(kept[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalise_follows_the_table),
        cmocka_unit_test(normalise_refuses_what_is_too_long),
        cmocka_unit_test(normalise_refuses_what_is_too_deep),
        cmocka_unit_test(link_flaw_follows_the_table),
        cmocka_unit_test(litter_is_left_out_and_nothing_else),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
