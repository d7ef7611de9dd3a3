#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "service/http_url.h"
#include "service/webhook.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Expected values: Python's hmac.new(key, f"{now}.".encode() + body, "sha256").hexdigest(). */
static void a_signature_is_what_python_computes(void **state)
{
    static const char body[] = "{\"job\":\"j1\",\"status\":\"graded\"}";
    static const char zeros[32];
    char signature[WEBHOOK_SIGNATURE_SIZE];

    (void)state;
    webhook_sign("whsec_0123456789", 16, 1700000000, body, strlen(body), signature);
    assert_string_equal(signature,
                        "t=1700000000,"
                        "v1=8f9ebb0b64d8ccf693634b3f0b42b48b96fdaeb55987de2c7747ce74eaa0f555");
    webhook_sign(zeros, sizeof(zeros), 0, "", 0, signature);
    assert_string_equal(
        signature, "t=0,v1=b849d5a581847b281957065739df36df2463d1977ea8d6e1e4e6cf33fadc68c3");
}

static void a_signature_of_a_long_key_at_either_end_of_time_fits(void **state)
{
    static const char bytes[] = {0, (char)0xff};
    char key[200];
    char signature[WEBHOOK_SIGNATURE_SIZE];

    (void)state;
    (void)memset(key, 'k', sizeof(key));
    webhook_sign(key, sizeof(key), INT64_MAX, bytes, sizeof(bytes), signature);
    assert_string_equal(signature,
                        "t=9223372036854775807,"
                        "v1=b47808c495db51a8a9ddf355928803f440a10357ad1fa9edf4ee2ede76789736");
    webhook_sign(key, sizeof(key), INT64_MIN, bytes, sizeof(bytes), signature);
    assert_string_equal(signature,
                        "t=-9223372036854775808,"
                        "v1=e1f855f0cc08721c76a1f8e70a1810c9f71f945a99b60e737e2b1503db9183f2");
}

static void a_url_is_taken_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *url;
        bool https_only;
        bool with_http;
    } cases[] = {
        {"https://example.org", true, true},
        {"HTTPS://example.org:8443/a?b=c#d", true, true},
        {"https://[2606:4700::1111]/hook", true, true},
        {"http://example.org/", false, true},
        {"ftp://example.org/", false, false},
        {"file:///etc/passwd", false, false},
        {"gopher://example.org/", false, false},
        {"https+x://example.org/", false, false},
        {"example.org/hook", false, false},
        {"//example.org/hook", false, false},
        {"/hook", false, false},
        {"", false, false},
        {"https://", false, false},
        {"https:///hook", false, false},
        {"https:/hook", false, false},
        {"https://user@example.org/", false, false},
        {"https://user:secret@example.org/", false, false},
        {"https://:secret@example.org/", false, false},
        {"https://example.org:99999/", false, false},
        {"https://example.org:http/", false, false},
        {"https://[::1/", false, false},
        {"https://exa mple.org/", false, false},
        {"https://example.org/\r\nHost: other", false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_error err = {0};
        int r = webhook_check_url(cases[i].url, false, &err);
        if (r != (cases[i].https_only ? 0 : -EINVAL))
            fail_msg("%s: %d, %s", cases[i].url, r, err.text);
        r = webhook_check_url(cases[i].url, true, &err);
        if (r != (cases[i].with_http ? 0 : -EINVAL))
            fail_msg("%s, http allowed: %d, %s", cases[i].url, r, err.text);
    }
}

static void a_refusal_says_what_was_expected_and_no_password(void **state)
{
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(webhook_check_url("http://example.org", false, &err), -EINVAL);
    assert_string_equal(err.text, "the URL's scheme is \"http\", expected https");
    assert_int_equal(webhook_check_url("ftp://u:secret@example.org", true, &err), -EINVAL);
    assert_string_equal(err.text, "the URL's scheme is \"ftp\", expected https or http");
    assert_int_equal(webhook_check_url("https://u:secret@example.org", true, &err), -EINVAL);
    assert_string_equal(err.text, "the URL has a user or a password in it, expected none");
    assert_int_equal(webhook_check_url("https://u:secret@example.org:0x/", true, &err),
                     -EINVAL);
    assert_null(strstr(err.text, "secret"));
}

/* "https://" and a host of that many letters, then a path up to the length. */
static char *long_url(size_t host, size_t len)
{
    char *url = malloc(len + 1);

    assert_non_null(url);
    (void)memset(url, 'a', len);
    (void)memcpy(url, "https://", 8);
    if (8 + host < len)
        url[8 + host] = '/';
    url[len] = '\0';
    return url;
}

static void a_url_has_at_most_2048_bytes_and_its_host_255(void **state)
{
    CUPEL_AUTO_FREE char *longest = long_url(255, 2048);
    CUPEL_AUTO_FREE char *too_long = long_url(255, 2049);
    CUPEL_AUTO_FREE char *long_host = long_url(300, 400);
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(webhook_check_url(longest, false, &err), 0);
    assert_int_equal(webhook_check_url(too_long, false, &err), -EINVAL);
    assert_string_equal(err.text, "the URL has 2049 bytes, expected at most 2048");
    assert_int_equal(webhook_check_url(long_host, false, &err), -EINVAL);
    assert_string_equal(err.text, "the URL's host has 300 bytes, expected at most 255");
}

static void a_place_names_the_host_and_the_port_that_is_used(void **state)
{
    static const struct {
        const char *url;
        const char *place;
    } cases[] = {
        {"https://example.org/a", "example.org:443"},
        {"http://example.org", "example.org:80"},
        {"http://127.0.0.1:8080", "127.0.0.1:8080"},
        {"https://[::1]:9/", "[::1]:9"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char place[HTTP_PLACE_SIZE];
        assert_int_equal(http_url_check(cases[i].url, true, place, NULL), 0);
        assert_string_equal(place, cases[i].place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_what_python_computes),
        cmocka_unit_test(a_signature_of_a_long_key_at_either_end_of_time_fits),
        cmocka_unit_test(a_url_is_taken_or_refused_as_the_table_says),
        cmocka_unit_test(a_refusal_says_what_was_expected_and_no_password),
        cmocka_unit_test(a_url_has_at_most_2048_bytes_and_its_host_255),
        cmocka_unit_test(a_place_names_the_host_and_the_port_that_is_used),
    };
    return cmocka_run_group_tests_name("webhook", tests, NULL, NULL);
}
