/*
 * From rules to a program for seccomp(2). For each call that any rule names, the cases of the
 * policy's rules are made disjoint (cubes.c), those that it allows are cut by the invariants,
 * and each becomes one rule of libseccomp, which makes the program.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "cupel/path.h"
#include "cupel/policy.h"
#include "policy/cubes.h"
#include "policy/invariants.h"

#define INSTRUCTION_SIZE 8    /* struct sock_filter */
#define MAX_INSTRUCTIONS 4096 /* BPF_MAXINSNS */
#define TREE             2    /* of SCMP_FLTATR_CTL_OPTIMIZE: binary search for the call */
#define API_LEVEL        3    /* has SCMP_ACT_KILL_PROCESS; said here instead of probed */

struct compiler {
    scmp_filter_ctx ctx;
    uint32_t unknown; /* what the filter does without a rule */
    const struct cupel_policy_rules *rules;
    struct cupel_policy_rules *invariants;
    const struct cupel_rule **naming; /* room for all rules that name one call */
};

static int add_rule(struct compiler *c, int number, const struct cupel_cube *cube,
                    struct cupel_action action)
{
    struct scmp_arg_cmp compare[CUPEL_ARGUMENTS];
    unsigned count = 0;

    if (cupel_action_scmp(action) == c->unknown)
        return 0;
    for (unsigned i = 0; i < CUPEL_ARGUMENTS; i++) {
        if (cube->mask[i] != 0)
            compare[count++] = (struct scmp_arg_cmp){.arg = i,
                                                     .op = SCMP_CMP_MASKED_EQ,
                                                     .datum_a = cube->mask[i],
                                                     .datum_b = cube->value[i]};
    }
    return seccomp_rule_add_array(c->ctx, cupel_action_scmp(action), number, count, compare);
}

static size_t rules_naming(const struct cupel_policy_rules *rules, size_t number,
                           const struct cupel_rule **ret)
{
    size_t count = 0;

    for (size_t i = 0; i < rules->count; i++) {
        if (cupel_call_set_has(&rules->items[i].calls, number))
            ret[count++] = &rules->items[i];
    }
    return count;
}

/* A case that the policy allows: as far as no invariant says otherwise. */
static int add_allowed(struct compiler *c, int number, const struct cupel_cube *cube,
                       const struct cupel_cases *cut)
{
    static const struct cupel_action allow = {.kind = CUPEL_ACTION_ALLOW};
    int r = cut->count == 0 ? add_rule(c, number, cube, allow) : 0;

    for (size_t i = 0; i < cut->count && r == 0; i++) {
        struct cupel_cube both;
        if (cupel_cube_intersect(cube, &cut->items[i].cube, &both))
            r = add_rule(c, number, &both, cut->items[i].action);
    }
    return r;
}

static bool has_conditions(const struct cupel_rule *const *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i]->conditions.count > 0)
            return true;
    }
    return false;
}

/* Looking up a name is slow, and most calls have no conditions. */
static unsigned width_of(size_t number, const struct cupel_rule *const *rules, size_t count)
{
    unsigned wide = 0;

    if (!has_conditions(rules, count))
        return wide;
    CUPEL_AUTO_FREE char *name =
        seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)number);
    if (name != NULL)
        (void)cupel_arguments_wide(name, &wide);
    return wide;
}

/* The cases of the invariants for a call, including those in which it stays allowed. */
static int cases_of_invariants(struct compiler *c, size_t number, struct cupel_cases *ret)
{
    static const struct cupel_rule allow = {.action = {.kind = CUPEL_ACTION_ALLOW}};

    c->naming[0] = &allow;
    size_t count = rules_naming(c->invariants, number, c->naming + 1);
    unsigned wide = width_of(number, c->naming + 1, count);
    return count == 0 ? 0 : cupel_cases_of_call(c->naming, count + 1, wide, ret);
}

