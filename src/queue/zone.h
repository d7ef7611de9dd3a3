/*
 * Time zones by name, from the tz database (tzdata) as GLib reads it: below
 * /usr/share/zoneinfo. A zone is never written once it is open, so threads may share it. GLib
 * knows changes of the clock until 2037; behind them a zone stays at its last offset.
 */
#ifndef CUPEL_QUEUE_ZONE_H
#define CUPEL_QUEUE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/error.h"

struct zone;

/*
 * name: "Europe/Berlin", "UTC". What GLib takes besides names is refused: offsets ("+02:00")
 * and POSIX rules, whose sign is the opposite of what most people mean by it ("UTC-3"), and
 * with them the few names in their form ("EST5EDT"). *ret is freed by zone_free(). Returns 0;
 * -EINVAL if name has not the form of a name, so that none leads out of the database; -ENOENT
 * if there is no such zone; -ENOMEM.
 */
CUPEL_MUST_CHECK int zone_open(const char *name, struct zone **ret, struct cupel_error *err);

/* zone may be NULL. */
void zone_free(struct zone *zone);

/* By how many seconds the zone's clock is ahead of UTC at utc_s, in seconds since 1970 UTC. */
int64_t zone_offset(const struct zone *zone, int64_t utc_s);

/* Whether the zone's offset (or the name of its time alone) changes in (after_s, until_s], both
 * seconds since 1970 UTC. ret: the first second for which the first such change holds. */
bool zone_next_change(const struct zone *zone, int64_t after_s, int64_t until_s,
                      int64_t *ret_s);

#endif
