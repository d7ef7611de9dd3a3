#include "policy/invariants.h"

#include <errno.h>
#include <stdlib.h>

#include "cupel/error.h"
#include "policy/groups.h"
#include "policy/sources.h"

/* clang-format off */
#define ERRNO(number) {CUPEL_ACTION_ERRNO, number}
#define KILL          {CUPEL_ACTION_KILL, 0}
#define NO_NAMESPACE(flag) \
    {"clone", "arg0 & " flag " == " flag, ERRNO(EPERM), ANY_NETWORK, \
     "in a namespace of its own a process has capabilities, and with them a larger part of " \
     "the kernel"}
/* clang-format on */
#define ANY_NETWORK (-1)
#define FAMILY      "arg0 & 0xffffffc0 == 0 and " /* no family is 64 or more */
#define NO_UNIX     "arg0 != AF_UNIX"
#define NO_LOOPBACK NO_UNIX " and arg0 != AF_INET and arg0 != AF_INET6"
#define MOUNTS_WHY                                                                             \
    "new ways to ask of mounts, for which libraries fall back to /proc/self/mountinfo"
#define TERMINAL_WHY "it puts input into a terminal, as if the user of it had typed"
#define LOCAL_WHY    "without a network there is AF_UNIX only; AF_VSOCK reaches the machine's host"
#define OUT_OF_SIGHT                                                                           \
    "the kernel shows one table of descriptors for a process; what is behind those of "        \
    "another "                                                                                 \
    "one, nobody could measure"
#define LOCKS_WHY                                                                              \
    "such locks last without a descriptor, in any number, and the kernel bills them to "       \
    "nobody; "                                                                                 \
    "F_SETLK and flock() do for programs"
#define FILTER_WHY                                                                             \
    "the kernel compiles such a program and runs it; a larger part of the kernel for nothing " \
    "that a course needs"
#define LOOPBACK_WHY                                                                           \
    "AF_UNIX, AF_INET and AF_INET6 stay within the cell; AF_VSOCK reaches the machine's host"

struct invariant {
    const char *calls;
    const char *when; /* NULL: always */
    struct cupel_action action;
    int network; /* enum cupel_network in which it holds, or ANY_NETWORK */
    const char *why;
};

