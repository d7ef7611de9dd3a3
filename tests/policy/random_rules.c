#include "random_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "policies.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
     CLONE_NEWPID | CLONE_NEWNET)
#define FAMILIES 64U

enum { PRCTL, IOCTL, SOCKET, CLONE, READ };

const char *const random_calls[RANDOM_CALLS] = {[PRCTL] = "prctl",
                                                [IOCTL] = "ioctl",
                                                [SOCKET] = "socket",
                                                [CLONE] = "clone",
                                                [READ] = "read"};

enum { EQ, NE, LT, LE, GT, GE, MASKED_EQ, MASKED_NE, IN, SIGNS };

/* Which of the first two arguments have 64 bits; not that of socket's, which all have 32. */
static bool is_wide(size_t call, unsigned argument)
{
    return argument == 1 && (call == PRCTL || call == CLONE);
}

uint64_t random_value(uint64_t *seed)
{
    static const uint64_t values[] = {
        0,  1,  2,           3,       5,         7,          8,
        10, 40, CLONE_NEWNS, TIOCSTI, TIOCLINUX, 0x80000000, UINT32_MAX - 1};

    return values[next_random(seed) % COUNT(values)];
}

static struct predicate random_predicate(uint64_t *seed)
{
    struct predicate p = {.argument = (unsigned)(next_random(seed) % 2),
                          .sign = (int)(next_random(seed) % SIGNS),
                          .mask = random_value(seed) | 1,
                          .low = random_value(seed)};

    p.high = p.low + next_random(seed) % 20;
    if (p.high > UINT32_MAX)
        p.high = p.low;
    if (p.sign == MASKED_EQ || p.sign == MASKED_NE)
        p.low &= p.mask;
    if (p.sign == LT && p.low == 0)
        p.low = 1;
    return p;
}

struct random_rule make_random_rule(uint64_t *seed)
{
    static const struct cupel_action actions[] = {{CUPEL_ACTION_ALLOW, 0},
                                                  {CUPEL_ACTION_LOG, 0},
                                                  {CUPEL_ACTION_ERRNO, EPERM},
                                                  {CUPEL_ACTION_ERRNO, ENOENT},
                                                  {CUPEL_ACTION_KILL, 0}};
    struct random_rule rule = {.action = actions[next_random(seed) % COUNT(actions)],
                               .alternatives = next_random(seed) % 5 % 3};

    for (size_t a = 0; a < rule.alternatives; a++) {
        rule.predicates[a] = next_random(seed) % 4 == 0 ? 2 : 1;
        for (size_t i = 0; i < rule.predicates[a]; i++)
            rule.when[a][i] = random_predicate(seed);
        if (rule.when[a][1].sign != MASKED_EQ) /* few, or there are too many cases */
            rule.when[a][1].sign = EQ;
    }
    rule.calls[next_random(seed) % READ] = true;
    rule.calls[next_random(seed) % READ] = true;
    rule.calls[READ] = rule.alternatives == 0; /* no conditions can be put on it */
    return rule;
}

static void write_predicate(const struct predicate *p, FILE *out)
{
    static const char *const signs[SIGNS] = {
        [EQ] = "==", [NE] = "!=",        [LT] = "<",         [LE] = "<=", [GT] = ">",
        [GE] = ">=", [MASKED_EQ] = "==", [MASKED_NE] = "!=", [IN] = "in"};

    (void)fprintf(out, "arg%u ", p->argument);
    if (p->sign == MASKED_EQ || p->sign == MASKED_NE)
        (void)fprintf(out, "& 0x%" PRIx64 " ", p->mask);
    (void)fprintf(out, "%s %" PRIu64, signs[p->sign], p->low);
    if (p->sign == IN)
        (void)fprintf(out, "..%" PRIu64, p->high);
}

