/*
 * Asking the systemd that manages this process: the system's for root, the own user's for
 * anybody else. Where it is follows from the uid alone, not from the environment. This process
 * connects to it; cupel-scope, a program started for it, speaks on the connection.
 * Source: sd_bus_default_system(3), systemd(1).
 */
#ifndef CUPEL_SANDBOX_SYSTEMD_H
#define CUPEL_SANDBOX_SYSTEMD_H

#include "cupel/cgroup.h"
#include "cupel/error.h"
#include "wire/scope.h"

/*
 * Ask, for 7 seconds at most. scope: the name of a scope that is to be started for this
 * process, or "", as in struct wire_scope_request; helper: the executable cupel-scope. Returns
 * 0 with *ret of outcome WIRE_SCOPE_DONE; -ENOTSUP with *trial filled: systemd does not run
 * this host, cannot be reached or refuses, or the helper failed.
 */
CUPEL_MUST_CHECK int systemd_ask(const char *helper, const char *scope,
                                 struct wire_scope_answer *ret,
                                 struct cupel_cgroup_trial *trial);

#endif