static const struct invariant table[] = {
    {CUPEL_GROUP_NEVER, NULL, KILL, ANY_NETWORK,
     "no learner needs it and attackers do: tracing, mounts, namespaces, modules, keys, and "
     "the machine's own state"},
    {"clone", "arg0 & CLONE_THREAD|CLONE_FILES == CLONE_THREAD", ERRNO(EINVAL), ANY_NETWORK,
     OUT_OF_SIGHT},
    NO_NAMESPACE("CLONE_NEWNS"),
    NO_NAMESPACE("CLONE_NEWCGROUP"),
    NO_NAMESPACE("CLONE_NEWUTS"),
    NO_NAMESPACE("CLONE_NEWIPC"),
    NO_NAMESPACE("CLONE_NEWUSER"),
    NO_NAMESPACE("CLONE_NEWPID"),
    NO_NAMESPACE("CLONE_NEWNET"),
    {"clone3", NULL, ERRNO(ENOSYS), ANY_NETWORK,
     "its flags are in memory, where a filter cannot look; the C library falls back to clone"},
    {"close_range", "arg2 & CLOSE_RANGE_UNSHARE == CLOSE_RANGE_UNSHARE", ERRNO(EINVAL),
     ANY_NETWORK, OUT_OF_SIGHT},
    {"fcntl", "arg1 == F_OFD_SETLK", ERRNO(EINVAL), ANY_NETWORK, LOCKS_WHY},
    {"fcntl", "arg1 == F_OFD_SETLKW", ERRNO(EINVAL), ANY_NETWORK, LOCKS_WHY},
    {"setsockopt", "arg1 == SOL_SOCKET and arg2 == SO_LINGER", ERRNO(ENOPROTOOPT), ANY_NETWORK,
     "whoever closes such a socket waits for its peer, for as long as the program says: also "
     "the "
     "kernel for the whole machine, where the socket was lost on its way in a message"},
    {"setsockopt", "arg1 == SOL_SOCKET and arg2 == SO_ATTACH_FILTER", ERRNO(ENOPROTOOPT),
     ANY_NETWORK, FILTER_WHY},
    {"setsockopt", "arg1 == SOL_SOCKET and arg2 == SO_ATTACH_REUSEPORT_CBPF",
     ERRNO(ENOPROTOOPT), ANY_NETWORK, FILTER_WHY},
    {"listmount", NULL, ERRNO(ENOSYS), ANY_NETWORK, MOUNTS_WHY},
    {"statmount", NULL, ERRNO(ENOSYS), ANY_NETWORK, MOUNTS_WHY},
    {"ioctl", "arg1 == TIOCSTI", ERRNO(EPERM), ANY_NETWORK, TERMINAL_WHY},
    {"ioctl", "arg1 == TIOCLINUX", ERRNO(EPERM), ANY_NETWORK, TERMINAL_WHY},
    /* For the families that exist the answer is the kernel's own where one is missing. */
    {"socket", NO_UNIX, ERRNO(ENOSYS), CUPEL_NETWORK_NONE, LOCAL_WHY},
    {"socket", FAMILY NO_UNIX, ERRNO(EAFNOSUPPORT), CUPEL_NETWORK_NONE, LOCAL_WHY},
    {"socket", NO_LOOPBACK, ERRNO(ENOSYS), CUPEL_NETWORK_LOOPBACK, LOOPBACK_WHY},
    {"socket", FAMILY NO_LOOPBACK, ERRNO(EAFNOSUPPORT), CUPEL_NETWORK_LOOPBACK, LOOPBACK_WHY},
    {"socketpair", NO_UNIX, ERRNO(ENOSYS), ANY_NETWORK,
     "of the other families, none has pairs but those that reach out of the cell"},
};

#define COUNT (sizeof(table) / sizeof(table[0]))

const struct cupel_rule cupel_entry_invariant = {.action = KILL, .source = CUPEL_SOURCE_NONE};

static int make_rule(size_t index, enum cupel_arch arch, struct cupel_rule *ret)
{
    const struct invariant *invariant = &table[index];

    ret->action = invariant->action;
    ret->source = CUPEL_SOURCE_NONE;
    ret->index = index;
    int r = cupel_call_set_add_name(&ret->calls, arch, invariant->calls);
    if (r == 0 && invariant->when != NULL)
        r = cupel_conditions_parse(invariant->when, arch, &ret->conditions, NULL);
    return r;
}

int cupel_invariants_make(enum cupel_arch arch, enum cupel_network network,
                          struct cupel_policy_rules **ret)
{
    struct cupel_policy_rules *rules = calloc(1, sizeof(*rules));
    if (rules == NULL)
        return -ENOMEM;
    rules->items = calloc(COUNT, sizeof(*rules->items));
    int r = rules->items == NULL ? -ENOMEM : 0;
    for (size_t i = 0; i < COUNT && r == 0; i++) {
        if (table[i].network != ANY_NETWORK && table[i].network != (int)network)
            continue;
        r = make_rule(i, arch, &rules->items[rules->count++]);
    }
    if (r < 0) {
        cupel_rules_free(rules);
        return r;
    }
    *ret = rules;
    return 0;
}

bool cupel_invariant_at(size_t index, enum cupel_network network,
                        struct cupel_invariant_text *ret)
{
    for (size_t i = 0; i < COUNT; i++) {
        const struct invariant *one = &table[i];
        if (one->network != ANY_NETWORK && one->network != (int)network)
            continue;
        if (index-- > 0)
            continue;
        *ret = (struct cupel_invariant_text){one->calls, one->when, one->action, one->why};
        return true;
    }
    return false;
}

const char *cupel_invariant_why(const struct cupel_rule *rule)
{
    if (rule == &cupel_entry_invariant)
        return "the calls of 32-bit and x32 programs are a second way into the kernel, with "
               "numbers of their own";
    return table[rule->index].why;
}
