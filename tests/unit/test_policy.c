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
#include "policy/limits.h"
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

static void check_origin(const struct fixture *f, enum cupel_policy_part part, size_t index,
                         const char *policy, unsigned line, unsigned column, const char *why)
{
    struct cupel_origin origin;
    char file[128];

    cupel_policy_origin(f->policy, part, index, &origin);
    (void)snprintf(file, sizeof(file), "%s/%s.json", f->folder, policy);
    assert_string_equal(origin.policy, policy);
    assert_string_equal(origin.file, file);
    assert_int_equal(origin.line, line);
    assert_int_equal(origin.column, column);
    assert_string_equal(origin.why, why);
}

static void each_part_has_the_origin_that_decided_it(void **state)
{
    struct fixture *f = *state;
    struct cupel_origin origin;

    write_child(f, "child",
                ", \"why\": \"more\",\n\"limits\": {\"cpu\": \"6 s\"},\n"
                "\"files\": {\"writable\": [\"/box\",\n \"/tmp\"]}, \"environment\": "
                "[\"LANG\"],\n\"network\": \"loopback\", \"syscalls\": {\"rules\": [\n"
                "{\"allow\": [\"prctl\"], \"when\": [\"arg0 == 1\", \"arg0 == 2\"], "
                "\"why\": \"to print\"}]}");
    assert_int_equal(load(f, "child"), 0);
    check_origin(f, CUPEL_PART_LIMIT, 0, "base", 1, 83, "the root");
    check_origin(f, CUPEL_PART_LIMIT, 1, "child", 2, 19, "more");
    check_origin(f, CUPEL_PART_READ_ONLY, 0, "base", 1, 279, "the root");
    check_origin(f, CUPEL_PART_WRITABLE, 1, "child", 4, 2, "more");
    check_origin(f, CUPEL_PART_ENVIRONMENT, 0, "child", 4, 28, "more");
    check_origin(f, CUPEL_PART_NETWORK, 0, "child", 5, 12, "more");
    check_origin(f, CUPEL_PART_REQUIRE, 0, "base", 1, 361, "the root");
    check_origin(f, CUPEL_PART_UNKNOWN, 0, "base", 1, 397, "the root");
    check_origin(f, CUPEL_PART_RULE, 0, "base", 1, 417, "to read");
    check_origin(f, CUPEL_PART_RULE, 2, "child", 6, 1, "to print");
    cupel_policy_origin(f->policy, CUPEL_PART_LIMIT, CUPEL_LIMIT_KEYS - 1, &origin);
    assert_null(origin.file); /* "cpus" is a default */
}

static void a_call_of_another_architecture_is_a_note(void **state)
{
    struct fixture *f = *state;

    f->diagnostics.remarks = true;
    write_child(f, "child",
                ", \"syscalls\": {\"rules\": [{\"allow\": [\"open\", \"close\"], "
                "\"why\": \"to open\"}]}");
    assert_int_equal(cupel_policy_load(f->folder, "child", CUPEL_ARCH_AARCH64, &f->diagnostics,
                                       &f->policy, &f->err),
                     0);
    assert_int_equal(f->diagnostics.count, 1);
    assert_int_equal(f->diagnostics.items[0].severity, CUPEL_SEVERITY_NOTE);
    assert_string_equal(f->diagnostics.items[0].text,
                        "syscalls.rules[0].allow[0]: aarch64 has no system call \"open\"");
    cupel_policy_free(f->policy);
    f->policy = NULL;
    cupel_diagnostics_clear(&f->diagnostics);
    assert_int_equal(cupel_policy_load(f->folder, "child", CUPEL_ARCH_X86_64, &f->diagnostics,
                                       &f->policy, &f->err),
                     0);
    assert_int_equal(f->diagnostics.count, 0);
}

