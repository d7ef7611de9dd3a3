/*
 * When recurring jobs are due: the five fields of crontab(5), in a time zone. Pure.
 *
 *     minute 0-59   hour 0-23   day of month 1-31   month 1-12   day of week 0-7
 *
 * Fields are separated by blanks and tabs. A field is a list of elements, separated by commas:
 * `*`, a value, or a range `1-5`; behind `*` and ranges may follow a slash and a step: `1-5/2`.
 * Months and days of the week also have names: the first three letters in English, in any case.
 * Sunday is 0 and 7; at the end of a range it comes last: `fri-sun`. In place of the fields may
 * stand
 *
 *     @hourly `0 * * * *`             @daily, @midnight `0 0 * * *`     @weekly `0 0 * * 0`
 *     @monthly `0 0 1 * *`            @yearly, @annually `0 0 1 1 *`
 *
 * A day matches if its month, its day of month and its day of week do. But if neither day of
 * month nor day of week begins with `*`, one of these two is enough.
 *
 * Where the zone's clock jumps, what a schedule means depends on its hour field:
 *
 *  - If it begins with `*`, the schedule follows the clock: it is due whenever a minute begins
 *    on the zone's clock that matches. So an hourly job runs in each real hour: a time that the
 *    clock skips is not due, one that it shows twice is due twice.
 *  - Otherwise its times are fixed: each local time that matches is due once, at the first
 *    instant at which the zone's clock shows it or a later time. So a time that is skipped is
 *    due at the first instant behind the jump, be it an hour or a day; and all that are skipped
 *    together, and what matches at that instant anyway, make one run. A time that the clock
 *    shows twice is due at its first occurrence only.
 *
 * Source: crontab(5) and, for the jumps, cron(8) of Debian's cron 3.0pl1. That follows the
 * clock wherever hour or minute begins with `*`, and so it does at any jump of three hours or
 * more.
 */
#ifndef CUPEL_QUEUE_CRON_H
#define CUPEL_QUEUE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/error.h"
#include "queue/zone.h"

/* Bit N of a set is the value N; Sunday is 0 only. */
struct cron {
    uint64_t minutes;
    uint64_t hours;
    uint64_t days;
    uint64_t months;
    uint64_t weekdays;
    bool either_day;    /* day of month or day of week, where otherwise both have to match */
    bool follows_clock; /* the hour field begins with `*` */
};

/* Returns 0; -EINVAL, with the field, the text and what was expected in err, if text is not
 * such an expression or there is no date that matches it (30 February); -ENOMEM. */
CUPEL_MUST_CHECK int cron_parse(const char *text, struct cron *ret, struct cupel_error *err);

/* The first minute of a calendar whose clock never jumps that matches and begins behind
 * after_s, both in seconds since 1970 by that clock. Returns whether there is one within 41
 * years, which are enough for any expression that cron_parse() takes. */
bool cron_next_local(const struct cron *cron, int64_t after_s, int64_t *ret_s);

/*
 * The first time strictly after after_us that is due; both are microseconds since 1970 UTC.
 * Costs about a microsecond, or less than a millisecond where many years lie between. Returns
 * 0; -ERANGE if after_us is not in the years 1 to 9999; -ENOENT if nothing is due for as long
 * as the zone's changes are known, which takes a schedule that follows the clock and matches
 * skipped times only.
 */
CUPEL_MUST_CHECK int cron_next(const struct cron *cron, const struct zone *zone,
                               int64_t after_us, int64_t *ret_us, struct cupel_error *err);

#endif
