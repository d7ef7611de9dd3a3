/*
 * What systemd is asked about units: for a scope, and whether one is delegated. Both are told
 * for the sender, whom systemd knows by the connection. Sources: org.freedesktop.systemd1(5),
 * systemd.scope(5), https://systemd.io/CGROUP_DELEGATION
 */
#ifndef CUPEL_SCOPE_UNIT_H
#define CUPEL_SCOPE_UNIT_H

#include "scope/systemd.h"

/*
 * Ask for a transient scope of that name with Delegate=yes that holds the sender alone, and
 * wait until the job that does it is over. The scope goes when its last process does. Returns
 * 0, with the job's result as the text of the answer; -ENOTSUP with the answer filled, and what
 * was begun is cancelled.
 */
CUPEL_MUST_CHECK int unit_start_scope(struct systemd *systemd, const char *scope);

/*
 * Whether the unit that the sender runs in has Delegate=yes, in the answer. Returns 0; -ENOTSUP
 * with the answer filled.
 */
CUPEL_MUST_CHECK int unit_ask_for_delegate(struct systemd *systemd);

/*
 * The D-Bus interface with the property Delegate of a unit, by the unit's object path; NULL if
 * units of its type cannot be delegated. Pure. Source: org.freedesktop.systemd1(5).
 */
const char *unit_interface(const char *object);

#endif