/* Decided not to be in a group: without a rule of their own they are unknown. */
static const char *const without_group[] = {
    /* arguments decide, so policies have rules for them */
    "clone3", "execveat", "ioctl", "listmount", "personality", "prctl", "prlimit64",
    "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler", "setpriority",
    "statmount",
    /* of use to few, who can do without */
    "cachestat", "file_setattr", "get_mempolicy", "io_cancel", "io_destroy", "io_getevents",
    "io_pgetevents", "io_setup", "io_submit", "ioprio_get", "ioprio_set", "landlock_add_rule",
    "landlock_create_ruleset", "landlock_restrict_self", "lsm_get_self_attr",
    "lsm_list_modules", "mbind", "migrate_pages", "move_pages", "mq_getsetattr", "mq_notify",
    "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "process_madvise",
    "process_mrelease", "remap_file_pages", "seccomp", "set_mempolicy",
    "set_mempolicy_home_node", "sync", "syncfs",
    /* the kernel's own, or gone from it */
    "_sysctl", "afs_syscall", "epoll_ctl_old", "epoll_wait_old", "get_thread_area", "getpmsg",
    "putpmsg", "security", "set_thread_area", "sysfs", "tuxcall", "uprobe", "uretprobe",
    "ustat", "vserver"};

static bool is_in_a_group(const char *name)
{
    for (size_t g = 0; cupel_group_at(g) != NULL; g++) {
        const struct cupel_group *group = cupel_group_at(g);
        for (size_t i = 0; group->calls[i] != NULL; i++) {
            if (strcmp(group->calls[i], name) == 0)
                return true;
        }
    }
    return false;
}

static bool is_without_group(const char *name)
{
    for (size_t i = 0; i < sizeof(without_group) / sizeof(without_group[0]); i++) {
        if (strcmp(without_group[i], name) == 0)
            return true;
    }
    return false;
}

static void each_call_up_to_linux_6_18_was_thought_of(void **state)
{
    (void)state;
    for (int i = 0; i < CUPEL_ARCH_COUNT * 470; i++) {
        char name[CUPEL_CALL_NAME_SIZE];
        if (cupel_call_name((enum cupel_arch)(i / 470), i % 470, name) &&
            is_in_a_group(name) == is_without_group(name))
            fail_msg("%s: in a group, or among those without one?", name);
    }
}

static void numbers_and_names_are_of_the_architecture(void **state)
{
    static const struct {
        const char *name;
        int x86_64;
        int aarch64;
    } calls[] = {
        {"read", 0, 63},          {"open", 2, -ENOSYS},       {"clone3", 435, 435},
        {"statmount", 457, 457},  {"mseal", 462, 462},        {"file_setattr", 469, 469},
        {"uprobe", 336, -ENOSYS}, {"forc", -ENOENT, -ENOENT}, {"socketcall", -ENOSYS, -ENOSYS},
    };
    char name[CUPEL_CALL_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        assert_int_equal(cupel_call_number(CUPEL_ARCH_X86_64, calls[i].name), calls[i].x86_64);
        assert_int_equal(cupel_call_number(CUPEL_ARCH_AARCH64, calls[i].name),
                         calls[i].aarch64);
        if (calls[i].aarch64 < 0)
            continue;
        assert_true(cupel_call_name(CUPEL_ARCH_AARCH64, calls[i].aarch64, name));
        assert_string_equal(name, calls[i].name);
    }
    assert_false(cupel_call_name(CUPEL_ARCH_AARCH64, 336, name));
    assert_false(cupel_call_name(CUPEL_ARCH_X86_64, -1, name));
    assert_string_equal(name, "");
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
        WITH_FOLDER(each_part_has_the_origin_that_decided_it),
        WITH_FOLDER(a_call_of_another_architecture_is_a_note),
        cmocka_unit_test(each_call_up_to_linux_6_18_was_thought_of),
        cmocka_unit_test(numbers_and_names_are_of_the_architecture),
        cmocka_unit_test(groups_do_not_offer_what_no_policy_may_allow),
        cmocka_unit_test(groups_name_calls_that_exist_in_order),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
