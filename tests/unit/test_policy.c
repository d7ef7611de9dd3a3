#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/policy.h"
#include "policy/groups.h"
#include "policy/rules.h"

#define MIB (1024 * 1024ULL)

static const char base[] =
    "{\"schema\": \"cupel.policy/1\", \"name\": \"base\", \"why\": \"the root\","
    "\"limits\": {\"wall\": \"10 s\", \"cpu\": \"5 s\", \"memory\": \"256 MiB\","
    " \"processes\": 32, \"open_files\": 64, \"file_size\": \"16 MiB\", \"disk\": \"64 MiB\","
    " \"inodes\": 4096, \"output\": \"1 MiB\", \"stack\": \"8 MiB\"},"
    "\"files\": {\"read_only\": [\"/usr\"], \"writable\": [\"/box\"], \"devices\": [\"null\"]},"
    "\"network\": \"none\", \"require\": [\"seccomp\"],"
    "\"syscalls\": {\"unknown\": \"ENOSYS\", \"rules\": [{\"allow\": [\"read\"], "
    "\"why\": \"to read\"}]}}";

/* A folder of policies, and what loading from it gave. */
struct fixture {
    char folder[64];
    int fd;
    struct cupel_diagnostics diagnostics;
    struct cupel_policy *policy;
    struct cupel_error err;
};

