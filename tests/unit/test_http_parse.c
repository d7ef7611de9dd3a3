#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/http_limits.h"
#include "service/http_parse.h"
#include "service/http_routes.h"
#include "service/metrics_family.h"
#include "service/upload.h"

#define SECOND INT64_C(1000000)

static int64_t time_of(const char *text)
{
    struct cupel_error err = {0};
    int64_t us = 0;

    if (http_parse_time("t", text, &us, &err) < 0)
        fail_msg("%s", err.text);
    return us;
}

static void times_are_those_of_rfc_3339(void **state)
{
    (void)state;
    assert_int_equal(time_of("2026-01-01T00:00:00Z"), 1767225600 * SECOND);
    assert_int_equal(time_of("2026-01-01T00:00:00.5z"), 1767225600 * SECOND + 500000);
    assert_int_equal(time_of("2026-01-01t02:30:00+02:30"), 1767225600 * SECOND);
    assert_int_equal(time_of("2025-12-31T23:00:00.000001-01:00"), 1767225600 * SECOND + 1);
    assert_int_equal(time_of("2016-12-31T23:59:60Z"), time_of("2016-12-31T23:59:59Z"));
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+2:00",
        "2026-01-01T00:00:00Zx",
        "1969-12-31T23:59:59Z",
        "x026-01-01T00:00:00Z",
    };
    struct cupel_error err = {0};
    int64_t us = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(http_parse_time("t", texts[i], &us, &err), -EINVAL);
    assert_int_equal(us, 7);
}

static void numbers_are_whole_and_in_range(void **state)
{
    static const char *const texts[] = {"", " 1", "1 ", "0x1", "11", "-1", "1e3", "+1"};
    struct cupel_error err = {0};
    int64_t number = 0;

    (void)state;
    assert_int_equal(http_parse_number("n", "10", 0, 10, &number, &err), 0);
    assert_int_equal(number, 10);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(http_parse_number("n", texts[i], 0, 10, &number, &err), -EINVAL);
    assert_non_null(strstr(err.text, "from 0 to 10"));
}

static void a_body_is_one_object_and_errors_have_a_place(void **state)
{
    static const char *const texts[] = {"", "[]", "{} {}", "{\"a\":1,\"a\":2}",
                                        "{\"a\":\"\\u0000\"}"};
    struct cupel_error err = {0};
    json_t *json = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(http_parse_json(texts[i], strlen(texts[i]), &json, &err), -EINVAL);
    assert_int_equal(http_parse_json("{\n x", 4, &json, &err), -EINVAL);
    assert_non_null(strstr(err.text, "line 2, column 2"));
}

static void only_bearers_have_tokens(void **state)
{
    (void)state;
    assert_string_equal(http_parse_bearer("bearer  x"), "x");
    assert_null(http_parse_bearer("Basic x"));
    assert_null(http_parse_bearer("Bearerx"));
}

static void names_of_files_stay_below(void **state)
{
    static const char *const names[] = {
        "",       "/a",   "../a",
        "a/../b", "a//b", "a/",
        ".",      "a\\b", "1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h/i"};
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(upload_check_path("a/b c/d.txt", &err), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(upload_check_path(names[i], &err), -EINVAL);
}

static void labels_are_escaped_and_cut_at_characters(void **state)
{
    char text[64];
    char small[10];

    (void)state;
    assert_string_equal(metrics_label("a", "x\"\\\ny", sizeof(text), text),
                        "a=\"x\\\"\\\\\\ny\"");
    assert_string_equal(metrics_label("a", "bc\xc3\xa4\xc3\xa4", sizeof(small), small),
                        "a=\"bc\"");
}

static void labels_are_at_most_so_many(void **state)
{
    struct metrics_family family = {.name = "f", .capped = "l=\"other\""};
    char label[32];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(label, sizeof(label), "l=\"%d\"", i);
        metrics_count(&family, label, 1);
    }
    assert_int_equal(family.count, METRICS_SERIES_MAX + 1);
    assert_string_equal(family.series[METRICS_SERIES_MAX].labels, "l=\"other\"");
    assert_int_equal(family.series[METRICS_SERIES_MAX].count, 1000 - METRICS_SERIES_MAX);
}

