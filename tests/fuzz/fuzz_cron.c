#include <errno.h>
#include <time.h>

#include "cupel/cleanup.h"
#include "queue/cron.h"
#include "require.h"

#define US_PER_S     1000000
#define MINUTE_S     60
#define MOST_BETWEEN 2000 /* minutes that are looked at one by one */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct zone *utc;

/* Half an hour of summer time, a day that was left out, changes at midnight. */
static const char *const names[] = {"Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia",
                                    "America/Asuncion"};
static struct zone *zones[sizeof(names) / sizeof(names[0])];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (zone_open(names[i], &zones[i], NULL) != 0)
            return -1;
    return zone_open("UTC", &utc, NULL) == 0 ? 0 : -1;
}

static bool contains(uint64_t set, int value)
{
    return (set >> value & 1) != 0;
}

static bool matches(const struct cron *cron, int64_t utc_s)
{
    time_t instant = utc_s;
    struct tm tm;

    require(gmtime_r(&instant, &tm) != NULL);
    bool day = contains(cron->days, tm.tm_mday);
    bool weekday = contains(cron->weekdays, tm.tm_wday);
    return tm.tm_sec == 0 && contains(cron->minutes, tm.tm_min) &&
           contains(cron->hours, tm.tm_hour) && contains(cron->months, tm.tm_mon + 1) &&
           (cron->either_day ? day || weekday : day && weekday);
}

/* What is due next is later and matches, and nothing between does. */
static int64_t check_next(const struct cron *cron, int64_t after_us)
{
    int64_t due_us = 0;

    require(cron_next(cron, utc, after_us, &due_us, NULL) == 0);
    require(due_us > after_us && due_us % US_PER_S == 0);
    int64_t due_s = due_us / US_PER_S;
    require(matches(cron, due_s));
    int64_t earlier = due_s - MINUTE_S;
    for (int i = 0; i < MOST_BETWEEN && earlier * US_PER_S > after_us; i++) {
        require(!matches(cron, earlier));
        earlier -= MINUTE_S;
    }
    return due_us;
}

/* Where clocks are changed, what is due is later still, unless it never is. */
static void check_later(const struct cron *cron, const struct zone *zone, int64_t after_us)
{
    int64_t due_us = 0;

    int r = cron_next(cron, zone, after_us, &due_us, NULL);
    require(r == -ENOENT || (r == 0 && due_us > after_us && due_us % US_PER_S == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t instants[] = {
        INT64_C(-1),                    /* before 1970 */
        INT64_C(1767225600) * US_PER_S, /* 2026-01-01, to the second */
        INT64_C(3981398399999999),      /* the end of 2096-02-29, eight years before the next */
        INT64_C(250246627199999999), /* the end of the year 9899, before one without leap day */
    };
    struct cron cron;

    CUPEL_AUTO_FREE char *text = strndup((const char *)data, size);
    if (text == NULL || cron_parse(text, &cron, NULL) != 0)
        return 0;
    require(((cron.minutes >> 60) | (cron.hours >> 24) | (cron.days & 1) | (cron.days >> 32) |
             (cron.months & 1) | (cron.months >> 13) | (cron.weekdays >> 7)) == 0);
    for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
        int64_t due_us = check_next(&cron, instants[i]);
        (void)check_next(&cron, due_us);
        check_later(&cron, zones[data[0] % (sizeof(names) / sizeof(names[0]))], instants[i]);
    }
    return 0;
}