static int compile_call(struct compiler *c, size_t number)
{
    struct cupel_cases cases = {0};
    struct cupel_cases cut = {0};

    size_t count = rules_naming(c->rules, number, c->naming);
    if (count == 0)
        return 0;
    unsigned wide = width_of(number, c->naming, count);
    int r = cupel_cases_of_call(c->naming, count, wide, &cases);
    if (r == 0)
        r = cases_of_invariants(c, number, &cut);
    for (size_t i = 0; i < cases.count && r == 0; i++) {
        const struct cupel_case *one = &cases.items[i];
        r = one->action.kind == CUPEL_ACTION_ALLOW
                ? add_allowed(c, (int)number, &one->cube, &cut)
                : add_rule(c, (int)number, &one->cube, one->action);
    }
    cupel_cases_clear(&cases);
    cupel_cases_clear(&cut);
    return r;
}

static int prepare(struct compiler *c)
{
    int r = seccomp_attr_set(c->ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (r == 0)
        r = seccomp_attr_set(c->ctx, SCMP_FLTATR_CTL_NNP, 0);
    if (r == 0)
        r = seccomp_attr_set(c->ctx, SCMP_FLTATR_CTL_OPTIMIZE, TREE);
    return r;
}

/* libseccomp 2.5.4 writes programs to descriptors only. */
static int export(scmp_filter_ctx ctx, struct cupel_filter *ret, struct cupel_error *err)
{
    char *bytes;
    size_t len;

    CUPEL_AUTO_FD fd = memfd_create("cupel-filter", MFD_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "memfd_create");
    int r = seccomp_export_bpf(ctx, fd);
    if (r < 0)
        return cupel_fail(err, r, "export the filter: %s", strerrordesc_np(-r));
    if (lseek(fd, 0, SEEK_SET) < 0)
        return cupel_fail_errno(err, "rewind the filter");
    r = cupel_path_read_fd(fd, (size_t)MAX_INSTRUCTIONS * INSTRUCTION_SIZE, &bytes, &len);
    if (r < 0)
        return cupel_fail(err, r, "read the filter: %s", strerrordesc_np(-r));

    struct cupel_hash hash;
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, bytes, len);
    cupel_hash_hex(&hash, ret->sha256);
    ret->instructions = bytes;
    ret->count = len / INSTRUCTION_SIZE;
    return 0;
}

static int compile_all(struct compiler *c, struct cupel_error *err)
{
    int r = prepare(c);
    /* libseccomp searches its list from the lowest number: downwards it inserts at once. */
    for (size_t number = CUPEL_CALLS; number-- > 0 && r == 0;) {
        r = compile_call(c, number);
        if (r < 0) {
            CUPEL_AUTO_FREE char *name =
                seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)number);
            return cupel_fail(err, r, "rules for %s: %s", name != NULL ? name : "a call",
                              strerrordesc_np(-r));
        }
    }
    return r < 0 ? cupel_fail(err, r, "libseccomp: %s", strerrordesc_np(-r)) : 0;
}

int cupel_policy_compile(const struct cupel_policy *policy, struct cupel_filter *ret,
                         struct cupel_error *err)
{
    struct compiler c = {.rules = policy->rules};

    c.unknown = cupel_action_scmp(policy->rules->unknown);
    int r = seccomp_api_set(API_LEVEL);
    if (r == 0)
        r = cupel_invariants_make(policy->network, &c.invariants);
    if (r != 0 || c.invariants == NULL)
        return cupel_fail(err, r < 0 ? r : -ENOMEM, "prepare the filter: %s",
                          strerrordesc_np(r < 0 ? -r : ENOMEM));
    c.naming = calloc(c.rules->count + c.invariants->count + 1, sizeof(const void *));
    c.ctx = c.naming != NULL ? seccomp_init(c.unknown) : NULL;
    r = c.ctx == NULL ? cupel_fail(err, -ENOMEM, "no memory for the filter")
                      : compile_all(&c, err);
    if (r == 0)
        r = export(c.ctx, ret, err);
    if (c.ctx != NULL)
        seccomp_release(c.ctx);
    free(c.naming);
    cupel_rules_free(c.invariants);
    return r;
}

void cupel_filter_clear(struct cupel_filter *filter)
{
    free(filter->instructions);
    *filter = (struct cupel_filter){0};
}
