#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/document.h"
#include "grader/environment.h"

static void assert_merged(const char *const *base, const char *const *over,
                          const char *const *expected)
{
    char **merged = NULL;
    size_t i = 0;

    assert_int_equal(cupel_environment_merge(base, over, &merged), 0);
    for (; expected[i] != NULL; i++) {
        assert_non_null(merged[i]);
        assert_string_equal(merged[i], expected[i]);
    }
    assert_null(merged[i]);
    cupel_strings_free(merged);
}

static void merge_lets_the_later_win_in_the_earlier_ones_place(void **state)
{
    const char *const base[] = {"A=1", "B=2", NULL};
    const char *const over[] = {"C=3", "A=4", NULL};
    const char *const expected[] = {"A=4", "B=2", "C=3", NULL};

    (void)state;
    assert_merged(base, over, expected);
}

static void merge_leaves_no_duplicates(void **state)
{
    const char *const over[] = {"A=1", "A=2", "A=", NULL};
    const char *const expected[] = {"A=", NULL};

    (void)state;
    assert_merged(NULL, over, expected);
}

static void merge_tells_names_apart_that_begin_alike(void **state)
{
    const char *const base[] = {"PATH=/bin", NULL};
    const char *const over[] = {"PATHS=x", "PAT=y", NULL};
    const char *const expected[] = {"PATH=/bin", "PATHS=x", "PAT=y", NULL};

    (void)state;
    assert_merged(base, over, expected);
}

static void merge_of_nothing_is_empty(void **state)
{
    const char *const expected[] = {NULL};

    (void)state;
    assert_merged(NULL, NULL, expected);
}

static void names_follow_the_table(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } cases[] = {
        {"A", true},   {"_", true},    {"LC_ALL", true}, {"a9", true}, {"", false},
        {"9a", false}, {"A-B", false}, {"A=B", false},   {"Ä", false}, {"A B", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cupel_environment_is_name(cases[i].name) != cases[i].good)
            fail_msg("\"%s\"", cases[i].name);
    }
}

static void get_finds_whole_names_only(void **state)
{
    const char *const environment[] = {"PATHS=x", "PATH=/bin:/usr=1", "EMPTY=", NULL};

    (void)state;
    assert_string_equal(cupel_environment_get(environment, "PATH"), "/bin:/usr=1");
    assert_string_equal(cupel_environment_get(environment, "EMPTY"), "");
    assert_null(cupel_environment_get(environment, "PAT"));
    assert_null(cupel_environment_get(NULL, "PATH"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge_lets_the_later_win_in_the_earlier_ones_place),
        cmocka_unit_test(merge_leaves_no_duplicates),
        cmocka_unit_test(merge_tells_names_apart_that_begin_alike),
        cmocka_unit_test(merge_of_nothing_is_empty),
        cmocka_unit_test(names_follow_the_table),
        cmocka_unit_test(get_finds_whole_names_only),
    };
    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
