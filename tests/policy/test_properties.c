/*
 * What holds for all policies, tried on random ones. The sequence is fixed; CUPEL_SEED starts
 * another, and a failure prints the one that it needs to come again.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "policies.h"
#include "policy/action.h"
#include "random_rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS       400
#define TRIES        40

static uint64_t start_of_round;
static int too_many;

/* Calls try so many times, each with a seed of its own, which is printed where it fails. */
static void repeat(void (*try)(uint64_t *seed))
{
    const char *given = getenv("CUPEL_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 88172645463325252ULL;

    assert_int_not_equal(seed, 0);
    for (int round = 0; round < ROUNDS; round++) {
        start_of_round = seed;
        try(&seed);
    }
}

static const char root_head[] =
    "{\"schema\": \"cupel.policy/1\", \"name\": \"root\", \"why\": \"a root\","
    "\"limits\": {\"wall\": \"10 s\", \"cpu\": \"5 s\", \"memory\": \"256 MiB\","
    " \"processes\": 32, \"open_files\": 64, \"file_size\": \"16 MiB\", \"disk\": \"64 MiB\","
    " \"inodes\": 4096, \"output\": \"1 MiB\", \"stack\": \"8 MiB\"},"
    "\"files\": {\"read_only\": [\"/usr\"], \"writable\": [\"/box\"], \"devices\": "
    "[\"null\"]}, \"environment\": [\"LANG\"], \"require\": [\"seccomp\", \"landlock\"], ";
static const char child_head[] =
    "{\"schema\": \"cupel.policy/1\", \"name\": \"child\", \"extends\": \"root\"";

static void write_rules(const struct random_rule *rules, size_t count, FILE *out)
{
    (void)fputs("\"rules\": [", out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        write_rule(&rules[i], out);
    }
    (void)fputs("]}}", out);
}

/* The first rules in a root, the others in its child. */
static int merge_rules(const struct random_rule *rules, size_t in_root, size_t count,
                       enum cupel_network network, enum cupel_arch arch,
                       struct cupel_policy **ret)
{
    CUPEL_AUTO_FREE char *root = NULL;
    CUPEL_AUTO_FREE char *child = NULL;
    size_t size;

    FILE *out = open_memstream(&root, &size);
    assert_non_null(out);
    (void)fprintf(out, "%s\"network\": \"%s\", \"syscalls\": {\"unknown\": \"ENOSYS\", ",
                  root_head, network == CUPEL_NETWORK_NONE ? "none" : "loopback");
    write_rules(rules, in_root, out);
    (void)fclose(out);
    out = open_memstream(&child, &size);
    assert_non_null(out);
    (void)fprintf(out, "%s, \"syscalls\": {", child_head);
    write_rules(rules + in_root, count - in_root, out);
    (void)fclose(out);
    return merge_texts(root, child, arch, ret);
}

/* Filter, decision and plain evaluation of one call agree. */
static void check_call(const struct cupel_policy *policy, const struct cupel_filter *filter,
                       const struct random_rule *rules, size_t count, size_t call,
                       uint64_t *seed)
{
    static const struct cupel_action unknown = {CUPEL_ACTION_ERRNO, ENOSYS};
    uint64_t args[CUPEL_ARGUMENTS] = {random_value(seed), random_value(seed)};
    struct cupel_decision decision;
    int number = cupel_call_number(policy->arch, random_calls[call]);

    if (next_random(seed) % 3 == 0)
        args[next_random(seed) % 2] ^= next_random(seed) >> next_random(seed) % 64;
    struct cupel_action expected = evaluate(rules, count, call, args, policy->network, unknown);
    assert_int_equal(cupel_policy_decide(policy, number, args, &decision, NULL), 0);
    uint32_t value = ask_filter(filter, policy->arch, number, args);
    if (!cupel_action_equal(decision.action, expected) ||
        value != cupel_action_seccomp(expected))
        fail_msg("CUPEL_SEED=%" PRIu64 ": %s(%#" PRIx64 ", %#" PRIx64
                 "): filter %#x, decided %#x, expected %#x",
                 start_of_round, random_calls[call], args[0], args[1], value,
                 cupel_action_seccomp(decision.action), cupel_action_seccomp(expected));
}

static void try_rules(uint64_t *seed)
{
    struct random_rule rules[RANDOM_RULES];
    struct cupel_policy *policy = NULL;
    struct cupel_filter filter = {0};
    size_t count = 1 + next_random(seed) % RANDOM_RULES;
    enum cupel_network network = next_random(seed) % 2;
    enum cupel_arch arch = next_random(seed) % CUPEL_ARCH_COUNT;

    for (size_t i = 0; i < count; i++)
        rules[i] = make_random_rule(seed);
    assert_int_equal(
        merge_rules(rules, next_random(seed) % count, count, network, arch, &policy), 0);
    int r = cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, NULL);
    for (int i = 0; i < TRIES && r == 0; i++)
        check_call(policy, &filter, rules, count, (size_t)i % RANDOM_CALLS, seed);
    assert_true(r == 0 || r == -E2BIG);
    too_many += r == -E2BIG;
    cupel_filter_clear(&filter);
    cupel_policy_free(policy);
}

