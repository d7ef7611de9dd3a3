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
#include "grader/folder_hash.h"

struct fixture {
    char path[32];
    int fd;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    (void)snprintf(fixture.path, sizeof(fixture.path), "/tmp/cupel-XXXXXX");
    if (mkdtemp(fixture.path) == NULL)
        return -1;
    fixture.fd = open(fixture.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = &fixture;
    return fixture.fd < 0 ? -1 : 0;
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
    const struct fixture *fixture = *state;

    (void)close(fixture->fd);
    return nftw(fixture->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const struct fixture *fixture, const char *path, const char *text)
{
    CUPEL_AUTO_FD fd =
        openat(fixture->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void hash_folder(const struct fixture *fixture, char ret[static CUPEL_SHA256_HEX_SIZE])
{
    struct cupel_error err = {0};
    struct cupel_hash hash;

    cupel_hash_init(&hash);
    if (cupel_folder_hash(fixture->fd, "samples", &hash, &err) < 0)
        fail_msg("%s", err.text);
    cupel_hash_hex(&hash, ret);
}

static void hash_is_of_sorted_paths_sizes_and_contents(void **state)
{
    static const char expected_bytes[] =
        "file\0a-b\0002\0hi"
        "file\0a/b\0000\0"
        "file\0b\0001\0x";
    const struct fixture *fixture = *state;
    char found[CUPEL_SHA256_HEX_SIZE];
    char expected[CUPEL_SHA256_HEX_SIZE];
    struct cupel_hash hash;

    put(fixture, "b", "x");
    assert_int_equal(mkdirat(fixture->fd, "a", 0755), 0);
    put(fixture, "a/b", "");
    put(fixture, "a-b", "hi");
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, expected_bytes, sizeof(expected_bytes) - 1);
    cupel_hash_hex(&hash, expected);
    hash_folder(fixture, found);
    assert_string_equal(found, expected);
}

static void hash_leaves_out_samples_links_and_special_files(void **state)
{
    const struct fixture *fixture = *state;
    char before[CUPEL_SHA256_HEX_SIZE];
    char after[CUPEL_SHA256_HEX_SIZE];

    put(fixture, "a", "x");
    hash_folder(fixture, before);
    assert_int_equal(mkdirat(fixture->fd, "samples", 0755), 0);
    put(fixture, "samples/b", "y");
    assert_int_equal(symlinkat("/etc/passwd", fixture->fd, "link"), 0);
    assert_int_equal(mkfifoat(fixture->fd, "fifo", 0600), 0);
    hash_folder(fixture, after);
    assert_string_equal(before, after);
}

static void hash_skips_samples_at_the_top_only(void **state)
{
    const struct fixture *fixture = *state;
    char before[CUPEL_SHA256_HEX_SIZE];
    char after[CUPEL_SHA256_HEX_SIZE];

    hash_folder(fixture, before);
    assert_int_equal(mkdirat(fixture->fd, "data", 0755), 0);
    assert_int_equal(mkdirat(fixture->fd, "data/samples", 0755), 0);
    put(fixture, "data/samples/b", "y");
    hash_folder(fixture, after);
    assert_string_not_equal(before, after);
}

static void hash_refuses_folders_without_end(void **state)
{
    const struct fixture *fixture = *state;
    struct cupel_error err = {0};
    struct cupel_hash hash;
    char path[256] = "";

    for (size_t i = 0; i < 65; i++) {
        (void)snprintf(path + strlen(path), sizeof(path) - strlen(path), i > 0 ? "/d" : "d");
        assert_int_equal(mkdirat(fixture->fd, path, 0755), 0);
    }
    cupel_hash_init(&hash);
    assert_int_equal(cupel_folder_hash(fixture->fd, NULL, &hash, &err), -EMLINK);
    assert_non_null(strstr(err.text, "more than 64 folders deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hash_is_of_sorted_paths_sizes_and_contents, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(hash_leaves_out_samples_links_and_special_files, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(hash_skips_samples_at_the_top_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hash_refuses_folders_without_end, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("folder_hash", tests, NULL, NULL);
}