static void write_policy(const struct fixture *f, const char *file, const char *text)
{
    CUPEL_AUTO_FD fd =
        openat(f->fd, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* A child of base with these members. */
static void write_child(const struct fixture *f, const char *name, const char *members)
{
    char file[64];
    char text[1024];

    (void)snprintf(file, sizeof(file), "%s.json", name);
    (void)snprintf(
        text, sizeof(text),
        "{\"schema\": \"cupel.policy/1\", \"name\": \"%s\", \"extends\": \"base\"%s}", name,
        members);
    write_policy(f, file, text);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/cupel-test-policy-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->fd = open(f->folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    assert_true(f->fd >= 0);
    write_policy(f, "base.json", base);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {"base.json", "child.json", "a.json", "b.json"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        (void)unlinkat(f->fd, files[i], 0);
    (void)close(f->fd);
    (void)rmdir(f->folder);
    cupel_policy_free(f->policy);
    cupel_diagnostics_clear(&f->diagnostics);
    free(f);
    return 0;
}

static int load(struct fixture *f, const char *name)
{
    return cupel_policy_load(f->folder, name, cupel_arch_native(), &f->diagnostics, &f->policy,
                             &f->err);
}

static void a_child_narrows_freely_and_keeps_the_rest(void **state)
{
    struct fixture *f = *state;

    write_child(f, "child",
                ", \"limits\": {\"memory\": \"64 MiB\", \"output\": \"2 KiB\"},"
                "\"files\": {\"read_only\": [\"/usr/lib\"]}, \"syscalls\": {\"rules\": "
                "[{\"deny\": [\"read\"], \"why\": \"no\"}]}");
    assert_int_equal(load(f, "child"), 0);
    assert_string_equal(f->policy->name, "child");
    assert_string_equal(f->policy->why, "the root");
    assert_int_equal(f->policy->limits.memory_bytes, 64 * MIB);
    assert_int_equal(f->policy->limits.disk_bytes, 64 * MIB);
    assert_int_equal(f->policy->limits.wall_ns, 10000000000ULL);
    assert_int_equal(f->policy->limits.output_bytes, 2048);
    assert_int_equal(f->policy->limits.stdout_bytes, 2048);
    assert_int_equal(f->policy->limits.stderr_bytes, 2048);
    assert_string_equal(f->policy->read_only[0], "/usr/lib");
    assert_null(f->policy->read_only[1]);
    assert_string_equal(f->policy->writable[0], "/box");
    assert_int_equal(f->policy->require, 1U << CUPEL_LAYER_SECCOMP);
    assert_int_equal(f->policy->rules->count, 2);
    assert_int_equal(f->policy->rules->items[0].source, 0);
    assert_int_equal(f->policy->rules->items[1].source, 1);
}

static void a_child_widens_with_a_reason(void **state)
{
    struct fixture *f = *state;

    write_child(f, "child",
                ", \"why\": \"more\", \"limits\": {\"memory\": \"512 MiB\"}, "
                "\"network\": \"loopback\", \"require\": []");
    assert_int_equal(load(f, "child"), 0);
    assert_string_equal(f->policy->why, "more");
    assert_int_equal(f->policy->limits.memory_bytes, 512 * MIB);
    assert_int_equal(f->policy->network, CUPEL_NETWORK_LOOPBACK);
    assert_int_equal(f->policy->require, 0);
}

static void a_path_is_taken_as_well_as_a_name(void **state)
{
    struct fixture *f = *state;
    char path[128];

    write_child(f, "child", "");
    (void)snprintf(path, sizeof(path), "%s/child.json", f->folder);
    assert_int_equal(cupel_policy_load("/nonexistent", path, cupel_arch_native(),
                                       &f->diagnostics, &f->policy, &f->err),
                     0);
    assert_string_equal(f->policy->name, "child");
}

static void a_policy_may_refine_the_shipped_one_of_its_name(void **state)
{
    struct fixture *f = *state;
    char folder[128];
    char path[160];

    (void)snprintf(folder, sizeof(folder), "%s/own", f->folder);
    (void)snprintf(path, sizeof(path), "%s/base.json", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_policy(f, "own/base.json",
                 "{\"schema\": \"cupel.policy/1\", \"name\": \"base\", \"extends\": \"base\","
                 " \"limits\": {\"processes\": 1}}");
    int r = load(f, path);
    (void)unlinkat(f->fd, "own/base.json", 0);
    (void)unlinkat(f->fd, "own", AT_REMOVEDIR);
    assert_int_equal(r, 0);
    assert_int_equal(f->policy->limits.processes, 1);
}

static void a_missing_policy_is_named_with_those_that_exist(void **state)
{
    struct fixture *f = *state;
    char expected[160];

    assert_int_equal(load(f, "bsae"), -ENOENT);
    (void)snprintf(expected, sizeof(expected),
                   "no policy \"bsae\" in %s; did you mean \"base\"?", f->folder);
    assert_string_equal(f->err.text, expected);
    assert_int_equal(load(f, "quite_other"), -ENOENT);
    (void)snprintf(expected, sizeof(expected),
                   "no policy \"quite_other\" in %s; there are \"base\"", f->folder);
    assert_string_equal(f->err.text, expected);
    assert_int_equal(load(f, ".."), -ENOENT);
    assert_int_equal(f->diagnostics.count, 0);
    assert_null(f->policy);
}

static void a_circle_of_policies_is_refused(void **state)
{
    struct fixture *f = *state;

    write_policy(f, "a.json",
                 "{\"schema\": \"cupel.policy/1\", \"name\": \"a\", \"extends\": \"b\"}");
    write_policy(f, "b.json",
                 "{\"schema\": \"cupel.policy/1\", \"name\": \"b\", \"extends\": \"a\"}");
    assert_int_equal(load(f, "a"), -ELOOP);
    assert_string_equal(f->err.text, "policy \"a\": what it extends leads back to \"a\"");
}

static void a_policy_of_more_than_a_mebibyte_is_refused(void **state)
{
    struct fixture *f = *state;

    write_child(f, "child", "");
    CUPEL_AUTO_FD fd = openat(f->fd, "child.json", O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, MIB + 1), 0);
    assert_int_equal(load(f, "child"), -EFBIG);
}

static void the_hash_is_of_what_is_said_and_not_of_how(void **state)
{
    struct fixture *f = *state;
    char first[CUPEL_SHA256_HEX_SIZE];

    write_child(f, "child", ", \"limits\": {\"memory\": \"64 MiB\", \"cpu\": \"1 s\"}");
    assert_int_equal(load(f, "child"), 0);
    memcpy(first, f->policy->sha256, sizeof(first));
    cupel_policy_free(f->policy);
    f->policy = NULL;

    write_child(f, "child", ",\n\"limits\": {\"cpu\": \"1000 ms\", \"memory\": 67108864}");
    assert_int_equal(load(f, "child"), 0);
    assert_string_equal(f->policy->sha256, first);
    cupel_policy_free(f->policy);
    f->policy = NULL;

    write_child(f, "child", ", \"limits\": {\"cpu\": \"1001 ms\", \"memory\": 67108864}");
    assert_int_equal(load(f, "child"), 0);
    assert_string_not_equal(f->policy->sha256, first);
}

static void groups_do_not_offer_what_no_policy_may_allow(void **state)
{
    const struct cupel_group *never = cupel_group_find(CUPEL_GROUP_NEVER);

    (void)state;
    for (size_t g = 0; cupel_group_at(g) != NULL; g++) {
        const struct cupel_group *group = cupel_group_at(g);
        if (group == never || strcmp(group->name, "@async-io") == 0)
            continue;
        for (size_t i = 0; group->calls[i] != NULL; i++) {
            for (size_t j = 0; never->calls[j] != NULL; j++)
                assert_string_not_equal(group->calls[i], never->calls[j]);
        }
    }
}

static void groups_name_calls_that_exist_in_order(void **state)
{
    (void)state;
    for (size_t g = 0; cupel_group_at(g) != NULL; g++) {
        const struct cupel_group *group = cupel_group_at(g);
        for (size_t i = 0; group->calls[i] != NULL; i++) {
            struct cupel_call_set set = {0};
            if (cupel_call_set_add_name(&set, CUPEL_ARCH_X86_64, group->calls[i]) == -ENOENT)
                fail_msg("%s: no call %s", group->name, group->calls[i]);
            if (i > 0 && strcmp(group->calls[i - 1], group->calls[i]) >= 0)
                fail_msg("%s: %s", group->name, group->calls[i]);
        }
    }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_child_narrows_freely_and_keeps_the_rest),
        WITH_FOLDER(a_child_widens_with_a_reason),
        WITH_FOLDER(a_path_is_taken_as_well_as_a_name),
        WITH_FOLDER(a_policy_may_refine_the_shipped_one_of_its_name),
        WITH_FOLDER(a_missing_policy_is_named_with_those_that_exist),
        WITH_FOLDER(a_circle_of_policies_is_refused),
        WITH_FOLDER(a_policy_of_more_than_a_mebibyte_is_refused),
        WITH_FOLDER(the_hash_is_of_what_is_said_and_not_of_how),
        cmocka_unit_test(groups_do_not_offer_what_no_policy_may_allow),
        cmocka_unit_test(groups_name_calls_that_exist_in_order),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
