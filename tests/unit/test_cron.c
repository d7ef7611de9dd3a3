#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "queue/cron.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define US_PER_S     1000000
#define TEXT_SIZE    32
#define MOST_TIMES   6

/* "2026-03-29T01:00:00", in UTC. */
static int64_t instant_us(const char *text)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    if (end == NULL || *end != '\0')
        fail_msg("\"%s\" is no time", text);
    return timegm(&tm) * US_PER_S;
}

static const char *instant_text(int64_t instant, char buf[static TEXT_SIZE])
{
    struct tm tm;
    time_t seconds = instant / US_PER_S;

    assert_int_equal(instant % US_PER_S, 0);
    assert_non_null(gmtime_r(&seconds, &tm));
    assert_int_not_equal(strftime(buf, TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm), 0);
    return buf;
}

static struct cron parsed(const char *text)
{
    struct cupel_error err = {0};
    struct cron cron = {0};

    if (cron_parse(text, &cron, &err) != 0)
        fail_msg("\"%s\": %s", text, err.text);
    return cron;
}

static void free_zone_p(struct zone **zone)
{
    zone_free(*zone);
}

#define AUTO_ZONE __attribute__((cleanup(free_zone_p))) struct zone

static struct zone *open_zone(const char *name)
{
    struct cupel_error err = {0};
    struct zone *zone = NULL;

    if (zone_open(name, &zone, &err) != 0)
        fail_msg("%s", err.text);
    return zone;
}

/* When an expression is due next, and next, …, in UTC. */
struct due_case {
    const char *zone;
    const char *expression;
    const char *after;
    const char *due[MOST_TIMES];
};

static void check(const struct due_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_ZONE *zone = open_zone(cases[i].zone);
        struct cron cron = parsed(cases[i].expression);
        int64_t instant = instant_us(cases[i].after);
        for (size_t k = 0; k < MOST_TIMES && cases[i].due[k] != NULL; k++) {
            char found[TEXT_SIZE];
            struct cupel_error err = {0};
            if (cron_next(&cron, zone, instant, &instant, &err) != 0)
                fail_msg("\"%s\": %s", cases[i].expression, err.text);
            if (strcmp(instant_text(instant, found), cases[i].due[k]) != 0)
                fail_msg("\"%s\" in %s: %s instead of %s", cases[i].expression, cases[i].zone,
                         found, cases[i].due[k]);
        }
    }
}

