/*
 * Another compiler for the same cases: what libseccomp makes of them does the same, call by
 * call. On this machine's architecture, since libseccomp does not take the numbers of others.
 */
#include <fcntl.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "policies.h"
#include "policy/action.h"

#define SWEPT            600
#define INSTRUCTION_SIZE 8
#define TREE             2 /* of SCMP_FLTATR_CTL_OPTIMIZE */

static void add_case(scmp_filter_ctx ctx, int number, const struct cupel_policy_case *one)
{
    struct scmp_arg_cmp compare[CUPEL_ARGUMENTS];
    unsigned count = 0;

    for (unsigned i = 0; i < CUPEL_ARGUMENTS; i++) {
        if (one->cube.mask[i] != 0)
            compare[count++] = (struct scmp_arg_cmp){.arg = i,
                                                     .op = SCMP_CMP_MASKED_EQ,
                                                     .datum_a = one->cube.mask[i],
                                                     .datum_b = one->cube.value[i]};
    }
    assert_int_equal(seccomp_rule_add_array(ctx, cupel_action_seccomp(one->decision.action),
                                            number, count, compare),
                     0);
}

static void add_call(scmp_filter_ctx ctx, const struct cupel_policy *policy, int number)
{
    const uint64_t args[CUPEL_ARGUMENTS] = {0};
    struct cupel_policy_case *cases = NULL;
    struct cupel_decision unknown;
    size_t count = 0;

    assert_int_equal(cupel_policy_decide(policy, -1, args, &unknown, NULL), 0);
    assert_int_equal(cupel_policy_cases(policy, number, &cases, &count, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        if (!cupel_action_equal(cases[i].decision.action, unknown.action))
            add_case(ctx, number, &cases[i]);
    }
    free(cases);
}

static struct cupel_filter export(scmp_filter_ctx ctx)
{
    struct cupel_filter filter = {0};
    struct stat st;

    CUPEL_AUTO_FD fd = memfd_create("filter", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
    assert_int_equal(fstat(fd, &st), 0);
    filter.instructions = malloc((size_t)st.st_size);
    assert_non_null(filter.instructions);
    assert_int_equal(pread(fd, filter.instructions, (size_t)st.st_size, 0), st.st_size);
    filter.count = (size_t)st.st_size / INSTRUCTION_SIZE;
    return filter;
}

static struct cupel_filter compile_by_libseccomp(const struct cupel_policy *policy)
{
    const uint64_t args[CUPEL_ARGUMENTS] = {0};
    struct cupel_decision unknown;

    assert_int_equal(cupel_policy_decide(policy, -1, args, &unknown, NULL), 0);
    assert_int_equal(seccomp_api_set(3), 0); /* has SCMP_ACT_KILL_PROCESS and _LOG */
    scmp_filter_ctx ctx = seccomp_init(cupel_action_seccomp(unknown.action));
    assert_non_null(ctx);
    assert_int_equal(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), 0);
    assert_int_equal(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, TREE), 0);
    for (int number = SWEPT; number-- > 0;)
        add_call(ctx, policy, number);
    struct cupel_filter filter = export(ctx);
    seccomp_release(ctx);
    return filter;
}

static void compare_call(const struct cupel_policy *policy, const struct cupel_filter *ours,
                         const struct cupel_filter *theirs, int number, uint64_t *seed)
{
    struct cupel_policy_case *cases = NULL;
    size_t count = 0;

    assert_int_equal(cupel_policy_cases(policy, number, &cases, &count, NULL), 0);
    for (size_t n = 0; n < count; n++) {
        uint64_t args[CUPEL_ARGUMENTS];
        for (size_t i = 0; i < CUPEL_ARGUMENTS; i++)
            args[i] = cases[n].cube.value[i] | (next_random(seed) & ~cases[n].cube.mask[i]);
        assert_int_equal(ask_filter(ours, policy->arch, number, args),
                         ask_filter(theirs, policy->arch, number, args));
    }
    free(cases);
}

static void libseccomp_makes_the_same_of_all_cases(void **state)
{
    uint64_t seed = 88172645463325252ULL;

    (void)state;
    for (const char *const *name = shipped_policies(); *name != NULL; name++) {
        struct cupel_policy *policy = load_shipped(*name, cupel_arch_native());
        struct cupel_filter ours = compile_policy(policy, CUPEL_FILTER_ENFORCE);
        struct cupel_filter theirs = compile_by_libseccomp(policy);
        for (int number = -1; number < SWEPT; number++)
            compare_call(policy, &ours, &theirs, number, &seed);
        cupel_filter_clear(&ours);
        cupel_filter_clear(&theirs);
        cupel_policy_free(policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libseccomp_makes_the_same_of_all_cases),
    };
    return cmocka_run_group_tests_name("policy libseccomp", tests, NULL, NULL);
}
