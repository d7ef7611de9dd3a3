#include <errno.h>
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
#include "cupel/path.h"
#include "cupel/submission.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

static char fib_c[] = "fib.c";
static char *only_fib[] = {fib_c, NULL};
static const struct cupel_intake intake = {
    .files = only_fib, .max_size_bytes = 1000, .max_files = 5, .strip_root = true};

/* A folder of its own for each test, which is the working folder meanwhile. */
static int enter(void **state)
{
    static char folder[32];

    memcpy(folder, "/tmp/cupel-pack-XXXXXX", sizeof("/tmp/cupel-pack-XXXXXX"));
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

static void write_file(const char *path, const void *bytes, size_t len)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
}

/* Everything in a packed submission; the caller frees. */
static char *pack(const char *path, int input_fd, bool is_archive, size_t *ret_len)
{
    struct cupel_error err = {0};
    char *bytes = NULL;
    int packed = -1;

    int r = cupel_submission_pack(path, input_fd, &intake, &packed, &err);
    if (r < 0)
        fail_msg("%s", err.text);
    CUPEL_AUTO_FD fd = packed;
    assert_int_equal(fcntl(fd, F_GET_SEALS), SEALS);
    assert_int_equal(cupel_path_read_fd(fd, 1 << 20, &bytes, ret_len), 0);
    /* What is no archive becomes a newc stream. */
    assert_int_equal(strncmp(bytes, "070701", 6) != 0, is_archive);
    return bytes;
}

/* A newc stream as lines "PATH MODE SIZE CONTENT\n". Source: cpio(5). */
static void describe(const char *bytes, size_t len, char *out, size_t size)
{
    size_t used = 0;

    for (size_t at = 0; at < len;) {
        unsigned mode;
        unsigned file_size;
        unsigned name_size;
        assert_true(len - at > 110);
        assert_int_equal(sscanf(bytes + at,
                                "070701%*8x%8x%*8x%*8x%*8x%*8x%8x%*8x%*8x%*8x%*8x%8x%*8x",
                                &mode, &file_size, &name_size),
                         3);
        const char *name = bytes + at + 110;
        size_t content = (at + 110 + name_size + 3) / 4 * 4;
        if (strcmp(name, "TRAILER!!!") == 0) {
            assert_int_equal(content, len);
            return;
        }
        used +=
            (size_t)snprintf(out + used, size - used, "%s %o %u %.*s\n", name, mode, file_size,
                             file_size < 20 ? (int)file_size : 0, bytes + content);
        at = (content + file_size + 3) / 4 * 4;
    }
    fail_msg("no trailer");
}

static void packs_as(const char *path, int input_fd, const char *description)
{
    char text[1024] = "";
    size_t len = 0;

    CUPEL_AUTO_FREE char *bytes = pack(path, input_fd, false, &len);
    describe(bytes, len, text, sizeof(text));
    assert_string_equal(text, description);
}

static void refuses(const char *path, int input_fd, int code, const char *text)
{
    struct cupel_error err = {0};
    int fd = -7;

    assert_int_equal(cupel_submission_pack(path, input_fd, &intake, &fd, &err), code);
    assert_string_equal(err.text, text);
    assert_int_equal(fd, -7);
}

static void a_file_becomes_a_stream_with_it(void **state)
{
    (void)state;
    write_file("fib.c", "int f;", 6);
    assert_int_equal(chmod("fib.c", 0755), 0);
    packs_as("fib.c", -1, "./fib.c 100755 6 int f;\n");
    packs_as("./fib.c", -1, "./fib.c 100755 6 int f;\n");
}

static void a_folder_becomes_a_sorted_stream_without_litter(void **state)
{
    (void)state;
    assert_int_equal(mkdir("s", 0755) | mkdir("s/a", 0700) | mkdir("s/.git", 0755), 0);
    write_file("s/a/z", "1", 1);
    write_file("s/a-b", "22", 2);
    write_file("s/.git/HEAD", "x", 1);
    write_file("s/.DS_Store", "x", 1);
    assert_int_equal(symlink("a/z", "s/l"), 0);
    packs_as("s", -1,
             "./a 40700 0 \n"
             "./a-b 100644 2 22\n"
             "./a/z 100644 1 1\n"
             "./l 120777 3 a/z\n");
    packs_as("s/", -1,
             "./a 40700 0 \n"
             "./a-b 100644 2 22\n"
             "./a/z 100644 1 1\n"
             "./l 120777 3 a/z\n");
}

static void links_and_special_files_are_packed_unread(void **state)
{
    (void)state;
    assert_int_equal(mkdir("s", 0755) | mkfifo("s/fifo", 0644), 0);
    assert_int_equal(symlink("/etc/passwd", "s/l") | symlink("/etc", "s/m"), 0);
    packs_as("s", -1,
             "./fifo 10644 0 \n"
             "./l 120777 11 /etc/passwd\n"
             "./m 120777 4 /etc\n");
}

