/*
 * All calls of all shipped policies on both architectures: the compiled filter does what the
 * policy's cases say, which cupel_policy_decide() says too; other entries are killed; and what
 * programs call most costs few instructions.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/audit.h>

#include <cmocka.h>

#include "policies.h"
#include "policy/action.h"
#include "policy/groups.h"

#define COUNT(array)      (sizeof(array) / sizeof((array)[0]))
#define SWEPT             600 /* beyond the last number that any call has */
#define X32               0x40000000
#define MOST_INSTRUCTIONS 25
#define SAMPLES           3

struct swept {
    const char *name;
    enum cupel_arch arch;
    enum cupel_filter_mode mode;
    struct cupel_policy *policy;
    struct cupel_filter filter;
};

/* Calls check for each shipped policy on each architecture in each mode. */
static void for_all(void (*check)(const struct swept *swept))
{
    for (const char *const *name = shipped_policies(); *name != NULL; name++) {
        for (int i = 0; i < 2 * CUPEL_ARCH_COUNT; i++) {
            struct swept swept = {.name = *name,
                                  .arch = (enum cupel_arch)(i / 2),
                                  .mode =
                                      i % 2 == 0 ? CUPEL_FILTER_ENFORCE : CUPEL_FILTER_NOTIFY};
            swept.policy = load_shipped(*name, swept.arch);
            swept.filter = compile_policy(swept.policy, swept.mode);
            check(&swept);
            cupel_filter_clear(&swept.filter);
            cupel_policy_free(swept.policy);
        }
    }
}

/* What the filter has to return for a decision on a call with this first argument. */
static uint32_t expected(const struct swept *swept, int number, uint64_t arg0,
                         struct cupel_action action)
{
    bool fails = number == cupel_call_number(swept->arch, "exit_group") && (arg0 & 0xff) != 0;
    bool denied =
        !cupel_action_allows(action) && number != cupel_call_number(swept->arch, "clone3");

    return swept->mode == CUPEL_FILTER_NOTIFY && (denied || fails)
               ? SECCOMP_RET_USER_NOTIF
               : cupel_action_seccomp(action);
}

static void check_arguments(const struct swept *swept, int number,
                            const struct cupel_policy_case *one, const uint64_t *args)
{
    uint32_t value = ask_filter(&swept->filter, swept->arch, number, args);

    if (value != expected(swept, number, args[0], one->decision.action))
        fail_msg("%s, %s: call %d(%#lx, %#lx, %#lx): %#x", cupel_arch_names[swept->arch],
                 swept->name, number, args[0], args[1], args[2], value);
}

/* Arguments of a case: what it leaves open is all zero, all one and random. */
static void check_case(const struct swept *swept, int number,
                       const struct cupel_policy_case *one, uint64_t *seed)
{
    for (int sample = 0; sample < SAMPLES; sample++) {
        uint64_t args[CUPEL_ARGUMENTS];
        for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
            uint64_t open = sample == 0 ? 0 : sample == 1 ? UINT64_MAX : next_random(seed);
            args[i] = one->cube.value[i] | (open & ~one->cube.mask[i]);
        }
        check_arguments(swept, number, one, args);
    }
}

static void check_all_calls(const struct swept *swept)
{
    uint64_t seed = 88172645463325252ULL;

    for (int number = 0; number < SWEPT; number++) {
        struct cupel_policy_case *cases = NULL;
        size_t count = 0;
        assert_int_equal(cupel_policy_cases(swept->policy, number, &cases, &count, NULL), 0);
        for (size_t i = 0; i < count; i++)
            check_case(swept, number, &cases[i], &seed);
        free(cases);
    }
}

static void filters_do_what_the_cases_say(void **state)
{
    (void)state;
    for_all(check_all_calls);
}

/* By random arguments, small and large. */
static void check_decisions(const struct swept *swept)
{
    uint64_t seed = 2463534242ULL;

    for (int number = 0; number < SWEPT; number++) {
        struct cupel_decision decision;
        uint64_t args[CUPEL_ARGUMENTS];
        for (size_t i = 0; i < CUPEL_ARGUMENTS; i++)
            args[i] = next_random(&seed) >> next_random(&seed) % 64;
        assert_int_equal(cupel_policy_decide(swept->policy, number, args, &decision, NULL), 0);
        const struct cupel_policy_case one = {.decision = decision};
        check_arguments(swept, number, &one, args);
        assert_non_null(decision.origin.why);
        assert_true((decision.by == CUPEL_DECIDED_BY_INVARIANT) ==
                    (decision.origin.file == NULL));
    }
}