static void filter_decision_and_plain_evaluation_agree(void **state)
{
    (void)state;
    repeat(try_rules);
    assert_in_range(too_many, 0, ROUNDS / 4); /* or little is tried */
}

/* One member of a child: what it says, and whether that is more than the root gives. */
struct member {
    const char *text;
    bool widens;
};

static const struct member members[][4] = {
    {{"\"memory\": \"256 MiB\"", false},
     {"\"memory\": \"1 MiB\", \"wall\": \"1 s\"", false},
     {"\"memory\": \"257 MiB\"", true},
     {"\"wall\": \"1 s\", \"stack\": \"9 MiB\"", true}},
    {{"\"read_only\": [\"/usr/lib\", \"/usr\"]", false},
     {"\"writable\": []", false},
     {"\"read_only\": [\"/usrlocal\"]", true},
     {"\"devices\": [\"null\", \"random\"]", true}},
    {{"\"network\": \"none\"", false},
     {"\"require\": [\"landlock\", \"cgroup\", \"seccomp\"]", false},
     {"\"network\": \"loopback\"", true},
     {"\"require\": [\"landlock\"]", true}},
    {{"\"environment\": []", false},
     {"\"environment\": [\"LANG\"]", false},
     {"\"environment\": [\"LC_ALL\"]", true},
     {"\"environment\": [\"LANG\", \"HOME\"]", true}},
    {{"\"unknown\": \"kill\"", false},
     {"\"unknown\": \"errno EPERM\"", true},
     {"\"rules\": []", false},
     {"\"rules\": [{\"allow\": [\"write\"], \"why\": \"its own\"}]", false}},
};
static const char *const sections[] = {"\"limits\": {%s}", "\"files\": {%s}", "%s", "%s",
                                       "\"syscalls\": {%s}"};

static const char killing_root_tail[] =
    "\"network\": \"none\", \"syscalls\": {\"unknown\": \"kill\", \"rules\": ["
    "{\"allow\": [\"read\"], \"why\": \"to read\"}]}}";

/* A member of a section, inside it where the section has braces. */
static void write_section(size_t section, const char *text, FILE *out)
{
    const char *format = sections[section];
    const char *hole = strstr(format, "%s");

    (void)fprintf(out, ", %.*s%s%s", (int)(hole - format), format, text, hole + strlen("%s"));
}

