#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unpack/index.h"
#include "unpack/reject.h"

static int make(void **state)
{
    return cupel_index_new(10, (struct cupel_index **)state);
}

static int release(void **state)
{
    cupel_index_free(*state);
    return 0;
}

static void accepts(struct cupel_index *index, const char *path, enum cupel_index_kind kind)
{
    assert_int_equal(cupel_index_add(index, path, kind, NULL), 0);
}

static void refuses(struct cupel_index *index, const char *path, enum cupel_index_kind kind,
                    const char *reason)
{
    struct cupel_error err = {0};

    assert_int_equal(cupel_index_add(index, path, kind, &err), CUPEL_REJECTED);
    assert_string_equal(err.text, reason);
}

static void a_folder_may_be_announced_after_its_files_but_once(void **state)
{
    accepts(*state, "d/a", CUPEL_INDEX_FILE);
    accepts(*state, "d", CUPEL_INDEX_FOLDER);
    accepts(*state, "d/b", CUPEL_INDEX_FILE);
    refuses(*state, "d", CUPEL_INDEX_FOLDER, "d: is in the archive twice");
}

static void nothing_lies_below_a_file_or_a_link(void **state)
{
    accepts(*state, "f", CUPEL_INDEX_FILE);
    accepts(*state, "l", CUPEL_INDEX_LINK);
    refuses(*state, "f/a", CUPEL_INDEX_FILE, "f/a: lies below a file");
    refuses(*state, "l/a/b", CUPEL_INDEX_FILE, "l/a/b: lies below a symbolic link");
}

static void folders_on_the_way_may_not_fold_together(void **state)
{
    accepts(*state, "Src/a", CUPEL_INDEX_FILE);
    refuses(*state, "src/b", CUPEL_INDEX_FILE,
            "src/b: on some systems the same name as another entry's");
}

static void folders_on_the_way_count(void **state)
{
    accepts(*state, "1/2/3/4/5/6/7/8/9", CUPEL_INDEX_FILE);
    accepts(*state, "1/b", CUPEL_INDEX_FILE);
    refuses(*state, "c", CUPEL_INDEX_LINK, "c: more than 10 files and folders");
    assert_int_equal(cupel_index_files(*state), 2);
}

static void only_files_are_files(void **state)
{
    accepts(*state, "d/f", CUPEL_INDEX_FILE);
    accepts(*state, "l", CUPEL_INDEX_LINK);
    assert_true(cupel_index_has_file(*state, "d/f"));
    assert_false(cupel_index_has_file(*state, "D/f"));
    assert_false(cupel_index_has_file(*state, "d"));
    assert_false(cupel_index_has_file(*state, "l"));
    assert_false(cupel_index_has_file(*state, "x"));
}

static void names_in_reasons_are_clean_and_cut(void **state)
{
    char name[300];
    struct cupel_error err = {0};

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(cupel_reject(&err, name, "%s", "why"), CUPEL_REJECTED);
    assert_int_equal(strlen(err.text), 120 + strlen("…: why"));
    (void)cupel_reject(&err, "a\nb\x1b\xff", "why");
    assert_string_equal(err.text, "a b\\x1b\xEF\xBF\xBD: why");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_may_be_announced_after_its_files_but_once,
                                        make, release),
        cmocka_unit_test_setup_teardown(nothing_lies_below_a_file_or_a_link, make, release),
        cmocka_unit_test_setup_teardown(folders_on_the_way_may_not_fold_together, make,
                                        release),
        cmocka_unit_test_setup_teardown(folders_on_the_way_count, make, release),
        cmocka_unit_test_setup_teardown(only_files_are_files, make, release),
        cmocka_unit_test(names_in_reasons_are_clean_and_cut),
    };
    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
