/*
 * A scope of systemd with this process in it, delegated to it: the system manager's for root,
 * the own user manager's for anybody else. Sources: org.freedesktop.systemd1(5),
 * systemd.scope(5), https://systemd.io/CGROUP_DELEGATION
 */
#ifndef CUPEL_SANDBOX_CGROUP_SCOPE_H
#define CUPEL_SANDBOX_CGROUP_SCOPE_H

#include <stdbool.h>

#include "cupel/cgroup.h"
#include "cupel/error.h"

/*
 * Ask systemd for a transient scope with Delegate=yes that holds this process alone, and wait
 * until this process is in it, for 5 seconds at most. The scope goes when its last process
 * does. Returns 0: /proc/self/cgroup tells where this process runs now; -ENOTSUP with *ret
 * filled: obstacle and text say why not, and nothing was changed.
 */
CUPEL_MUST_CHECK int cgroup_scope_enter(struct cupel_cgroup_trial *ret);

/*
 * Whether the text of /proc/PID/cgroup says that the process is in a cgroup of version 2 that
 * is called name, at any depth: not in one below it. Pure. Source: cgroups(7).
 */
bool cgroup_scope_holds(const char *text, const char *name);

#endif
