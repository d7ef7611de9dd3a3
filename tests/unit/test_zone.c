#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "queue/zone.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR         3600
#define DAY          (24 * HOUR)

#define JANUARY_2026 1767225600 /* 2026-01-01T00:00:00Z */
#define JULY_2026    1782864000
#define SPRING_2026  1774746000 /* 2026-03-29T01:00:00Z, when Berlin's clock is put forward */

static struct zone *open_zone(const char *name)
{
    struct cupel_error err = {0};
    struct zone *zone = NULL;

    if (zone_open(name, &zone, &err) != 0)
        fail_msg("%s", err.text);
    return zone;
}

static void the_offset_follows_the_table(void **state)
{
    static const struct {
        const char *name;
        int64_t january, july;
    } cases[] = {
        {"UTC", 0, 0},
        {"Europe/Berlin", HOUR, 2 * HOUR},
        {"America/New_York", -5 * HOUR, -4 * HOUR},
        {"Australia/Lord_Howe", 11 * HOUR, 10 * HOUR + HOUR / 2},
        {"Asia/Kathmandu", 5 * HOUR + 2700, 5 * HOUR + 2700},
        {"America/Argentina/Buenos_Aires", -3 * HOUR, -3 * HOUR},
        {"Etc/GMT+3", -3 * HOUR, -3 * HOUR},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct zone *zone = open_zone(cases[i].name);
        assert_int_equal(zone_offset(zone, JANUARY_2026), cases[i].january);
        assert_int_equal(zone_offset(zone, JULY_2026), cases[i].july);
        zone_free(zone);
    }
}

static void a_change_is_found_to_the_second(void **state)
{
    int64_t change = 0;

    (void)state;
    struct zone *zone = open_zone("Europe/Berlin");
    assert_true(zone_next_change(zone, JANUARY_2026, JULY_2026, &change));
    assert_int_equal(change, SPRING_2026);
    assert_int_equal(zone_offset(zone, change - 1), HOUR);
    assert_int_equal(zone_offset(zone, change), 2 * HOUR);

    change = 0;
    assert_true(zone_next_change(zone, SPRING_2026 - 1, SPRING_2026, &change));
    assert_int_equal(change, SPRING_2026);
    zone_free(zone);
}

static void the_first_of_several_changes_is_found(void **state)
{
    int64_t change = 0;

    (void)state;
    struct zone *zone = open_zone("Europe/Berlin");
    assert_true(zone_next_change(zone, JANUARY_2026, JANUARY_2026 + 3650LL * DAY, &change));
    assert_int_equal(change, SPRING_2026);
    zone_free(zone);
}

static void no_change_is_found_where_there_is_none(void **state)
{
    int64_t change = 7;

    (void)state;
    struct zone *berlin = open_zone("Europe/Berlin");
    struct zone *utc = open_zone("UTC");
    assert_false(zone_next_change(berlin, JANUARY_2026, SPRING_2026 - 1, &change));
    assert_false(zone_next_change(berlin, SPRING_2026, JULY_2026, &change));
    assert_false(zone_next_change(berlin, JULY_2026, JANUARY_2026, &change));
    assert_false(zone_next_change(utc, 0, JULY_2026, &change));
    assert_int_equal(change, 7);
    zone_free(berlin);
    zone_free(utc);
}

static void what_is_no_zone_is_refused_by_name(void **state)
{
    static const struct {
        const char *name;
        int code;
        const char *text;
    } cases[] = {
        {"", -EINVAL, "the name of the time zone is empty"},
        {"Europe/Berln", -ENOENT, "Europe/Berln: no such time zone"},
        {"Europe", -ENOENT, "Europe: no such time zone"},
        {"Europe/", -ENOENT, "Europe/: no such time zone"},
        {"Utopia", -ENOENT, "Utopia: no such time zone"},
        {"Utopia+/3", -ENOENT, "Utopia+/3: no such time zone"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_error err = {0};
        struct zone *zone = NULL;
        assert_int_equal(zone_open(cases[i].name, &zone, &err), cases[i].code);
        assert_string_equal(err.text, cases[i].text);
        assert_null(zone);
    }
}

static void what_has_not_the_form_of_a_name_is_refused(void **state)
{
    static const char *const names[] = {
        "/etc/localtime",
        "../Berlin",
        "Europe/../../../etc/passwd",
        "Europe/./Berlin",
        " UTC",
        "UTC ",
        "europe/berlin",
        "localtime",
        "leapseconds",
        "right/Europe/Berlin",
        "UTC-3",
        "EST5EDT",
        "+02:00",
        "02",
        ":UTC",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "Z\xFF",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct cupel_error err = {0};
        struct zone *zone = NULL;
        if (zone_open(names[i], &zone, &err) != -EINVAL)
            fail_msg("\"%s\" is taken", names[i]);
        assert_non_null(strstr(err.text,
                               ": expected the name of a time zone, such as "
                               "Europe/Berlin or UTC"));
        assert_null(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offset_follows_the_table),
        cmocka_unit_test(a_change_is_found_to_the_second),
        cmocka_unit_test(the_first_of_several_changes_is_found),
        cmocka_unit_test(no_change_is_found_where_there_is_none),
        cmocka_unit_test(what_is_no_zone_is_refused_by_name),
        cmocka_unit_test(what_has_not_the_form_of_a_name_is_refused),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
