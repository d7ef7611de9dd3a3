/*
 * From the cases of all calls (decide.h) to a program for seccomp(2):
 *
 *   the architecture is the policy's, else kill
 *   x86-64: a number of x32's: kill
 *   a binary search for the number, among ranges of numbers that get the same
 *   where a call has several cases: its arguments are compared, one case after the other
 *
 * libseccomp took 1.2 ms for what takes 0.2 ms here, and does not take calls of another
 * architecture that it knows no name of. tests/policy holds the two against each other.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "cupel/hash.h"
#include "cupel/policy.h"
#include "policy/action.h"
#include "policy/decide.h"
#include "policy/program.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define X32_FIRST    0x40000000U /* __X32_SYSCALL_BIT */

static const uint32_t audit_archs[] = {
    [CUPEL_ARCH_X86_64] = AUDIT_ARCH_X86_64, [CUPEL_ARCH_AARCH64] = AUDIT_ARCH_AARCH64};

/* What numbers from `first` up to the next range get: a value, or what is at a label. */
struct range {
    size_t first;
    uint32_t value;
    cupel_label label; /* 0: none */
};

struct compiler {
    struct cupel_decider decider;
    enum cupel_filter_mode mode;
    int clone3; /* its number */
    int exit_group;
    struct cupel_program program;
    struct range ranges[CUPEL_CALLS + 1];
    size_t range_count;
};

/* What a filter returns for a case. */
static uint32_t value_of(const struct compiler *c, int number, const struct cupel_case *one)
{
    struct cupel_action action = cupel_decider_action(&c->decider, one);

    if (c->mode == CUPEL_FILTER_NOTIFY && !cupel_action_allows(action) && number != c->clone3)
        return SECCOMP_RET_USER_NOTIF;
    return cupel_action_seccomp(action);
}

/* Compare half an argument, 4 bytes from offset. */
static cupel_label test_half(struct cupel_program *program, size_t offset, uint32_t mask,
                             uint32_t value, cupel_label yes, cupel_label no)
{
    if (mask == 0)
        return yes;
    cupel_label label = cupel_program_if_equal(program, value, yes, no);
    if (mask != UINT32_MAX)
        label = cupel_program_and(program, mask, label);
    return cupel_program_load(program, offset, label);
}

static cupel_label test_cube(struct cupel_program *program, const struct cupel_cube *cube,
                             cupel_label yes, cupel_label no)
{
    for (size_t i = CUPEL_ARGUMENTS; i-- > 0;) {
        size_t offset = offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);
        uint64_t mask = cube->mask[i];
        uint64_t value = cube->value[i];
        yes = test_half(program, offset + 4, (uint32_t)(mask >> 32), (uint32_t)(value >> 32),
                        yes, no);
        yes = test_half(program, offset, (uint32_t)mask, (uint32_t)value, yes, no);
    }
    return yes;
}

/* The value that most cases have, which therefore is left for last. Of more values than there
 * is room for, any will do. */
static uint32_t commonest(const struct compiler *c, int number, const struct cupel_cases *cases)
{
    struct {
        uint32_t value;
        size_t cases;
    } tally[16] = {0};
    size_t best = 0;

    for (size_t i = 0; i < cases->count; i++) {
        uint32_t value = value_of(c, number, &cases->items[i]);
        size_t t = 0;
        while (t < COUNT(tally) - 1 && tally[t].cases > 0 && tally[t].value != value)
            t++;
        tally[t].value = value;
        tally[t].cases++;
        if (tally[t].cases > tally[best].cases)
            best = t;
    }
    return tally[best].value;
}

/* What a call gets: a value, or a piece of program where its arguments matter. */
static struct range range_of(struct compiler *c, size_t number, const struct cupel_cases *cases)
{
    uint32_t rest = commonest(c, (int)number, cases);
    struct range range = {.first = number, .value = rest};

    for (size_t i = 0; i < cases->count; i++) {
        uint32_t value = value_of(c, (int)number, &cases->items[i]);
        if (value == rest)
            continue;
        if (range.label == 0)
            range.label = cupel_program_return(&c->program, rest);
        cupel_label yes = cupel_program_return(&c->program, value);
        range.label = test_cube(&c->program, &cases->items[i].cube, yes, range.label);
    }
    return range;
}

static cupel_label label_of(struct compiler *c, const struct range *range)
{
    return range->label != 0 ? range->label : cupel_program_return(&c->program, range->value);
}

/* The only call that is allowed and told nevertheless: the end of a process that failed. Of its
 * argument the kernel takes 8 bits for a status. */
static struct range tell_failures(struct compiler *c, struct range range)
{
    struct cupel_program *program = &c->program;