static void expressions_are_due_as_crontab_says(void **state)
{
    static const struct due_case cases[] = {
        {"UTC",
         "* * * * *",
         "2026-01-01T00:00:00",
         {"2026-01-01T00:01:00", "2026-01-01T00:02:00"}},
        {"UTC", " 0\t12  1 1 * ", "2026-01-01T12:00:00", {"2027-01-01T12:00:00"}},
        {"UTC",
         "*/15 8 * * *",
         "2026-01-01T08:20:00",
         {"2026-01-01T08:30:00", "2026-01-01T08:45:00", "2026-01-02T08:00:00"}},
        {"UTC",
         "1-5/2 0 * * *",
         "2026-01-01T00:00:00",
         {"2026-01-01T00:01:00", "2026-01-01T00:03:00", "2026-01-01T00:05:00",
          "2026-01-02T00:01:00"}},
        {"UTC",
         "5,1-2,50-59/9 0 * * *",
         "2026-01-01T00:00:00",
         {"2026-01-01T00:01:00", "2026-01-01T00:02:00", "2026-01-01T00:05:00",
          "2026-01-01T00:50:00", "2026-01-01T00:59:00"}},
        {"UTC", "30 23 28 FEB *", "2026-02-28T23:30:00", {"2027-02-28T23:30:00"}},
        {"UTC",
         "0 0 1 jan-Mar,dec *",
         "2026-02-01T00:00:00",
         {"2026-03-01T00:00:00", "2026-12-01T00:00:00", "2027-01-01T00:00:00"}},
        {"UTC",
         "0 0 31 * *",
         "2026-01-31T00:00:00",
         {"2026-03-31T00:00:00", "2026-05-31T00:00:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void sunday_is_0_and_7_and_the_end_of_a_week(void **state)
{
    static const char *const weekends[] = {"0,6", "6-7", "sat-sun", "SUN,Sat", "6-0", "*/6"};

    (void)state;
    for (size_t i = 0; i < COUNT(weekends); i++) {
        char text[TEXT_SIZE];
        (void)snprintf(text, sizeof(text), "0 9 * * %s", weekends[i]);
        const struct due_case one = {
            "UTC",
            text,
            "2026-01-01T00:00:00", /* a Thursday */
            {"2026-01-03T09:00:00", "2026-01-04T09:00:00", "2026-01-10T09:00:00"}};
        check(&one, 1);
    }
    assert_int_equal(parsed("0 0 * * 0-0").weekdays, 1);
    assert_int_equal(parsed("0 0 * * 7-7").weekdays, 1);
    assert_int_equal(parsed("0 0 * * 0-7").weekdays, 0x7F);
}

static void a_day_of_month_or_of_week_is_enough_if_both_are_restricted(void **state)
{
    static const struct due_case cases[] = {
        {"UTC",
         "0 0 13 * fri",
         "2026-02-01T00:00:00",
         {"2026-02-06T00:00:00", "2026-02-13T00:00:00", "2026-02-20T00:00:00",
          "2026-02-27T00:00:00", "2026-03-06T00:00:00"}},
        {"UTC",
         "0 0 13 4 fri",
         "2026-02-01T00:00:00",
         {"2026-04-03T00:00:00", "2026-04-10T00:00:00", "2026-04-13T00:00:00"}},
        {"UTC", "0 0 30 2 mon", "2026-01-01T00:00:00", {"2026-02-02T00:00:00"}},
        /* Both have to match where either begins with a star. */
        {"UTC",
         "0 0 */2 * mon",
         "2026-02-01T00:00:00",
         {"2026-02-09T00:00:00", "2026-02-23T00:00:00", "2026-03-09T00:00:00"}},
        {"UTC",
         "0 0 13 * */5",
         "2026-02-01T00:00:00",
         {"2026-02-13T00:00:00", "2026-03-13T00:00:00", "2026-09-13T00:00:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void macros_stand_for_fields(void **state)
{
    static const struct due_case cases[] = {
        {"UTC", "@hourly", "2026-01-01T00:00:00", {"2026-01-01T01:00:00"}},
        {"UTC", "@daily", "2026-01-01T00:00:00", {"2026-01-02T00:00:00"}},
        {"UTC", " @midnight ", "2026-01-01T00:00:00", {"2026-01-02T00:00:00"}},
        {"UTC", "@weekly", "2026-01-01T00:00:00", {"2026-01-04T00:00:00"}},
        {"UTC", "@monthly", "2026-01-01T00:00:00", {"2026-02-01T00:00:00"}},
        {"UTC", "@yearly", "2026-01-01T00:00:00", {"2027-01-01T00:00:00"}},
        {"UTC", "@annually", "2026-01-01T00:00:00", {"2027-01-01T00:00:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void times_are_those_of_the_zone(void **state)
{
    static const struct due_case cases[] = {
        {"Asia/Kathmandu",
         "0 6 * * *",
         "2026-01-01T00:00:00",
         {"2026-01-01T00:15:00", "2026-01-02T00:15:00"}},
        {"Asia/Kathmandu",
         "@hourly",
         "2026-01-01T00:00:00",
         {"2026-01-01T00:15:00", "2026-01-01T01:15:00"}},
        {"Europe/Berlin",
         "0 8 * * mon",
         "2026-03-22T00:00:00",
         {"2026-03-23T07:00:00", "2026-03-30T06:00:00"}},
        {"America/New_York", "59 23 31 12 *", "2026-06-01T00:00:00", {"2027-01-01T04:59:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void a_fixed_time_that_is_skipped_is_due_behind_the_jump_once(void **state)
{
    static const struct due_case cases[] = {
        /* 02:00 to 03:00 at 01:00 UTC */
        {"Europe/Berlin",
         "30 2 * * *",
         "2026-03-28T00:00:00",
         {"2026-03-28T01:30:00", "2026-03-29T01:00:00", "2026-03-30T00:30:00"}},
        {"Europe/Berlin",
         "*/10 2 * * *",
         "2026-03-28T01:45:00",
         {"2026-03-28T01:50:00", "2026-03-29T01:00:00", "2026-03-30T00:00:00"}},
        {"Europe/Berlin",
         "0,30 2-3 * * *",
         "2026-03-29T00:59:59",
         {"2026-03-29T01:00:00", "2026-03-29T01:30:00", "2026-03-30T00:00:00"}},
        {"Europe/Berlin", "30 2 29 3 *", "2026-03-29T01:00:00", {"2027-03-29T00:30:00"}},
        /* 02:00 to 03:00 at 07:00 UTC */
        {"America/New_York",
         "15 2 * * *",
         "2026-03-08T00:00:00",
         {"2026-03-08T07:00:00", "2026-03-09T06:15:00"}},
        /* 02:00 to 02:30 at 15:30 UTC */
        {"Australia/Lord_Howe",
         "0,10,40 2 * * *",
         "2026-10-03T15:00:00",
         {"2026-10-03T15:30:00", "2026-10-03T15:40:00", "2026-10-04T15:00:00"}},
        /* from 30 to 31 December at 10:00 UTC */
        {"Pacific/Apia",
         "0 12 30 12 *",
         "2011-12-01T00:00:00",
         {"2011-12-30T10:00:00", "2012-12-29T22:00:00"}},
        {"Pacific/Apia",
         "0 0,12 * * *",
         "2011-12-29T22:00:00",
         {"2011-12-30T10:00:00", "2011-12-30T22:00:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void a_fixed_time_that_comes_twice_is_due_the_first_time_only(void **state)
{
    static const struct due_case cases[] = {
        /* 03:00 to 02:00 at 01:00 UTC */
        {"Europe/Berlin",
         "30 2 * * *",
         "2026-10-25T00:00:00",
         {"2026-10-25T00:30:00", "2026-10-26T01:30:00"}},
        {"Europe/Berlin", "30 2 * * *", "2026-10-25T01:15:00", {"2026-10-26T01:30:00"}},
        {"Europe/Berlin",
         "*/30 1-3 * * *",
         "2026-10-25T00:00:00",
         {"2026-10-25T00:30:00", "2026-10-25T02:00:00", "2026-10-25T02:30:00",
          "2026-10-26T00:00:00"}},
        /* 02:00 to 01:00 at 06:00 UTC */
        {"America/New_York",
         "0 1 * * *",
         "2026-11-01T00:00:00",
         {"2026-11-01T05:00:00", "2026-11-02T06:00:00"}},
        {"America/New_York", "0 2 * * *", "2026-11-01T00:00:00", {"2026-11-01T07:00:00"}},
        /* 02:00 to 01:30 at 15:00 UTC */
        {"Australia/Lord_Howe",
         "15,45 1 * * *",
         "2026-04-04T14:00:00",
         {"2026-04-04T14:15:00", "2026-04-04T14:45:00", "2026-04-05T14:45:00"}},
        /* 4 July 1892 came twice, across the date line */
        {"Pacific/Apia",
         "0 12 4 7 *",
         "1892-01-01T00:00:00",
         {"1892-07-03T23:26:56", "1893-07-04T23:26:56"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void a_star_in_the_hour_follows_the_clock(void **state)
{
    static const struct due_case cases[] = {
        {"Europe/Berlin",
         "@hourly",
         "2026-03-28T23:00:00",
         {"2026-03-29T00:00:00", "2026-03-29T01:00:00", "2026-03-29T02:00:00"}},
        {"Europe/Berlin",
         "@hourly",
         "2026-10-24T23:00:00",
         {"2026-10-25T00:00:00", "2026-10-25T01:00:00", "2026-10-25T02:00:00"}},
        {"Europe/Berlin",
         "0 */2 * * *",
         "2026-03-28T23:00:00",
         {"2026-03-29T02:00:00", "2026-03-29T04:00:00"}},
        {"Europe/Berlin",
         "30 */2 * * *",
         "2026-10-25T00:00:00",
         {"2026-10-25T00:30:00", "2026-10-25T01:30:00", "2026-10-25T03:30:00"}},
        {"America/New_York",
         "30 * * * *",
         "2026-11-01T05:00:00",
         {"2026-11-01T05:30:00", "2026-11-01T06:30:00", "2026-11-01T07:30:00"}},
        /* At a jump of half an hour the minutes of the clock differ from those of the hours. */
        {"Australia/Lord_Howe",
         "0,30 * * * *",
         "2026-10-03T15:00:00",
         {"2026-10-03T15:30:00", "2026-10-03T16:00:00"}},
        {"Australia/Lord_Howe",
         "45 * * * *",
         "2026-04-04T14:00:00",
         {"2026-04-04T14:45:00", "2026-04-04T15:15:00", "2026-04-04T16:15:00"}},
        {"Pacific/Apia",
         "0 */12 30,31 12 *",
         "2011-12-01T00:00:00",
         {"2011-12-30T10:00:00", "2011-12-30T22:00:00", "2012-12-29T10:00:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void the_29th_of_february_is_found_however_rare(void **state)
{
    static const struct due_case cases[] = {
        {"UTC", "0 0 29 2 *", "2096-02-29T00:00:00", {"2104-02-29T00:00:00"}},
        {"UTC", "0 0 29 2 */7", "2088-02-29T00:00:00", {"2128-02-29T00:00:00"}},
        {"Europe/Berlin", "0 * 29 2 */7", "2004-02-29T23:00:00", {"2032-02-28T23:00:00"}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void what_is_due_at_an_instant_is_not_due_behind_it(void **state)
{
    (void)state;
    AUTO_ZONE *zone = open_zone("UTC");
    struct cron cron = parsed("@daily");
    const int64_t midnight = instant_us("2026-01-02T00:00:00");
    const int64_t day = 86400LL * US_PER_S;
    int64_t due = 0;

    assert_int_equal(cron_next(&cron, zone, midnight - 1, &due, NULL), 0);
    assert_int_equal(due, midnight);
    assert_int_equal(cron_next(&cron, zone, midnight, &due, NULL), 0);
    assert_int_equal(due, midnight + day);
    assert_int_equal(cron_next(&cron, zone, midnight + 1, &due, NULL), 0);
    assert_int_equal(due, midnight + day);
    assert_int_equal(cron_next(&cron, zone, -1, &due, NULL), 0);
    assert_int_equal(due, 0);
}

static void an_instant_of_another_age_is_refused(void **state)
{
    static const int64_t instants[] = {INT64_MAX, INT64_MIN, 253402300800 * US_PER_S,
                                       -62135596800 * US_PER_S - 1};

    (void)state;
    AUTO_ZONE *zone = open_zone("UTC");
    struct cron cron = parsed("@daily");
    for (size_t i = 0; i < COUNT(instants); i++) {
        struct cupel_error err = {0};
        int64_t due = 7;
        assert_int_equal(cron_next(&cron, zone, instants[i], &due, &err), -ERANGE);
        assert_non_null(strstr(err.text, " us: expected a time from the year 1 to 9999"));
        assert_int_equal(due, 7);
    }
}

static void a_refusal_names_the_field_the_text_and_what_was_expected(void **state)
{
    static const char *const cases[][2] = {
        {"60 0 * * *", "field 1 (minute): 60: expected 0 to 59"},
        {"0 25 * * *", "field 2 (hour): 25: expected 0 to 23"},
        {"0 -1 * * *", "field 2 (hour): -1: expected 0 to 23"},
        {"0 0 0 * *", "field 3 (day of month): 0: expected 1 to 31"},
        {"0 0 32 * *", "field 3 (day of month): 32: expected 1 to 31"},
        {"0 0 L * *", "field 3 (day of month): L: expected 1 to 31"},
        {"0 0 * 13 *", "field 4 (month): 13: expected 1 to 12 or jan to dec"},
        {"0 0 * 0 *", "field 4 (month): 0: expected 1 to 12 or jan to dec"},
        {"0 0 * june *", "field 4 (month): june: expected 1 to 12 or jan to dec"},
        {"0 0 * mon *", "field 4 (month): mon: expected 1 to 12 or jan to dec"},
        {"0 0 * * 8", "field 5 (day of week): 8: expected 0 to 7 or sun to sat"},
        {"0 0 * * ?", "field 5 (day of week): ?: expected 0 to 7 or sun to sat"},
        {"0 0 * * mo", "field 5 (day of week): mo: expected 0 to 7 or sun to sat"},
        {"1, 0 * * *", "field 1 (minute): \"\": expected 0 to 59"},
        {"1-70 0 * * *", "field 1 (minute): 1-70: expected 0 to 59"},
        {"1,2,61,3 0 * * *", "field 1 (minute): 61: expected 0 to 59"},
        {"99999999999999999999 0 * * *",
         "field 1 (minute): 99999999999999999999: expected 0 to 59"},
        {"*-5 0 * * *", "field 1 (minute): *-5: expected 0 to 59"},
        {"1- 0 * * *", "field 1 (minute): 1-: expected 0 to 59"},
        {"1-2-3 0 * * *", "field 1 (minute): 1-2-3: expected 0 to 59"},
        {"0x5 0 * * *", "field 1 (minute): 0x5: expected 0 to 59"},
        {"0 5-1 * * *", "field 2 (hour): 5-1: expected a range from the lower to the higher"},
        {"0 0 * * fri-tue",
         "field 5 (day of week): fri-tue: expected a range from the lower to the higher"},
        {"*/0 0 * * *",
         "field 1 (minute): */0: expected a step of 1 to 60, behind * or a range"},
        {"*/61 0 * * *",
         "field 1 (minute): */61: expected a step of 1 to 60, behind * or a range"},
        {"*/ 0 * * *", "field 1 (minute): */: expected a step of 1 to 60, behind * or a range"},
        {"*/-1 0 * * *",
         "field 1 (minute): */-1: expected a step of 1 to 60, behind * or a range"},
        {"1-9/2/2 0 * * *",
         "field 1 (minute): 1-9/2/2: expected a step of 1 to 60, behind * or a range"},
        {"0 0 5/2 * *",
         "field 3 (day of month): 5/2: expected a step of 1 to 31, behind * or a range"},
        {"0 0 * * */8",
         "field 5 (day of week): */8: expected a step of 1 to 7, behind * or a range"},
        {"",
         "\"\": expected 5 fields (minute, hour, day of month, month, day of week), found 0"},
        {"0 0 * *",
         "\"0 0 * *\": expected 5 fields (minute, hour, day of month, month, day of "
         "week), found 4"},
        {"0 0 * * * *",
         "\"0 0 * * * *\": expected 5 fields (minute, hour, day of month, month, "
         "day of week), found 6"},
        {"0 0 * * *\r", "field 5 (day of week): *\\x0d: expected 0 to 7 or sun to sat"},
        {"@reboot",
         "\"@reboot\": expected @hourly, @daily, @midnight, @weekly, @monthly, "
         "@yearly or @annually"},
        {"@daily 5",
         "\"@daily 5\": expected @hourly, @daily, @midnight, @weekly, @monthly, "
         "@yearly or @annually"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_error err = {0};
        struct cron cron = {.minutes = 7};
        assert_int_equal(cron_parse(cases[i][0], &cron, &err), -EINVAL);
        assert_string_equal(err.text, cases[i][1]);
        assert_int_equal(cron.minutes, 7);
    }
}

static void what_never_comes_is_refused(void **state)
{
    static const char *const cases[] = {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *",
                                        "0 0 30,31 feb */2"};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_error err = {0};
        struct cron cron;
        assert_int_equal(cron_parse(cases[i], &cron, &err), -EINVAL);
        assert_non_null(strstr(err.text,
                               ": fields 3 and 4 (day of month, month): expected a day "
                               "that one of the months has"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_due_as_crontab_says),
        cmocka_unit_test(sunday_is_0_and_7_and_the_end_of_a_week),
        cmocka_unit_test(a_day_of_month_or_of_week_is_enough_if_both_are_restricted),
        cmocka_unit_test(macros_stand_for_fields),
        cmocka_unit_test(times_are_those_of_the_zone),
        cmocka_unit_test(a_fixed_time_that_is_skipped_is_due_behind_the_jump_once),
        cmocka_unit_test(a_fixed_time_that_comes_twice_is_due_the_first_time_only),
        cmocka_unit_test(a_star_in_the_hour_follows_the_clock),
        cmocka_unit_test(the_29th_of_february_is_found_however_rare),
        cmocka_unit_test(what_is_due_at_an_instant_is_not_due_behind_it),
        cmocka_unit_test(an_instant_of_another_age_is_refused),
        cmocka_unit_test(a_refusal_names_the_field_the_text_and_what_was_expected),
        cmocka_unit_test(what_never_comes_is_refused),
    };
    return cmocka_run_group_tests_name("cron", tests, NULL, NULL);
}
