#include "queue/cron.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#define US_PER_S       1000000
#define DAY_S          INT64_C(86400)
#define DAY_MINUTES    1440
#define EARLIEST_S     INT64_C(-62135596800) /* the year 1 begins */
#define LATEST_S       INT64_C(253402300799) /* the year 9999 ends */
#define LARGEST_JUMP_S (2 * DAY_S)           /* a day, across the date line, and room */
#define MOST_CHANGES   4096                  /* more than any zone has */

/* A given weekday is 29 February every 28 years, or 40 where a century has no leap day. */
#define HORIZON_DAYS (INT64_C(41) * 366)

struct date {
    int64_t number; /* days since 1970-01-01 */
    int64_t year;
    int month; /* from 1 */
    int day;
    int weekday; /* from Sunday */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

static bool date_of(int64_t number, struct date *ret)
{
    time_t midnight = number * DAY_S;
    struct tm tm;

    if (gmtime_r(&midnight, &tm) == NULL)
        return false;
    *ret = (struct date){.number = number,
                         .year = tm.tm_year + INT64_C(1900),
                         .month = tm.tm_mon + 1,
                         .day = tm.tm_mday,
                         .weekday = tm.tm_wday};
    return true;
}

/* Goes on by days, of which as many are left of the month or fewer. */
static void advance(struct date *date, int days)
{
    date->number += days;
    date->weekday = (date->weekday + days) % 7;
    date->day += days;
    if (date->day <= days_in_month(date->year, date->month))
        return;
    date->day = 1;
    date->month++;
    if (date->month > 12) {
        date->month = 1;
        date->year++;
    }
}

static bool contains(uint64_t set, int value)
{
    return (set >> value & 1) != 0;
}

static bool matches_day(const struct cron *cron, const struct date *date)
{
    bool day = contains(cron->days, date->day);
    bool weekday = contains(cron->weekdays, date->weekday);

    return cron->either_day ? day || weekday : day && weekday;
}

/* The first minute of a day that matches and is minute or later, or DAY_MINUTES. */
static int find_minute(const struct cron *cron, int minute)
{
    while (minute < DAY_MINUTES &&
           !(contains(cron->hours, minute / 60) && contains(cron->minutes, minute % 60)))
        minute++;
    return minute;
}

bool cron_next_local(const struct cron *cron, int64_t after_s, int64_t *ret_s)
{
    struct date date;

    if (!date_of(floor_div(after_s, DAY_S), &date))
        return false;
    int earliest = (int)((after_s - date.number * DAY_S) / 60) + 1;
    int64_t end = date.number + HORIZON_DAYS;
    while (date.number < end) {
        int step = 1;
        if (!contains(cron->months, date.month)) {
            step = days_in_month(date.year, date.month) - date.day + 1;
        } else if (matches_day(cron, &date)) {
            int minute = find_minute(cron, earliest);
            if (minute < DAY_MINUTES) {
                *ret_s = date.number * DAY_S + minute * INT64_C(60);
                return true;
            }
        }
        advance(&date, step);
        earliest = 0;
    }
    return false;
}

static int64_t local(const struct zone *zone, int64_t utc_s)
{
    return utc_s + zone_offset(zone, utc_s);
}

/* The latest time that the zone's clock has shown until utc_s; later than what it shows then if
 * it was put back shortly before. */
static int64_t latest_shown(const struct zone *zone, int64_t utc_s)
{
    int64_t latest = local(zone, utc_s);
    int64_t change = utc_s - LARGEST_JUMP_S;

    while (zone_next_change(zone, change, utc_s, &change))
        latest = later(latest, local(zone, change - 1));
    return latest;
}

/* The first instant at which the zone's clock shows local_s or later. */
static int64_t first_shown(const struct zone *zone, int64_t local_s)
{
    int64_t from = local_s - LARGEST_JUMP_S;
    int64_t change;

    while (zone_next_change(zone, from, local_s + LARGEST_JUMP_S, &change) &&
           local_s - zone_offset(zone, from) >= change)
        from = change;
    return later(from, local_s - zone_offset(zone, from));
}

static bool next_fixed(const struct cron *cron, const struct zone *zone, int64_t after_s,
                       int64_t *ret_s)
{
    int64_t local_s;

    if (!cron_next_local(cron, latest_shown(zone, after_s), &local_s))
        return false;
    *ret_s = first_shown(zone, local_s);
    return true;
}

/* Goes from change to change of the zone's clock, between which it does not jump. */
static bool next_by_clock(const struct cron *cron, const struct zone *zone, int64_t after_s,
                          int64_t *ret_s)
{
    int64_t shown = local(zone, after_s);

    for (int changes = 0; changes < MOST_CHANGES; changes++) {
        int64_t local_s;
        int64_t change;
        if (!cron_next_local(cron, shown, &local_s))
            return false;
        int64_t due = local_s - zone_offset(zone, after_s);
        if (!zone_next_change(zone, after_s, due, &change)) {
            *ret_s = due;
            return true;
        }
        after_s = change;
        shown = local(zone, change) - 1; /* what the clock shows at the change may match */
    }
    return false;
}

int cron_next(const struct cron *cron, const struct zone *zone, int64_t after_us,
              int64_t *ret_us, struct cupel_error *err)
{
    int64_t after_s = floor_div(after_us, US_PER_S);
    int64_t due;

    if (after_s < EARLIEST_S || after_s > LATEST_S)
        return cupel_fail(err, -ERANGE,
                          "%" PRId64 " us: expected a time from the year 1 to 9999", after_us);
    bool found = cron->follows_clock ? next_by_clock(cron, zone, after_s, &due)
                                     : next_fixed(cron, zone, after_s, &due);
    if (!found)
        return cupel_fail(err, -ENOENT, "the schedule is never due again in this time zone");
    *ret_us = due * US_PER_S;
    return 0;
}
