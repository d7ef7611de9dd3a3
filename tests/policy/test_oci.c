/*
 * Profiles of containers are read as libseccomp takes them: a profile's rules are given to it
 * as crun does, in their order, and the program that it makes is asked about every call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpf.h"
#include "cupel/path.h"
#include "policy/action.h"
#include "policy/oci.h"
#include "policy/rules.h"

#define SHIPPED "/usr/share/containers/seccomp.json"
#define TRIALS  400 /* for each call */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

static uint32_t action_of(const json_t *object, const char *key, const char *errno_key)
{
    const json_t *number = json_object_get(object, errno_key);
    const char *name = text_of(object, key);

    if (strcmp(name, "SCMP_ACT_ALLOW") == 0)
        return SCMP_ACT_ALLOW;
    if (strcmp(name, "SCMP_ACT_ERRNO") == 0)
        return SCMP_ACT_ERRNO(number != NULL ? (uint32_t)json_integer_value(number) : EPERM);
    assert_string_equal(name, "SCMP_ACT_KILL_PROCESS");
    return SCMP_ACT_KILL_PROCESS;
}

static bool is_in_force(const json_t *entry)
{
    const json_t *includes = json_object_get(entry, "includes");
    const json_t *excludes = json_object_get(entry, "excludes");
    const json_t *arches = json_object_get(includes, "arches");
    bool ours = json_array_size(arches) == 0;
    json_t *name;
    size_t i;

    json_array_foreach(arches, i, name)
    {
        ours = ours || strcmp(json_string_value(name), "amd64") == 0;
    }
    return ours && json_array_size(json_object_get(includes, "caps")) == 0 &&
           json_object_get(excludes, "minKernel") == NULL;
}

