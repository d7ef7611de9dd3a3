/* An unprivileged host uid that no other cell at work has; for supervisors started by root. */
#ifndef CUPEL_SANDBOX_UID_LEASE_H
#define CUPEL_SANDBOX_UID_LEASE_H

#include <stddef.h>
#include <stdint.h>

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

/*
 * Lease a uid by an open file description lock of one byte of registry. Returns a descriptor
 * that holds the lease until its last copy is closed (the cell keeps one), or -1 with *ret_uid
 * UINT32_MAX where no lease is needed (not root, or a single mapped id); -errno otherwise
 * (never -1: EPERM is reported as -EACCES).
 */
CUPEL_MUST_CHECK int uid_lease_take(const char *registry, uint32_t *ret_uid,
                                    struct cupel_error *err);

#endif