static void no_file_is_taken_for_the_end_of_the_stream(void **state)
{
    (void)state;
    assert_int_equal(mkdir("s", 0755), 0);
    write_file("s/TRAILER!!!", "x", 1);
    packs_as("s", -1, "./TRAILER!!! 100644 1 x\n");
}

static void what_is_too_much_stops_at_the_entry_that_shows_it(void **state)
{
    static const char bytes[3000];

    (void)state;
    assert_int_equal(mkdir("s", 0755) | mkdir("many", 0755), 0);
    write_file("s/a", bytes, 600);
    write_file("s/b", bytes, 3000);
    write_file("s/c", bytes, 1);
    packs_as("s", -1, "./a 100644 600 \n./b 100644 401 \n");
    for (int i = 0; i < 9; i++) {
        char name[] = {'m', 'a', 'n', 'y', '/', (char)('0' + i), '\0'};
        write_file(name, "", 0);
    }
    size_t len = 0;
    CUPEL_AUTO_FREE char *stream = pack("many", -1, false, &len);
    char text[1024] = "";
    describe(stream, len, text, sizeof(text));
    assert_int_equal(strlen(text), 6 * strlen("./0 100644 0 \n"));
}

static void the_size_in_the_stream_is_that_of_what_was_read(void **state)
{
    char text[1024] = "";
    size_t len = 0;

    (void)state; /* files of proc(5) say that they hold 0 bytes */
    CUPEL_AUTO_FREE char *bytes = pack("/proc/sys/kernel/ostype", -1, false, &len);
    describe(bytes, len, text, sizeof(text));
    assert_string_equal(text, "./ostype 100444 6 Linux\n\n");
}

static void an_archive_is_packed_as_it_is(void **state)
{
    size_t len = 0;

    (void)state;
    write_file("a.zip", "anything", 8);
    CUPEL_AUTO_FREE char *bytes = pack("a.zip", -1, true, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(bytes, "anything", 8);
}

static void standard_input_takes_the_name_of_the_only_file(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "int f;", 6), 6);
    (void)close(ends[1]);
    CUPEL_AUTO_FD fd = ends[0];
    packs_as("-", fd, "./fib.c 100644 6 int f;\n");
}

static void standard_input_may_be_an_archive(void **state)
{
    size_t len = 0;

    (void)state;
    write_file("input", "PK\3\4rest", 8);
    CUPEL_AUTO_FD fd = open("input", O_RDONLY | O_CLOEXEC);
    CUPEL_AUTO_FREE char *bytes = pack("-", fd, true, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(bytes, "PK\3\4rest", 8);
}

static void standard_input_without_a_name_is_refused(void **state)
{
    const struct cupel_intake open_intake = {.max_size_bytes = 10, .max_files = 5};
    struct cupel_error err = {0};
    int packed;

    (void)state;
    write_file("input", "text", 4);
    CUPEL_AUTO_FD fd = open("input", O_RDONLY | O_CLOEXEC);
    assert_int_equal(cupel_submission_pack("-", fd, &open_intake, &packed, &err), -EINVAL);
    assert_string_equal(err.text,
                        "standard input is no archive, and the grader does not name a "
                        "single file that it could be");
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0644), 0);
    refuses("missing", -1, -ENOENT, "open missing: No such file or directory");
    refuses("fifo", -1, -EINVAL, "fifo: neither a folder nor a file");
    refuses("-", -1, -EIO, "read the submission: Bad file descriptor");
}

static void an_archive_that_is_too_large_is_refused(void **state)
{
    (void)state;
    write_file("a.zip", "", 0);
    assert_int_equal(truncate("a.zip", 1000 + 5 * 65536 + (16 << 20) + 1), 0);
    refuses("a.zip", -1, -EFBIG, "a.zip: larger than 17105896 bytes, packed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_becomes_a_stream_with_it, enter, leave),
        cmocka_unit_test_setup_teardown(a_folder_becomes_a_sorted_stream_without_litter, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(links_and_special_files_are_packed_unread, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(no_file_is_taken_for_the_end_of_the_stream, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(what_is_too_much_stops_at_the_entry_that_shows_it,
                                        enter, leave),
        cmocka_unit_test(the_size_in_the_stream_is_that_of_what_was_read),
        cmocka_unit_test_setup_teardown(an_archive_is_packed_as_it_is, enter, leave),
        cmocka_unit_test(standard_input_takes_the_name_of_the_only_file),
        cmocka_unit_test_setup_teardown(standard_input_may_be_an_archive, enter, leave),
        cmocka_unit_test_setup_teardown(standard_input_without_a_name_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_named, enter, leave),
        cmocka_unit_test_setup_teardown(an_archive_that_is_too_large_is_refused, enter, leave),
    };
    return cmocka_run_group_tests_name("submission_pack", tests, NULL, NULL);
}