/* A child of some of the members, in any order; with a reason or without one. */
static char *random_child(bool has_why, bool *ret_widens, uint64_t *seed)
{
    char *text = NULL;
    size_t size;
    size_t first = next_random(seed) % COUNT(members);

    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    (void)fputs(child_head, out);
    for (size_t i = 0; i < COUNT(members); i++) {
        size_t section = (first + i) % COUNT(members);
        const struct member *member = &members[section][next_random(seed) % 4];
        if (next_random(seed) % 2 == 0)
            continue;
        write_section(section, member->text, out);
        *ret_widens = *ret_widens || member->widens;
    }
    (void)fputs(has_why ? ", \"why\": \"a reason\"}" : "}", out);
    (void)fclose(out);
    return text;
}

static void try_child(uint64_t *seed)
{
    struct cupel_policy *policies[2] = {NULL, NULL};
    CUPEL_AUTO_FREE char *root = NULL;
    bool has_why = next_random(seed) % 2 == 0;
    bool widens = false;

    assert_true(asprintf(&root, "%s%s", root_head, killing_root_tail) > 0);
    CUPEL_AUTO_FREE char *child = random_child(has_why, &widens, seed);
    int r = merge_texts(root, child, CUPEL_ARCH_X86_64, &policies[0]);
    if (r != (widens && !has_why ? -EINVAL : 0))
        fail_msg("CUPEL_SEED=%" PRIu64 ": %d: %s", start_of_round, r, child);
    if (r < 0)
        return;
    assert_int_equal(merge_texts(root, child, CUPEL_ARCH_AARCH64, &policies[1]), 0);
    assert_string_equal(policies[0]->sha256, policies[1]->sha256);
    cupel_policy_free(policies[0]);
    cupel_policy_free(policies[1]);
}

static void nothing_is_widened_without_why_and_all_else_is_free(void **state)
{
    (void)state;
    repeat(try_child);
}

/* Whatever a child allows that its root does not, a rule of the child's says, with a reason. */
static void check_widened_call(const struct cupel_policy *root,
                               const struct cupel_policy *child, size_t call, uint64_t *seed)
{
    uint64_t args[CUPEL_ARGUMENTS] = {random_value(seed), random_value(seed)};
    int number = cupel_call_number(root->arch, random_calls[call]);
    struct cupel_decision before;
    struct cupel_decision after;

    int r = cupel_policy_decide(root, number, args, &before, NULL);
    if (r == 0)
        r = cupel_policy_decide(child, number, args, &after, NULL);
    assert_true(r == 0 || r == -E2BIG);
    if (r < 0)
        return;
    if (cupel_action_allows(before.action) || !cupel_action_allows(after.action))
        return;
    assert_int_equal(after.by, CUPEL_DECIDED_BY_RULE);
    assert_string_equal(after.origin.policy, "child");
    assert_string_equal(after.origin.why, "random");
}

static void try_widened_calls(uint64_t *seed)
{
    struct random_rule rules[RANDOM_RULES];
    struct cupel_policy *root = NULL;
    struct cupel_policy *child = NULL;

    for (size_t i = 0; i < RANDOM_RULES; i++)
        rules[i] = make_random_rule(seed);
    assert_int_equal(merge_rules(rules, 1, 1, CUPEL_NETWORK_NONE, CUPEL_ARCH_AARCH64, &root),
                     0);
    assert_int_equal(
        merge_rules(rules, 1, RANDOM_RULES, CUPEL_NETWORK_NONE, CUPEL_ARCH_AARCH64, &child), 0);
    for (int i = 0; i < TRIES; i++)
        check_widened_call(root, child, (size_t)i % RANDOM_CALLS, seed);
    cupel_policy_free(root);
    cupel_policy_free(child);
}

static void a_call_that_a_child_adds_has_a_rule_of_the_childs(void **state)
{
    (void)state;
    repeat(try_widened_calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_decision_and_plain_evaluation_agree),
        cmocka_unit_test(nothing_is_widened_without_why_and_all_else_is_free),
        cmocka_unit_test(a_call_that_a_child_adds_has_a_rule_of_the_childs),
    };
    return cmocka_run_group_tests_name("policy properties", tests, NULL, NULL);
}
