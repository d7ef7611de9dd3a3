/*
 * An unprivileged host uid that nobody else has; for supervisors started by root. The lease is
 * the supervisor's alone: a cell that was taken over could give it up, or take all others. A
 * uid that processes are left of is not leased, whoever's they are.
 */
#ifndef CUPEL_SANDBOX_UID_LEASE_H
#define CUPEL_SANDBOX_UID_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cupel/error.h"

#define UID_LEASE_REGISTRY "/run/cupel/uids"

/* count ids from first on. */
struct uid_range {
    uint32_t first;
    uint32_t count;
};

/*
 * The ids to lease from, given the text of /proc/self/uid_map: 65536 from 1879048192 on (which
 * systemd's documentation lists as unused) where they are mapped, else the upper end of the
 * largest extent. Pure. Returns 0; -ENOENT where no id but the first of an extent is mapped:
 * then there is nothing to lease, and the process's own uid serves; -EPROTO if text is
 * malformed. Source: user_namespaces(7), https://systemd.io/UIDS-GIDS
 */
CUPEL_MUST_CHECK int uid_range_choose(const char *text, struct uid_range *ret);

/* Whether a process has this real uid, as far as we see processes. */
bool uid_lease_has_processes(uid_t uid);

/*
 * Lease a uid by an open file description lock of one byte of registry. Returns a descriptor
 * that holds the lease until it is closed, or -1 with *ret_uid UINT32_MAX where no lease is
 * needed (not root, or a single mapped id); -EUSERS if none is free; -errno otherwise (never
 * -1: EPERM is reported as -EACCES).
 */
CUPEL_MUST_CHECK int uid_lease_take(const char *registry, uint32_t *ret_uid,
                                    struct cupel_error *err);

#endif