static void a_bucket_is_emptied_and_filled_again(void **state)
{
    struct http_limits *limits = NULL;
    struct cupel_error err = {0};
    unsigned after_s = 0;

    (void)state;
    assert_int_equal(http_limits_new(5, &limits, &err), 0);
    for (int i = 0; i < 10; i++)
        assert_true(http_limits_take(limits, "a", SECOND, &after_s));
    assert_false(http_limits_take(limits, "a", SECOND, &after_s));
    assert_int_equal(after_s, 1);
    assert_true(http_limits_take(limits, "b", SECOND, &after_s));
    assert_true(http_limits_take(limits, "a", SECOND + SECOND / 4, &after_s));
    http_limits_free(limits);
}

static void a_target_hides_no_slash_and_no_end(void **state)
{
    static const char *const plain[] = {"",     "/",      "/a%20b", "/a?b=%2f%2F",
                                        "/%0f", "/a%250", "/%2",    "/%"};
    static const char *const hiding[] = {"/a%2fb", "/a%2Fb", "/%00", "/a?b=%00",
                                         "/a?b=%2f&c=%00"};

    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        assert_true(http_target_is_plain(plain[i]));
    for (size_t i = 0; i < sizeof(hiding) / sizeof(hiding[0]); i++)
        assert_false(http_target_is_plain(hiding[i]));
}

static void addresses_of_one_network_are_one(void **state)
{
    static const char *const keys[][2] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2::9", "2001:db8:1:2::"},
        {"2001:db8:1:3::9", "2001:db8:1:3::"},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
        {"::1", "::"},
        {"unknown", "unknown"},
    };
    char key[HTTP_ADDRESS_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        http_limits_name(keys[i][0], key);
        assert_string_equal(key, keys[i][1]);
    }
}

static int nothing(struct http_request *request, struct http_answer *ret,
                   struct cupel_error *err)
{
    (void)request;
    (void)ret;
    (void)err;
    return 0;
}

static void a_route_is_found_by_its_parts(void **state)
{
    static const struct http_route items[] = {
        {.method = "GET", .pattern = "/a", .handler = nothing},
        {.method = "GET", .pattern = "/a/{x}/b/{y}"},
        {.method = "PUT", .pattern = "/a/{x}/b/{y}"}};
    static const struct http_routes table = {items, 3};
    static const struct http_routes *const tables[] = {&table, NULL};
    struct http_match match;
    struct cupel_error err;

    (void)state;
    assert_int_equal(http_routes_match(tables, "HEAD", "/a", &match, &err), 0);
    assert_ptr_equal(match.route, &items[0]);
    assert_int_equal(http_routes_match(tables, "GET", "/a/1/b/22", &match, &err), 0);
    assert_ptr_equal(match.route, &items[1]);
    assert_string_equal(match.variables[0], "1");
    assert_string_equal(match.variables[1], "22");
    free(match.variables[0]);
    free(match.variables[1]);
    assert_int_equal(http_routes_match(tables, "PUT", "/a/1/b/2", &match, &err), 0);
    assert_ptr_equal(match.route, &items[2]);
    assert_string_equal(match.allow, ""); /* although GET was met before */
    free(match.variables[0]);
    free(match.variables[1]);
    assert_int_equal(http_routes_match(tables, "DELETE", "/a/1/b/2", &match, &err), 0);
    assert_null(match.route);
    assert_string_equal(match.allow, "GET, HEAD, PUT");
    static const char *const others[] = {"",       "/",         "/a/", "/a//b/2",
                                         "/a/1/b", "/a/1/b/2/", "/b"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(http_routes_match(tables, "GET", others[i], &match, &err), 0);
        assert_null(match.route);
        assert_string_equal(match.allow, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_those_of_rfc_3339),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(numbers_are_whole_and_in_range),
        cmocka_unit_test(a_body_is_one_object_and_errors_have_a_place),
        cmocka_unit_test(only_bearers_have_tokens),
        cmocka_unit_test(names_of_files_stay_below),
        cmocka_unit_test(labels_are_escaped_and_cut_at_characters),
        cmocka_unit_test(labels_are_at_most_so_many),
        cmocka_unit_test(a_bucket_is_emptied_and_filled_again),
        cmocka_unit_test(a_target_hides_no_slash_and_no_end),
        cmocka_unit_test(addresses_of_one_network_are_one),
        cmocka_unit_test(a_route_is_found_by_its_parts),
    };

    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
