#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/keep.h"

struct fixture {
    char from[32];
    char to[32];
    int from_fd;
    int to_fd;
    struct cupel_keep keep;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    (void)snprintf(fixture.from, sizeof(fixture.from), "/tmp/cupel-XXXXXX");
    (void)snprintf(fixture.to, sizeof(fixture.to), "/tmp/cupel-XXXXXX");
    if (mkdtemp(fixture.from) == NULL || mkdtemp(fixture.to) == NULL)
        return -1;
    fixture.from_fd = open(fixture.from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fixture.to_fd = open(fixture.to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = &fixture;
    if (fixture.from_fd < 0 || fixture.to_fd < 0)
        return -1;
    return cupel_keep_open(fixture.to, &fixture.keep, NULL);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    cupel_keep_close(&fixture->keep);
    (void)close(fixture->from_fd);
    (void)close(fixture->to_fd);
    if (nftw(fixture->from, remove_one, 8, FTW_DEPTH | FTW_PHYS) < 0)
        return -1;
    return nftw(fixture->to, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(int folder_fd, const char *path, const char *text, mode_t mode)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
}

static void assert_file(int folder_fd, const char *path, const char *expected)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    assert_int_equal(cupel_path_read_beneath(folder_fd, path, 1024, &text, &len, NULL), 0);
    assert_string_equal(text, expected);
}

static void box_is_copied_with_folders_and_modes(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;

    assert_int_equal(mkdirat(fixture->from_fd, "d", 0755), 0);
    put(fixture->from_fd, "d/a", "hello", 0640);
    put(fixture->from_fd, "setuid", "x", 06755);
    cupel_keep_box(&fixture->keep, fixture->from_fd);
    assert_string_equal(fixture->keep.error.text, "");
    assert_file(fixture->to_fd, "box/d/a", "hello");
    assert_int_equal(fstatat(fixture->to_fd, "box/d/a", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(fstatat(fixture->to_fd, "box/setuid", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0755);
}

static void links_are_copied_and_never_followed(void **state)
{
    struct fixture *fixture = *state;
    char target[32] = "";

    assert_int_equal(symlinkat("/etc/passwd", fixture->from_fd, "file"), 0);
    assert_int_equal(symlinkat("/etc", fixture->from_fd, "folder"), 0);
    cupel_keep_box(&fixture->keep, fixture->from_fd);
    assert_int_equal(fixture->keep.error.code, 0);
    assert_int_equal(readlinkat(fixture->to_fd, "box/file", target, sizeof(target)), 11);
    assert_string_equal(target, "/etc/passwd");
    assert_int_equal(readlinkat(fixture->to_fd, "box/folder", target, sizeof(target)), 4);
}

static void special_files_and_depths_are_left_out(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    char path[256] = "";

    assert_int_equal(mkfifoat(fixture->from_fd, "fifo", 0600), 0);
    for (size_t i = 0; i < 70; i++) {
        (void)snprintf(path + strlen(path), sizeof(path) - strlen(path), i > 0 ? "/d" : "d");
        assert_int_equal(mkdirat(fixture->from_fd, path, 0755), 0);
    }
    cupel_keep_box(&fixture->keep, fixture->from_fd);
    assert_int_equal(fixture->keep.error.code, 0);
    assert_int_equal(fstatat(fixture->to_fd, "box/fifo", &status, AT_SYMLINK_NOFOLLOW), -1);
    assert_int_equal(fstatat(fixture->to_fd, "box/d/d/d", &status, 0), 0);
    path[2 * 64 - 1] = '\0';
    CUPEL_AUTO_FD box_fd = openat(fixture->to_fd, "box", O_PATH | O_CLOEXEC);
    assert_int_equal(fstatat(box_fd, path, &status, 0), 0);
    path[2 * 64 - 1] = '/';
    path[2 * 65 - 1] = '\0';
    assert_int_equal(fstatat(box_fd, path, &status, 0), -1);
}

static void a_huge_hole_takes_no_room(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;

    put(fixture->from_fd, "sparse", "start", 0644);
    CUPEL_AUTO_FD fd = openat(fixture->from_fd, "sparse", O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, (off_t)1 << 33), 0);
    assert_int_equal(pwrite(fd, "end", 3, ((off_t)1 << 33) - 3), 3);
    cupel_keep_box(&fixture->keep, fixture->from_fd);
    assert_int_equal(fixture->keep.error.code, 0);
    assert_int_equal(fstatat(fixture->to_fd, "box/sparse", &status, 0), 0);
    assert_int_equal(status.st_size, (off_t)1 << 33);
    assert_true(status.st_blocks < 1024);
}

static void outputs_of_tests_are_kept_raw(void **state)
{
    static struct cupel_capture out = {.len = 3, .bytes = "\0332"};
    static struct cupel_capture err = {.len = 4, .bytes = "oops"};
    struct fixture *fixture = *state;

    cupel_keep_test(&fixture->keep, "small", &out, &err);
    assert_int_equal(fixture->keep.error.code, 0);
    assert_file(fixture->to_fd, "tests/small/stdout", "\0332");
    assert_file(fixture->to_fd, "tests/small/stderr", "oops");
}

static void nothing_is_written_over(void **state)
{
    struct fixture *fixture = *state;
    struct cupel_error err = {0};
    struct cupel_keep second;
    char expected[64];

    (void)snprintf(expected, sizeof(expected), "%s/tests: File exists", fixture->to);
    assert_int_equal(cupel_keep_open(fixture->to, &second, &err), -EEXIST);
    assert_string_equal(err.text, expected);
}

static void keeping_nothing_is_harmless(void **state)
{
    static const struct cupel_capture empty;
    struct fixture *fixture = *state;
    struct cupel_keep none;

    assert_int_equal(cupel_keep_open(NULL, &none, NULL), 0);
    cupel_keep_box(&none, fixture->from_fd);
    cupel_keep_test(&none, "a", &empty, &empty);
    assert_int_equal(none.error.code, 0);
    cupel_keep_close(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(box_is_copied_with_folders_and_modes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(links_are_copied_and_never_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(special_files_and_depths_are_left_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_huge_hole_takes_no_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(outputs_of_tests_are_kept_raw, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_written_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeping_nothing_is_harmless, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