static struct scmp_arg_cmp comparison_of(const json_t *argument)
{
    static const char *const names[] = {[SCMP_CMP_NE] = "SCMP_CMP_NE",
                                        [SCMP_CMP_LT] = "SCMP_CMP_LT",
                                        [SCMP_CMP_LE] = "SCMP_CMP_LE",
                                        [SCMP_CMP_EQ] = "SCMP_CMP_EQ",
                                        [SCMP_CMP_GE] = "SCMP_CMP_GE",
                                        [SCMP_CMP_GT] = "SCMP_CMP_GT",
                                        [SCMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ"};
    struct scmp_arg_cmp c = {
        .arg = (unsigned)json_integer_value(json_object_get(argument, "index")),
        .datum_a = (scmp_datum_t)json_integer_value(json_object_get(argument, "value")),
        .datum_b = (scmp_datum_t)json_integer_value(json_object_get(argument, "valueTwo"))};

    for (size_t i = SCMP_CMP_NE; i <= SCMP_CMP_MASKED_EQ; i++) {
        if (strcmp(names[i], text_of(argument, "op")) == 0)
            c.op = (enum scmp_compare)i;
    }
    return c;
}

/* As crun does: conditions on one argument that is given twice are rules of their own. */
static void add_rule(scmp_filter_ctx ctx, uint32_t action, int number, const json_t *args)
{
    struct scmp_arg_cmp compare[CUPEL_ARGUMENTS];
    unsigned count = 0;
    bool repeated = false;
    json_t *one;
    size_t i;

    json_array_foreach(args, i, one)
    {
        compare[count] = comparison_of(one);
        for (unsigned j = 0; j < count; j++)
            repeated = repeated || compare[j].arg == compare[count].arg;
        count++;
    }
    if (!repeated) {
        assert_int_equal(seccomp_rule_add_array(ctx, action, number, count, compare), 0);
        return;
    }
    for (unsigned j = 0; j < count; j++)
        assert_int_equal(seccomp_rule_add_array(ctx, action, number, 1, &compare[j]), 0);
}

static void add_entry(scmp_filter_ctx ctx, uint32_t unknown, const json_t *entry)
{
    uint32_t action = action_of(entry, "action", "errnoRet");
    const json_t *names = json_object_get(entry, "names");
    json_t *name;
    size_t i;

    if (!is_in_force(entry) || action == unknown)
        return;
    json_array_foreach(names, i, name)
    {
        int number = cupel_call_number(CUPEL_ARCH_X86_64, json_string_value(name));
        if (number >= 0)
            add_rule(ctx, action, number, json_object_get(entry, "args"));
    }
    if (names == NULL)
        add_rule(ctx, action, cupel_call_number(CUPEL_ARCH_X86_64, text_of(entry, "name")),
                 json_object_get(entry, "args"));
}

static void compile(const json_t *profile, struct cupel_filter *ret)
{
    uint32_t unknown = action_of(profile, "defaultAction", "defaultErrnoRet");
    json_t *entry;
    size_t len;
    size_t i;

    assert_int_equal(seccomp_api_set(3), 0);
    scmp_filter_ctx ctx = seccomp_init(unknown);
    assert_non_null(ctx);
    json_array_foreach(json_object_get(profile, "syscalls"), i, entry)
    {
        add_entry(ctx, unknown, entry);
    }
    int fd = memfd_create("filter", MFD_CLOEXEC);
    assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(cupel_path_read_fd(fd, 1U << 20, (char **)&ret->instructions, &len), 0);
    ret->count = len / sizeof(struct sock_filter);
    (void)close(fd);
    seccomp_release(ctx);
}

/* Numbers that profiles are about, their neighbours, and single bits. */
static uint64_t pick(void)
{
    static const uint64_t values[] = {0,  1,  2,  3,       8,       9,
                                      10, 16, 40, 0x20000, 0x20008, UINT32_MAX};

    switch (rand() % 3) {
    case 0:
        return values[(size_t)rand() % (sizeof(values) / sizeof(values[0]))];
    case 1:
        return (uint64_t)(rand() % 20);
    default:
        return 1ULL << (rand() % 32);
    }
}

static bool is_in(const struct cupel_cube *cube, const uint64_t *args)
{
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if ((args[i] & cube->mask[i]) != cube->value[i])
            return false;
    }
    return true;
}

static void compare_call(const struct cupel_filter *filter, const struct cupel_oci *oci,
                         int number)
{
    struct cupel_policy_case *cases = NULL;
    size_t count = 0;

    assert_int_equal(cupel_oci_cases(oci, number, &cases, &count, NULL), 0);
    for (size_t trial = 0; trial < TRIALS; trial++) {
        struct seccomp_data data = {.nr = number, .arch = AUDIT_ARCH_X86_64};
        size_t found = 0;
        for (size_t i = 0; i < CUPEL_ARGUMENTS; i++)
            data.args[i] = pick();
        uint64_t args[CUPEL_ARGUMENTS];
        memcpy(args, data.args, sizeof(args));
        for (size_t i = 0; i < count; i++) {
            if (!is_in(&cases[i].cube, args))
                continue;
            found++;
            uint32_t expected = bpf_run(filter, &data, NULL);
            uint32_t answer = cupel_action_seccomp(cases[i].decision.action);
            if (answer != expected)
                fail_msg("call %d (%#jx, %#jx, %#jx): read as %#x, libseccomp's is %#x", number,
                         (uintmax_t)args[0], (uintmax_t)args[1], (uintmax_t)args[2], answer,
                         expected);
        }
        assert_int_equal(found, 1);
    }
    free(cases);
}

static void compare_profile(const char *path)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_filter filter = {0};
    struct cupel_oci *oci = NULL;

    json_t *profile = json_load_file(path, 0, NULL);
    assert_non_null(profile);
    compile(profile, &filter);
    assert_int_equal(cupel_oci_load(path, CUPEL_ARCH_X86_64, &diagnostics, &oci, NULL), 0);
    for (int number = 0; number < CUPEL_CALLS; number++)
        compare_call(&filter, oci, number);
    cupel_oci_free(oci);
    cupel_filter_clear(&filter);
    json_decref(profile);
}

static void each_feature_of_profiles_is_read_as_libseccomp_does(void **state)
{
    (void)state;
    compare_profile(CUPEL_CONTAINER);
}

static void a_widely_used_profile_is_read_as_libseccomp_does(void **state)
{
    (void)state;
    if (access(SHIPPED, R_OK) < 0)
        skip();
    compare_profile(SHIPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_feature_of_profiles_is_read_as_libseccomp_does),
        cmocka_unit_test(a_widely_used_profile_is_read_as_libseccomp_does),
    };

    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        return 77;
    srand(1);
    return cmocka_run_group_tests_name("oci", tests, NULL, NULL);
}
