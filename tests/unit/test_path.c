#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct folder {
    char path[64];
    int fd;
};

static void write_file(int dir_fd, const char *name, const char *text)
{
    CUPEL_AUTO_FD fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));

    assert_non_null(folder);
    (void)snprintf(folder->path, sizeof(folder->path), "/tmp/cupel-test-path-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    folder->fd = open(folder->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    assert_true(folder->fd >= 0);
    assert_int_equal(mkdirat(folder->fd, "sub", 0700), 0);
    write_file(folder->fd, "sub/file", "hello");
    assert_int_equal(symlinkat("sub/file", folder->fd, "link"), 0);
    assert_int_equal(symlinkat("/etc", folder->fd, "etc"), 0);
    assert_int_equal(mkfifoat(folder->fd, "fifo", 0600), 0);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;

    (void)unlinkat(folder->fd, "sub/file", 0);
    (void)unlinkat(folder->fd, "sub", AT_REMOVEDIR);
    (void)unlinkat(folder->fd, "link", 0);
    (void)unlinkat(folder->fd, "etc", 0);
    (void)unlinkat(folder->fd, "fifo", 0);
    (void)close(folder->fd);
    (void)rmdir(folder->path);
    free(folder);
    return 0;
}

static void read_beneath_follows_the_table(void **state)
{
    static const struct {
        const char *path;
        size_t max;
        int code;
        const char *text; /* the file's, or the error's */
    } cases[] = {
        {"sub/file", 5, 0, "hello"},
        {"sub/../sub/file", 100, 0, "hello"},
        {"sub/file", 4, -EFBIG, "sub/file: larger than 4 bytes"},
        {"sub/file", 0, -EFBIG, "sub/file: larger than 0 bytes"},
        {"missing", 5, -ENOENT, "open missing: No such file or directory"},
        {"link", 5, -ELOOP, "open link: symbolic links are not followed here"},
        {"etc/passwd", 5, -ELOOP, "open etc/passwd: symbolic links are not followed here"},
        {"../x", 5, -EXDEV, "open ../x: the path leaves its folder"},
        {"/etc/passwd", 5, -EXDEV, "open /etc/passwd: the path leaves its folder"},
        {"sub", 5, -EINVAL, "sub: not a regular file"},
        {"fifo", 5, -EINVAL, "fifo: not a regular file"},
    };
    const struct folder *folder = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_error err = {0};
        CUPEL_AUTO_FREE char *bytes = NULL;
        size_t len = 0;
        int r = cupel_path_read_beneath(folder->fd, cases[i].path, cases[i].max, &bytes, &len,
                                        &err);
        assert_int_equal(r, cases[i].code);
        assert_string_equal(r < 0 ? err.text : bytes, cases[i].text);
        assert_int_equal(len, r < 0 ? 0 : strlen(cases[i].text));
    }
}

static void open_beneath_closes_on_exec(void **state)
{
    const struct folder *folder = *state;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder->fd, "sub", O_PATH, NULL);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void read_fd_reads_pipes_to_their_end(void **state)
{
    static const char chunk[4096] = {'x'};
    CUPEL_AUTO_FREE char *bytes = NULL;
    int ends[2];
    size_t len = 0;

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    for (int i = 0; i < 16; i++)
        assert_int_equal(write(ends[1], chunk, sizeof(chunk)), (ssize_t)sizeof(chunk));
    (void)close(ends[1]);
    assert_int_equal(cupel_path_read_fd(ends[0], 1U << 20, &bytes, &len), 0);
    (void)close(ends[0]);
    assert_int_equal(len, 65536);
    assert_int_equal(bytes[len], '\0');
}

static void is_plain_follows_the_table(void **state)
{
    static const struct {
        const char *path;
        bool plain;
    } cases[] = {
        {"a", true},   {"a/b.c", true}, {"...", true},  {".a", true},     {"a..b/c", true},
        {"", false},   {"/a", false},   {"a/", false},  {"a//b", false},  {".", false},
        {"..", false}, {"a/..", false}, {"./a", false}, {"a/./b", false}, {"a/../b", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (cupel_path_is_plain(cases[i].path) != cases[i].plain)
            fail_msg("\"%s\"", cases[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_beneath_follows_the_table),
        cmocka_unit_test(open_beneath_closes_on_exec),
        cmocka_unit_test(read_fd_reads_pipes_to_their_end),
        cmocka_unit_test(is_plain_follows_the_table),
    };
    return cmocka_run_group_tests_name("path", tests, make_folder, remove_folder);
}
