#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grader/submission_kind.h"
#include "grader/submission_match.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The intake's lists are not const, since it owns them; nothing here changes them. */
static char fib_c[] = "fib.c";
static char headers[] = "*.h";
static char sources[] = "src/*.c";
static char *only_fib[] = {fib_c, NULL};
static char *fib_and_sources[] = {fib_c, sources, NULL};
static char *only_headers[] = {headers, NULL};

static void patterns_match_whole_paths(void **state)
{
    static const struct {
        char **patterns;
        const char *path;
        bool matches;
    } cases[] = {
        {only_fib, "fib.c", true},
        {only_fib, "Fib.c", false},
        {only_fib, "src/fib.c", false},
        {only_headers, "a.h", true},
        {only_headers, "include/a.h", false},
        {fib_and_sources, "src/a.c", true},
        {fib_and_sources, "src/sub/a.c", false},
        {fib_and_sources, "a.c", false},
        {NULL, "a", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cupel_match_any(cases[i].patterns, cases[i].path), cases[i].matches);
}

static void an_intake_without_patterns_keeps_everything(void **state)
{
    const struct cupel_intake open = {0};
    const struct cupel_intake closed = {.files = only_fib, .optional = only_headers};

    (void)state;
    assert_true(cupel_match_keeps(&open, "any/thing"));
    assert_true(cupel_match_keeps(&closed, "fib.c"));
    assert_true(cupel_match_keeps(&closed, "fib.h"));
    assert_false(cupel_match_keeps(&closed, "notes.txt"));
}

static void missing_files_are_explained(void **state)
{
    static const struct {
        char **files;
        const char *paths[4];
        const char *text; /* NULL: nothing is missing */
    } cases[] = {
        {NULL, {"a"}, NULL},
        {only_fib, {"fib.c", "b"}, NULL},
        {only_fib,
         {"Fib.c", "notes.txt"},
         "missing: fib.c; handed in: Fib.c, notes.txt (did you mean Fib.c?)"},
        {only_fib, {"a/fib.c"}, "missing: fib.c; handed in: a/fib.c (did you mean a/fib.c?)"},
        {only_fib, {"fibb.c"}, "missing: fib.c; handed in: fibb.c (did you mean fibb.c?)"},
        {only_fib, {"other"}, "missing: fib.c; handed in: other"},
        {only_headers, {"a.H"}, "missing: *.h; handed in: a.H (did you mean a.H?)"},
        {fib_and_sources, {"other"}, "missing: fib.c, src/*.c; handed in: other"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct cupel_intake intake = {.files = cases[i].files};
        char *text = NULL;
        assert_int_equal(cupel_match_missing(&intake, cases[i].paths, &text), 0);
        assert_string_equal(text == NULL ? "nothing" : text,
                            cases[i].text == NULL ? "nothing" : cases[i].text);
        free(text);
    }
}

static void lists_are_cut_after_ten_names(void **state)
{
    const char *const ten[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL};
    const char *const twelve[] = {"0", "1", "2", "3",  "4",  "5", "6",
                                  "7", "8", "9", "10", "11", NULL};

    (void)state;
    char *text = cupel_match_list(ten);
    assert_string_equal(text, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9");
    free(text);
    text = cupel_match_list(twelve);
    assert_string_equal(text, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
    free(text);
}

static void archives_are_told_by_suffix_then_intake_then_magic(void **state)
{
    static const struct {
        const char *name;
        const char *head;
        bool is_archive;
    } cases[] = {
        {"a.zip", "text", true},      {"A.ZIP", "text", true},
        {"a.tar.gz", "text", true},   {"a.tgz", "text", true},
        {"a.tar.zst", "text", true},  {"a.7z", "text", true},
        {".zip", "text", false},      {"zip", "text", false},
        {"fib.c", "PK\3\4", false},   {"a.h", "\x1F\x8B\x08", false},
        {"hand-in", "PK\3\4", true},  {"hand-in", "\x1F\x8B\x08", true},
        {"hand-in", "PK\1\2", false}, {"hand-in", "BZh91AY&SY", true},
        {"a.gz", "text", false},      {"hand-in", "", false},
        {"a.tar", "070701", false},
    };
    const struct cupel_intake intake = {.files = only_fib, .optional = only_headers};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const unsigned char *head = (const unsigned char *)cases[i].head;
        if (cupel_kind_is_archive(cases[i].name, head, strlen(cases[i].head), &intake) !=
            cases[i].is_archive)
            fail_msg("case %zu: %s", i, cases[i].name);
    }
}

static void a_tar_is_told_by_its_magic(void **state)
{
    unsigned char head[CUPEL_KIND_HEAD_SIZE] = {0};

    (void)state;
    assert_false(cupel_kind_has_magic(head, sizeof(head)));
    memcpy(head + 257, "ustar", 5);
    assert_true(cupel_kind_has_magic(head, sizeof(head)));
    assert_false(cupel_kind_has_magic(head, 261));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_whole_paths),
        cmocka_unit_test(an_intake_without_patterns_keeps_everything),
        cmocka_unit_test(missing_files_are_explained),
        cmocka_unit_test(lists_are_cut_after_ten_names),
        cmocka_unit_test(archives_are_told_by_suffix_then_intake_then_magic),
        cmocka_unit_test(a_tar_is_told_by_its_magic),
    };
    return cmocka_run_group_tests_name("submission_match", tests, NULL, NULL);
}
