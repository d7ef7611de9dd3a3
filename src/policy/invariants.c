#include "policy/invariants.h"

#include <errno.h>
#include <stdlib.h>

#include "cupel/error.h"
#include "policy/groups.h"

#define NO_NAMESPACE(flag)                                                                     \
    {                                                                                          \
        "clone", "arg0 & " flag " == " flag, ERRNO(EPERM), ANY_NETWORK                         \
    }
#define ERRNO(number)                                                                          \
    {                                                                                          \
        CUPEL_ACTION_ERRNO, number                                                             \
    }
#define KILL                                                                                   \
    {                                                                                          \
        CUPEL_ACTION_KILL, 0                                                                   \
    }
#define ANY_NETWORK (-1)

struct invariant {
    const char *calls;
    const char *when; /* NULL: always */
    struct cupel_action action;
    int network; /* enum cupel_network in which it holds, or ANY_NETWORK */
};

static const struct invariant table[] = {
    {CUPEL_GROUP_NEVER, NULL, KILL, ANY_NETWORK},
    NO_NAMESPACE("CLONE_NEWNS"),
    NO_NAMESPACE("CLONE_NEWCGROUP"),
    NO_NAMESPACE("CLONE_NEWUTS"),
    NO_NAMESPACE("CLONE_NEWIPC"),
    NO_NAMESPACE("CLONE_NEWUSER"),
    NO_NAMESPACE("CLONE_NEWPID"),
    NO_NAMESPACE("CLONE_NEWNET"),
    {"clone3", NULL, ERRNO(ENOSYS), ANY_NETWORK},
    {"ioctl", "arg1 == TIOCSTI", ERRNO(EPERM), ANY_NETWORK},
    {"ioctl", "arg1 == TIOCLINUX", ERRNO(EPERM), ANY_NETWORK},
    /* No family is 64 or more: for the few that exist the answer is the kernel's own. */
    {"socket", "arg0 != AF_UNIX", ERRNO(ENOSYS), CUPEL_NETWORK_NONE},
    {"socket", "arg0 & 0xffffffc0 == 0 and arg0 != AF_UNIX", ERRNO(EAFNOSUPPORT),
     CUPEL_NETWORK_NONE},
    {"socket", "arg0 != AF_UNIX and arg0 != AF_INET and arg0 != AF_INET6", ERRNO(ENOSYS),
     CUPEL_NETWORK_LOOPBACK},
    {"socket",
     "arg0 & 0xffffffc0 == 0 and arg0 != AF_UNIX and arg0 != AF_INET and arg0 != AF_INET6",
     ERRNO(EAFNOSUPPORT), CUPEL_NETWORK_LOOPBACK},
    {"socketpair", "arg0 != AF_UNIX", ERRNO(ENOSYS), ANY_NETWORK},
};

#define COUNT (sizeof(table) / sizeof(table[0]))

static int make_rule(const struct invariant *invariant, struct cupel_rule *ret)
{
    ret->action = invariant->action;
    int r = cupel_call_set_add_name(&ret->calls, invariant->calls);
    if (r == 0 && invariant->when != NULL)
        r = cupel_conditions_parse(invariant->when, &ret->conditions, NULL);
    return r;
}

int cupel_invariants_make(enum cupel_network network, struct cupel_policy_rules **ret)
{
    struct cupel_policy_rules *rules = calloc(1, sizeof(*rules));
    if (rules == NULL)
        return -ENOMEM;
    rules->items = calloc(COUNT, sizeof(*rules->items));
    int r = rules->items == NULL ? -ENOMEM : 0;
    for (size_t i = 0; i < COUNT && r == 0; i++) {
        if (table[i].network != ANY_NETWORK && table[i].network != (int)network)
            continue;
        r = make_rule(&table[i], &rules->items[rules->count++]);
    }
    if (r < 0) {
        cupel_rules_free(rules);
        return r;
    }
    *ret = rules;
    return 0;
}