    cupel_label otherwise = label_of(c, &range);
    cupel_label told = cupel_program_return(program, SECCOMP_RET_USER_NOTIF);
    cupel_label test = cupel_program_if_equal(program, 0, otherwise, told);
    test = cupel_program_and(program, 0xff, test);
    range.label = cupel_program_load(program, offsetof(struct seccomp_data, args), test);
    return range;
}

static void add_range(struct compiler *c, const struct range *range)
{
    const struct range *last = c->range_count > 0 ? &c->ranges[c->range_count - 1] : NULL;

    if (last != NULL && last->label == 0 && range->label == 0 && last->value == range->value)
        return;
    c->ranges[c->range_count++] = *range;
}

static int compile_call(struct compiler *c, size_t number)
{
    static const struct cupel_case unknown = {.rule = NULL};
    struct range range = {.first = number, .value = value_of(c, (int)number, &unknown)};
    struct cupel_cases cases = {0};

    if (number < CUPEL_CALLS && cupel_call_set_has(&c->decider.named, number)) {
        int r = cupel_decider_cases(&c->decider, number, &cases);
        if (r < 0)
            return r;
        range = range_of(c, number, &cases);
        cupel_cases_clear(&cases);
    }
    if (c->mode == CUPEL_FILTER_NOTIFY && (int)number == c->exit_group)
        range = tell_failures(c, range);
    add_range(c, &range);
    return 0;
}

/* A search for the number, in the accumulator, among some ranges. Halves the ranges each time:
 * as deep as there are bits in their count. */
static cupel_label search(struct compiler *c, size_t first, size_t end)
{
    if (end - first == 1)
        return label_of(c, &c->ranges[first]);
    size_t middle = first + (end - first) / 2;
    cupel_label above = search(c, middle, end);
    cupel_label below = search(c, first, middle);
    return cupel_program_if_least(&c->program, (uint32_t)c->ranges[middle].first, above, below);
}

static void write_entry(struct compiler *c)
{
    struct cupel_program *program = &c->program;
    enum cupel_arch arch = c->decider.policy->arch;

    cupel_label foreign = cupel_program_return(program, SECCOMP_RET_KILL_PROCESS);
    cupel_label found = search(c, 0, c->range_count);
    if (arch == CUPEL_ARCH_X86_64) {
        cupel_label high = cupel_program_if_equal(program, UINT32_MAX, found, foreign);
        found = cupel_program_if_least(program, X32_FIRST, high, found);
    }
    found = cupel_program_load(program, offsetof(struct seccomp_data, nr), found);
    found = cupel_program_if_equal(program, audit_archs[arch], found, foreign);
    (void)cupel_program_load(program, offsetof(struct seccomp_data, arch), found);
}

static int export(const struct cupel_program *program, struct cupel_filter *ret)
{
    struct sock_filter *instructions;
    struct cupel_hash hash;

    int r = cupel_program_finish(program, &instructions);
    if (r < 0)
        return r;
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, instructions, program->count * sizeof(*instructions));
    cupel_hash_hex(&hash, ret->sha256);
    ret->instructions = instructions;
    ret->count = program->count;
    return 0;
}

static int compile_all(struct compiler *c, struct cupel_error *err)
{
    enum cupel_arch arch = c->decider.policy->arch;
    char name[CUPEL_CALL_NAME_SIZE];

    c->clone3 = cupel_call_number(arch, "clone3");
    c->exit_group = cupel_call_number(arch, "exit_group");
    for (size_t number = 0; number <= CUPEL_CALLS; number++) {
        int r = compile_call(c, number);
        if (r < 0) {
            (void)cupel_call_name(arch, (int)number, name);
            return cupel_fail(err, r, "rules for %s: %s", name, cupel_cases_explain(r));
        }
    }
    write_entry(c);
    return 0;
}

int cupel_policy_compile(const struct cupel_policy *policy, enum cupel_filter_mode mode,
                         struct cupel_filter *ret, struct cupel_error *err)
{
    struct compiler *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return cupel_fail(err, -ENOMEM, "no memory for the filter");
    c->mode = mode;
    int r = cupel_decider_init(&c->decider, policy);
    if (r < 0)
        r = cupel_fail(err, r, "prepare the filter: %s", strerrordesc_np(-r));
    else
        r = compile_all(c, err);
    if (r == 0) {
        r = export(&c->program, ret);
        if (r < 0)
            (void)cupel_fail(err, r, "the filter of %s: %s", policy->name, strerrordesc_np(-r));
    }
    cupel_program_clear(&c->program);
    cupel_decider_clear(&c->decider);
    free(c);
    return r;
}

void cupel_filter_clear(struct cupel_filter *filter)
{
    free(filter->instructions);
    *filter = (struct cupel_filter){0};
}
