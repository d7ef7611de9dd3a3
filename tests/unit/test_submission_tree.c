#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "grader/submission_tree.h"

static char fib_c[] = "fib.c";
static char headers[] = "*.h";
static char *only_fib[] = {fib_c, NULL};
static char *only_headers[] = {headers, NULL};

static const struct cupel_intake open_intake = {
    .max_size_bytes = 1000, .max_files = 10, .strip_root = true};
static const struct cupel_intake fib_intake = {.files = only_fib,
                                               .optional = only_headers,
                                               .max_size_bytes = 1000,
                                               .max_files = 10,
                                               .strip_root = true};

/* A box of its own for each test, which is the working folder meanwhile. */
static int enter(void **state)
{
    static char folder[32];

    memcpy(folder, "/tmp/cupel-tree-XXXXXX", sizeof("/tmp/cupel-tree-XXXXXX"));
    *state = folder;
    return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int leave(void **state)
{
    return chdir("/") < 0 ? -1 : nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void put_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0755), 0);
}

static bool is_there(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The caller clears what is returned. */
static struct cupel_submission take(const struct cupel_intake *intake)
{
    struct cupel_submission submission = {0};
    struct cupel_error err = {0};

    CUPEL_AUTO_FD box = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cupel_tree_take(box, intake, &submission, &err) < 0)
        fail_msg("%s", err.text);
    return submission;
}

static void takes(const struct cupel_intake *intake, const char *warning)
{
    struct cupel_submission submission = take(intake);

    assert_false(submission.rejected);
    assert_null(submission.reason);
    assert_int_equal(strlen(submission.sha256), 64);
    if (warning == NULL) {
        assert_null(submission.warnings);
    } else {
        assert_non_null(submission.warnings);
        assert_string_equal(submission.warnings[0], warning);
        assert_null(submission.warnings[1]);
    }
    cupel_submission_clear(&submission);
}

static void rejects(const struct cupel_intake *intake, const char *reason)
{
    struct cupel_submission submission = take(intake);

    assert_true(submission.rejected);
    assert_string_equal(submission.reason, reason);
    assert_string_equal(submission.sha256, "");
    cupel_submission_clear(&submission);
}

static void the_hash_is_of_paths_and_contents(void **state)
{
    (void)state;
    put("b", "2\n");
    put_folder("a");
    put("a/c", "");
    assert_int_equal(symlink("b", "l") | chmod("b", 0755) | mkdir("empty", 0700), 0);
    struct cupel_submission submission = take(&open_intake);
    /* printf '%s\0' file a/c 0 file b 2 >t; echo 2 >>t; printf '%s\0' link l b >>t; sha256sum t
     */
    assert_string_equal(submission.sha256,
                        "f8200f08e2aa86c4b904dee48000494f802722e7591f55b9497d78b431080dc8");
    assert_int_equal(submission.files, 2);
    assert_int_equal(submission.bytes, 2);
    cupel_submission_clear(&submission);
}

static void a_wrapping_folder_is_stripped(void **state)
{
    (void)state;
    put_folder("hw1");
    put_folder("hw1/hw1");
    put("hw1/fib.c", "");
    put("hw1/hw1/a.h", "");
    put("hw1/.wrapper-0", "");
    takes(&open_intake, NULL);
    assert_true(is_there("fib.c") && is_there("hw1/a.h") && is_there(".wrapper-0"));
    assert_false(is_there("hw1/fib.c") || is_there("hw1/hw1"));
}

static void a_wrapping_folder_does_not_change_the_hash(void **state)
{
    (void)state;
    put("fib.c", "f");
    struct cupel_submission bare = take(&fib_intake);
    put_folder("w");
    assert_int_equal(rename("fib.c", "w/fib.c"), 0);
    struct cupel_submission wrapped = take(&fib_intake);
    assert_string_equal(bare.sha256, wrapped.sha256);
    cupel_submission_clear(&bare);
    cupel_submission_clear(&wrapped);
}

static void only_a_lone_folder_is_stripped(void **state)
{
    (void)state;
    put_folder("w");
    put("w/fib.c", "");
    put("notes", "");
    rejects(&fib_intake, "missing: fib.c; handed in: notes, w/fib.c (did you mean w/fib.c?)");
    takes(&open_intake, NULL);
    assert_true(is_there("w/fib.c"));
}

