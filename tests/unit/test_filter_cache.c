#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/filter_cache.h"

struct fixture {
    char home[32];
    char folder[64];
    char file[256]; /* of the one filter in the cache; "" if there is none */
    struct cupel_policy *policy;
    struct cupel_filter compiled;
};

static const char policy_text[] =
    "{\"schema\": \"cupel.policy/1\", \"name\": \"p\", \"why\": \"a test\", \"limits\": {"
    "\"wall\": \"1 s\", \"cpu\": \"1 s\", \"memory\": \"1 MiB\", \"processes\": 1, "
    "\"open_files\": 8,"
    "\"file_size\": \"1 MiB\", \"disk\": \"1 MiB\", \"inodes\": 16, \"output\": \"1 MiB\","
    "\"stack\": \"1 MiB\"}, \"files\": {\"read_only\": [], \"writable\": [],"
    "\"devices\": []}, \"network\": \"none\", \"syscalls\": {\"unknown\": \"ENOSYS\", "
    "\"rules\": ["
    "{\"allow\": [\"read\", \"write\"], \"why\": \"a test\"}]}}";

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};
    char path[64];

    if (fixture == NULL)
        return -1;
    (void)snprintf(fixture->home, sizeof(fixture->home), "/tmp/cupel-cache-XXXXXX");
    if (mkdtemp(fixture->home) == NULL)
        return -1;
    (void)snprintf(fixture->folder, sizeof(fixture->folder), "%s/.cache/cupel", fixture->home);
    (void)snprintf(path, sizeof(path), "%s/p.json", fixture->home);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(policy_text, file) < 0 || fclose(file) != 0)
        return -1;
    int r = cupel_policy_load(fixture->home, path, cupel_arch_native(), &diagnostics,
                              &fixture->policy, &err);
    if (r == 0)
        r = cupel_policy_compile(fixture->policy, CUPEL_FILTER_ENFORCE, &fixture->compiled,
                                 &err);
    for (size_t i = 0; i < diagnostics.count; i++)
        print_message("%s\n", diagnostics.items[i].text);
    cupel_diagnostics_clear(&diagnostics);
    *state = fixture;
    return r;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char path[128];

    (void)unlink(fixture->file);
    (void)rmdir(fixture->folder);
    (void)snprintf(path, sizeof(path), "%s/.cache", fixture->home);
    (void)rmdir(path);
    (void)snprintf(path, sizeof(path), "%s/p.json", fixture->home);
    (void)unlink(path);
    int r = rmdir(fixture->home); /* nothing else was left behind */
    cupel_filter_clear(&fixture->compiled);
    cupel_policy_free(fixture->policy);
    free(fixture);
    return r;
}

/* Get the filter, which must be as compiled, and note the file that keeps it. */
static void get(struct fixture *fixture)
{
    struct cupel_filter filter = {0};
    struct cupel_error err = {0};

    assert_int_equal(
        cupel_filter_get(fixture->folder, fixture->policy, CUPEL_FILTER_ENFORCE, &filter, &err),
        0);
    assert_int_equal(filter.count, fixture->compiled.count);
    assert_memory_equal(filter.instructions, fixture->compiled.instructions, filter.count * 8);
    assert_string_equal(filter.sha256, fixture->compiled.sha256);
    cupel_filter_clear(&filter);

    DIR *folder = opendir(fixture->folder);
    assert_non_null(folder);
    fixture->file[0] = '\0';
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.') {
            assert_string_equal(fixture->file, "");
            (void)snprintf(fixture->file, sizeof(fixture->file), "%s/%.100s", fixture->folder,
                           entry->d_name);
        }
    }
    (void)closedir(folder);
}

static ino_t inode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void a_filter_is_kept_and_used(void **state)
{
    struct fixture *fixture = *state;
    struct stat st;

    get(fixture);
    assert_int_equal(stat(fixture->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 64 + fixture->compiled.count * 8);
    ino_t first = st.st_ino;
    get(fixture);
    assert_int_equal(inode_of(fixture->file), first); /* it was not written again */
}

static void change_byte(const char *path, off_t at)
{
    CUPEL_AUTO_FD fd = open(path, O_RDWR | O_CLOEXEC);
    char byte = 0;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte = (char)(byte ^ 1);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void a_damaged_file_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    off_t size = (off_t)(64 + fixture->compiled.count * 8);

    for (int i = 0; i < 5; i++) {
        get(fixture);
        ino_t before = inode_of(fixture->file);
        switch (i) {
        case 0:
            change_byte(fixture->file, 0);
            break;
        case 1:
            change_byte(fixture->file, size - 1);
            break;
        case 2:
            assert_int_equal(truncate(fixture->file, size - 8), 0);
            break;
        case 3:
            assert_int_equal(truncate(fixture->file, 0), 0);
            break;
        default:
            assert_int_equal(truncate(fixture->file, (off_t)1 << 30), 0);
        }
        get(fixture);
        assert_int_not_equal(inode_of(fixture->file), before);
    }
}

static void what_others_may_write_is_not_believed(void **state)
{
    struct fixture *fixture = *state;

    get(fixture);
    ino_t before = inode_of(fixture->file);
    assert_int_equal(chmod(fixture->file, 0620), 0);
    get(fixture);
    assert_int_not_equal(inode_of(fixture->file), before);

    assert_int_equal(unlink(fixture->file), 0);
    assert_int_equal(chmod(fixture->folder, 0702), 0);
    get(fixture);
    assert_string_equal(fixture->file, ""); /* such a folder is not used at all */
}

static void without_a_folder_it_is_compiled(void **state)
{
    struct fixture *fixture = *state;
    static const char *const folders[] = {NULL, "", "relative", "/proc/nonexistent/cupel"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct cupel_filter filter = {0};
        struct cupel_error err = {0};
        assert_int_equal(
            cupel_filter_get(folders[i], fixture->policy, CUPEL_FILTER_ENFORCE, &filter, &err),
            0);
        assert_string_equal(filter.sha256, fixture->compiled.sha256);
        cupel_filter_clear(&filter);
    }
}

static void the_key_tells_apart_all_that_makes_a_filter(void **state)
{
    struct fixture *fixture = *state;
    char keys[5][CUPEL_SHA256_HEX_SIZE];
    struct cupel_policy changed = *fixture->policy;

    cupel_policy_filter_key(&changed, CUPEL_FILTER_ENFORCE, keys[0]);
    changed.network = CUPEL_NETWORK_LOOPBACK;
    cupel_policy_filter_key(&changed, CUPEL_FILTER_ENFORCE, keys[1]);
    changed.network = CUPEL_NETWORK_NONE;
    changed.sha256[0] = changed.sha256[0] == 'a' ? 'b' : 'a';
    cupel_policy_filter_key(&changed, CUPEL_FILTER_ENFORCE, keys[2]);
    cupel_policy_filter_key(fixture->policy, CUPEL_FILTER_NOTIFY, keys[3]);
    changed = *fixture->policy;
    changed.arch = changed.arch == CUPEL_ARCH_X86_64 ? CUPEL_ARCH_AARCH64 : CUPEL_ARCH_X86_64;
    cupel_policy_filter_key(&changed, CUPEL_FILTER_ENFORCE, keys[4]);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(keys[i], keys[j]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_filter_is_kept_and_used),
        TEST(a_damaged_file_is_replaced),
        TEST(what_others_may_write_is_not_believed),
        TEST(without_a_folder_it_is_compiled),
        TEST(the_key_tells_apart_all_that_makes_a_filter),
    };
    return cmocka_run_group_tests_name("filter_cache", tests, NULL, NULL);
}
