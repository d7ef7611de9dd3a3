/*
 * What systemd is asked about cgroups: for a scope, and whether it has delegated the unit that
 * this process runs in. helper: the executable cupel-scope. Sources: systemd.scope(5),
 * https://systemd.io/CGROUP_DELEGATION
 */
#ifndef CUPEL_SANDBOX_CGROUP_SCOPE_H
#define CUPEL_SANDBOX_CGROUP_SCOPE_H

#include <stdbool.h>

#include "cupel/cgroup.h"
#include "cupel/error.h"

/*
 * Ask systemd (the user's for a user) for a transient scope with Delegate=yes that holds this
 * process alone, and wait until this process is in it, for some seconds at most. The scope goes
 * when its last process does. Returns 0: /proc/self/cgroup tells where this process runs now;
 * -ENOTSUP with *ret filled: obstacle and text say why not, and nothing was changed.
 */
CUPEL_MUST_CHECK int cgroup_scope_enter(const char *helper, struct cupel_cgroup_trial *ret);

/*
 * Whether the unit that this process runs in has Delegate=yes. In cgroups of the system's
 * systemd an attribute of the folder tells as much (user.delegate); a user's systemd sets none,
 * and all that is below it belongs to the user, so that it has to be asked. Returns 1; 0, also
 * if this process runs in no unit of that systemd; -ENOTSUP with *ret filled as above.
 */
CUPEL_MUST_CHECK int cgroup_scope_is_delegated(const char *helper,
                                               struct cupel_cgroup_trial *ret);

/*
 * Whether the text of /proc/PID/cgroup says that the process is in a cgroup of version 2 that
 * is called name, at any depth: not in one below it. Pure. Source: cgroups(7).
 */
bool cgroup_scope_holds(const char *text, const char *name);

#endif