static void filters_do_what_is_decided(void **state)
{
    (void)state;
    for_all(check_decisions);
}

static void check_numbers_without_a_call(const struct swept *swept)
{
    static const int numbers[] = {470, 1023, 1024, 1025, 9999, -1, X32 - 1};
    static const uint64_t args[CUPEL_ARGUMENTS] = {0};

    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct cupel_decision decision;
        uint32_t value = ask_filter(&swept->filter, swept->arch, numbers[i], args);
        assert_int_equal(cupel_policy_decide(swept->policy, numbers[i], args, &decision, NULL),
                         0);
        assert_int_equal(decision.by, CUPEL_DECIDED_BY_UNKNOWN);
        assert_int_equal(value, expected(swept, numbers[i], args[0], decision.action));
        if (swept->mode == CUPEL_FILTER_ENFORCE)
            assert_int_equal(value, SECCOMP_RET_ERRNO | ENOSYS);
    }
}

static void numbers_without_a_call_are_unknown(void **state)
{
    (void)state;
    for_all(check_numbers_without_a_call);
}

static void assert_killed(const struct swept *swept, uint32_t arch, int number)
{
    const struct seccomp_data data = {.arch = arch, .nr = number};
    uint32_t value = bpf_run(&swept->filter, &data, NULL);

    if (value != SECCOMP_RET_KILL_PROCESS)
        fail_msg("%s: call %d of %#x: %#x", swept->name, number, arch, value);
}

static void check_other_entries(const struct swept *swept)
{
    static const uint32_t archs[] = {AUDIT_ARCH_I386,    AUDIT_ARCH_X86_64,  AUDIT_ARCH_ARM,
                                     AUDIT_ARCH_AARCH64, AUDIT_ARCH_RISCV64, 0};

    for (int number = -1; number < SWEPT; number++) {
        for (size_t i = 0; i < COUNT(archs); i++) {
            if (archs[i] != audit_arch(swept->arch))
                assert_killed(swept, archs[i], number);
        }
        if (swept->arch == CUPEL_ARCH_X86_64 && number >= 0)
            assert_killed(swept, AUDIT_ARCH_X86_64, X32 | number);
    }
}

static void other_entries_are_killed(void **state)
{
    (void)state;
    for_all(check_other_entries);
}

static void check_kernel_surface(const struct swept *swept)
{
    const struct cupel_group *never = cupel_group_find(CUPEL_GROUP_NEVER);

    for (size_t i = 0; never->calls[i] != NULL; i++) {
        struct cupel_policy_case *cases = NULL;
        size_t count = 0;
        int number = cupel_call_number(swept->arch, never->calls[i]);
        if (number < 0)
            continue;
        assert_int_equal(cupel_policy_cases(swept->policy, number, &cases, &count, NULL), 0);
        assert_int_equal(count, 1);
        assert_false(cupel_action_allows(cases[0].decision.action));
        free(cases);
    }
}

static void nothing_of_the_kernel_surface_is_allowed(void **state)
{
    (void)state;
    for_all(check_kernel_surface);
}

static void check_costs(const struct swept *swept)
{
    static const char *const frequent[] = {"read",  "write", "openat",     "close",
                                           "fstat", "mmap",  "munmap",     "brk",
                                           "futex", "lseek", "newfstatat", "clock_gettime"};

    for (size_t i = 0; i < COUNT(frequent); i++) {
        struct seccomp_data data = {.arch = audit_arch(swept->arch)};
        size_t steps = 0;
        data.nr = cupel_call_number(swept->arch, frequent[i]);
        assert_true(data.nr >= 0);
        (void)bpf_run(&swept->filter, &data, &steps);
        if (steps > MOST_INSTRUCTIONS)
            fail_msg("%s, %s: %s takes %zu instructions", cupel_arch_names[swept->arch],
                     swept->name, frequent[i], steps);
    }
}

static void frequent_calls_take_few_instructions(void **state)
{
    (void)state;
    for_all(check_costs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_do_what_the_cases_say),
        cmocka_unit_test(filters_do_what_is_decided),
        cmocka_unit_test(numbers_without_a_call_are_unknown),
        cmocka_unit_test(other_entries_are_killed),
        cmocka_unit_test(nothing_of_the_kernel_surface_is_allowed),
        cmocka_unit_test(frequent_calls_take_few_instructions),
    };
    return cmocka_run_group_tests_name("policy sweep", tests, NULL, NULL);
}
