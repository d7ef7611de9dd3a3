/* The project's groups of system calls. Pure data. */
#ifndef CUPEL_POLICY_GROUPS_H
#define CUPEL_POLICY_GROUPS_H

#include <stddef.h>

struct cupel_group {
    const char *name;         /* with its '@' */
    const char *why;          /* what a program needs it for */
    const char *const *calls; /* NULL-terminated */
};

/* NULL if there is no such group. */
const struct cupel_group *cupel_group_find(const char *name);

/* The group at index, NULL past the last. */
const struct cupel_group *cupel_group_at(size_t index);

/* What no policy may allow. */
#define CUPEL_GROUP_NEVER "@kernel-surface"

#endif