static void a_folder_that_the_grader_names_is_not_stripped(void **state)
{
    static char in_src[] = "src/fib.c";
    static char *patterns[] = {in_src, NULL};
    struct cupel_intake intake = open_intake;

    (void)state;
    intake.files = patterns;
    put_folder("src");
    put("src/fib.c", "");
    takes(&intake, NULL);
    assert_true(is_there("src/fib.c"));
}

static void nothing_is_stripped_without_strip_root(void **state)
{
    struct cupel_intake intake = fib_intake;

    (void)state;
    intake.strip_root = false;
    put_folder("w");
    put("w/fib.c", "");
    rejects(&intake, "missing: fib.c; handed in: w/fib.c (did you mean w/fib.c?)");
}

static void a_link_that_stripping_turns_outwards_is_refused(void **state)
{
    (void)state;
    put_folder("w");
    put("w/fib.c", "");
    assert_int_equal(symlink("../w/fib.c", "w/l"), 0);
    rejects(&fib_intake, "l: a link that leaves the submission");
}

static void what_is_not_named_is_removed_with_a_warning(void **state)
{
    (void)state;
    put("fib.c", "");
    put("a.h", "");
    put("notes.txt", "");
    put_folder("d");
    put_folder("d/e");
    put("d/e/b.h", "");
    assert_int_equal(symlink("fib.c", "l"), 0);
    takes(&fib_intake, "not used: d/e/b.h, l, notes.txt");
    assert_true(is_there("fib.c") && is_there("a.h"));
    assert_false(is_there("d") || is_there("l") || is_there("notes.txt"));
}

static void everything_is_kept_where_nothing_is_named(void **state)
{
    (void)state;
    put("a", "");
    put_folder("empty");
    assert_int_equal(symlink("a", "l"), 0);
    takes(&open_intake, NULL);
    assert_true(is_there("a") && is_there("empty") && is_there("l"));
}

static void a_link_is_no_required_file(void **state)
{
    (void)state;
    put("a.h", "");
    assert_int_equal(symlink("a.h", "fib.c"), 0);
    rejects(&fib_intake, "missing: fib.c; handed in: a.h");
}

static void a_carriage_return_behind_an_interpreter_is_warned_of(void **state)
{
    (void)state;
    put("run.sh", "#!/bin/sh\r\necho\r\n");
    put("fine.sh", "#!/bin/sh\necho\r\n");
    put("text", "one\r\ntwo\r\n");
    put("short", "#!");
    takes(&open_intake,
          "run.sh: line 1 (\"#!\") ends in a carriage return; the system takes it "
          "for a part of the interpreter's name (save the file with line ends of "
          "Unix)");
}

static void the_unpacker_is_not_trusted(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0644), 0);
    rejects(&open_intake, "fifo: neither a file, a folder nor a link");
    assert_int_equal(unlink("fifo") | symlink("/etc/passwd", "l"), 0);
    rejects(&open_intake, "l: a link to an absolute path");
    assert_int_equal(unlink("l"), 0);
    put("back\\slash", "");
    rejects(&open_intake, "back\\slash: the name holds a backslash");
    assert_int_equal(unlink("back\\slash"), 0);
    put("large", "");
    assert_int_equal(truncate("large", 1001), 0);
    rejects(&open_intake, "all files are larger than the limit of 1000 bytes");
    assert_int_equal(truncate("large", 1000), 0);
    takes(&open_intake, NULL);
    for (char name[] = "0"; name[0] <= '9'; name[0]++)
        put(name, "");
    rejects(&open_intake, "more than 10 files and folders");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_hash_is_of_paths_and_contents),
        TEST(a_wrapping_folder_is_stripped),
        TEST(a_wrapping_folder_does_not_change_the_hash),
        TEST(only_a_lone_folder_is_stripped),
        TEST(a_folder_that_the_grader_names_is_not_stripped),
        TEST(nothing_is_stripped_without_strip_root),
        TEST(a_link_that_stripping_turns_outwards_is_refused),
        TEST(what_is_not_named_is_removed_with_a_warning),
        TEST(everything_is_kept_where_nothing_is_named),
        TEST(a_link_is_no_required_file),
        TEST(a_carriage_return_behind_an_interpreter_is_warned_of),
        TEST(the_unpacker_is_not_trusted),
    };
    return cmocka_run_group_tests_name("submission_tree", tests, NULL, NULL);
}