static void write_alternative(const struct random_rule *rule, size_t a, FILE *out)
{
    (void)fputs(a > 0 ? ", \"" : "\"", out);
    for (size_t i = 0; i < rule->predicates[a]; i++) {
        (void)fputs(i > 0 ? " and " : "", out);
        write_predicate(&rule->when[a][i], out);
    }
    (void)fputc('"', out);
}

void write_rule(const struct random_rule *rule, FILE *out)
{
    char action[CUPEL_ACTION_SIZE];
    const char *comma = "";

    (void)fprintf(out, "{\"%s\": [", cupel_action_allows(rule->action) ? "allow" : "deny");
    for (size_t i = 0; i < RANDOM_CALLS; i++) {
        if (rule->calls[i])
            (void)fprintf(out, "%s\"%s\"", comma, random_calls[i]);
        comma = rule->calls[i] ? ", " : comma;
    }
    (void)fputs("], ", out);
    if (rule->action.kind != CUPEL_ACTION_ALLOW)
        (void)fprintf(out, "\"action\": \"%s\", ", cupel_action_format(rule->action, action));
    if (rule->alternatives > 0) {
        (void)fputs("\"when\": [", out);
        for (size_t a = 0; a < rule->alternatives; a++)
            write_alternative(rule, a, out);
        (void)fputs("], ", out);
    }
    (void)fputs("\"why\": \"random\"}", out);
}

static bool holds(const struct predicate *p, size_t call, const uint64_t *args)
{
    uint64_t value = args[p->argument];

    if (!is_wide(call, p->argument))
        value = (uint32_t)value;
    switch (p->sign) {
    case EQ:
        return value == p->low;
    case NE:
        return value != p->low;
    case LT:
        return value < p->low;
    case LE:
        return value <= p->low;
    case GT:
        return value > p->low;
    case GE:
        return value >= p->low;
    case MASKED_EQ:
        return (value & p->mask) == p->low;
    case MASKED_NE:
        return (value & p->mask) != p->low;
    default:
        return value >= p->low && value <= p->high;
    }
}

static bool matches(const struct random_rule *rule, size_t call, const uint64_t *args)
{
    if (!rule->calls[call] || rule->alternatives == 0)
        return rule->calls[call];
    for (size_t a = 0; a < rule->alternatives; a++) {
        bool all = true;
        for (size_t i = 0; i < rule->predicates[a]; i++)
            all = all && holds(&rule->when[a][i], call, args);
        if (all)
            return true;
    }
    return false;
}

static struct cupel_action refuse(int error)
{
    return (struct cupel_action){CUPEL_ACTION_ERRNO, error};
}

/* What a call that is allowed gets after all. */
static struct cupel_action cut(struct cupel_action allowed, size_t call, const uint64_t *args,
                               enum cupel_network network)
{
    uint32_t first = (uint32_t)args[0];
    uint32_t second = (uint32_t)args[1];
    bool is_local = first == AF_UNIX || (network == CUPEL_NETWORK_LOOPBACK &&
                                         (first == AF_INET || first == AF_INET6));

    if (call == CLONE && (first & NAMESPACES) != 0)
        return refuse(EPERM);
    if (call == CLONE && (first & (CLONE_THREAD | CLONE_FILES)) == CLONE_THREAD)
        return refuse(EINVAL);
    if (call == IOCTL && (second == TIOCSTI || second == TIOCLINUX))
        return refuse(EPERM);
    if (call == SOCKET && !is_local)
        return refuse(first < FAMILIES ? EAFNOSUPPORT : ENOSYS);
    return allowed;
}

struct cupel_action evaluate(const struct random_rule *rules, size_t count, size_t call,
                             const uint64_t args[static CUPEL_ARGUMENTS],
                             enum cupel_network network, struct cupel_action unknown)
{
    for (size_t i = count; i-- > 0;) {
        if (!matches(&rules[i], call, args))
            continue;
        return cupel_action_allows(rules[i].action) ? cut(rules[i].action, call, args, network)
                                                    : rules[i].action;
    }
    return unknown;
}
