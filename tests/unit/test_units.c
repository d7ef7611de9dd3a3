#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/units.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED    7

struct parse_case {
    const char *text;
    int code;
    uint64_t value;
};

static void check(const struct parse_case *cases, size_t count,
                  int (*parse)(const char *, uint64_t *, struct cupel_error *))
{
    for (size_t i = 0; i < count; i++) {
        struct cupel_error err = {0};
        uint64_t value = UNTOUCHED;
        int r = parse(cases[i].text, &value, &err);
        if (r != cases[i].code || value != cases[i].value)
            fail_msg("\"%s\": %d, %ju", cases[i].text, r, (uintmax_t)value);
        if ((r < 0) != (err.text[0] != '\0'))
            fail_msg("\"%s\": error text \"%s\"", cases[i].text, err.text);
    }
}

static void parse_bytes_follows_the_table(void **state)
{
    static const struct parse_case cases[] = {
        {"0", 0, 0},
        {"12", 0, 12},
        {"12 B", 0, 12},
        {"1 KiB", 0, 1024},
        {"1KiB", 0, 1024},
        {"256 MiB", 0, 268435456},
        {"1.5 GiB", 0, 1610612736},
        {"0.5 TiB", 0, 549755813888},
        {"2 kB", 0, 2000},
        {"1 MB", 0, 1000000},
        {"1 GB", 0, 1000000000},
        {"1 TB", 0, 1000000000000},
        {"9223372036854775807", 0, INT64_MAX},
        {"8388607.999999 TiB", 0, 9223372036853676296},
        {"9223372036854775808", -ERANGE, UNTOUCHED},
        {"8388608 TiB", -ERANGE, UNTOUCHED},
        {"99999999999999999999", -ERANGE, UNTOUCHED},
        {"18446744073709551616", -ERANGE, UNTOUCHED},
        {"", -EINVAL, UNTOUCHED},
        {" 1", -EINVAL, UNTOUCHED},
        {"1 ", 0, 1},
        {"-1", -EINVAL, UNTOUCHED},
        {"+1", -EINVAL, UNTOUCHED},
        {".5 MiB", -EINVAL, UNTOUCHED},
        {"1. MiB", -EINVAL, UNTOUCHED},
        {"1.1234567 MiB", -EINVAL, UNTOUCHED},
        {"1 mib", -EINVAL, UNTOUCHED},
        {"1 MiB ", -EINVAL, UNTOUCHED},
        {"1 M", -EINVAL, UNTOUCHED},
        {"1e3", -EINVAL, UNTOUCHED},
        {"0x10", -EINVAL, UNTOUCHED},
        {"1\tMiB", -EINVAL, UNTOUCHED},
        {"12 parsecs", -EINVAL, UNTOUCHED},
    };

    (void)state;
    check(cases, COUNT(cases), cupel_units_parse_bytes);
}

static void parse_duration_follows_the_table(void **state)
{
    static const struct parse_case cases[] = {
        {"1 ns", 0, 1},
        {"12 us", 0, 12000},
        {"250 ms", 0, 250000000},
        {"250ms", 0, 250000000},
        {"1.5 s", 0, 1500000000},
        {"0 s", 0, 0},
        {"2 min", 0, 120000000000},
        {"1 h", 0, 3600000000000},
        {"3000000 h", -ERANGE, UNTOUCHED},
        {"12", -EINVAL, UNTOUCHED},
        {"0", -EINVAL, UNTOUCHED},
        {"1 sec", -EINVAL, UNTOUCHED},
        {"1 MiB", -EINVAL, UNTOUCHED},
        {"s", -EINVAL, UNTOUCHED},
    };

    (void)state;
    check(cases, COUNT(cases), cupel_units_parse_duration);
}

static void parse_says_what_was_expected_and_what_was_found(void **state)
{
    struct cupel_error err = {0};
    uint64_t value;

    (void)state;
    assert_int_equal(cupel_units_parse_bytes("12 parsecs", &value, &err), -EINVAL);
    assert_string_equal(err.text, "expected a size such as \"256 MiB\", found \"12 parsecs\"");
    assert_int_equal(cupel_units_parse_duration("12", &value, &err), -EINVAL);
    assert_string_equal(err.text, "expected a duration such as \"250 ms\", found \"12\"");
    assert_int_equal(cupel_units_parse_bytes("8388608 TiB", &value, &err), -ERANGE);
    assert_string_equal(err.text,
                        "expected a size such as \"256 MiB\", found \"8388608 TiB\", "
                        "which is too large");
}

static void format_follows_the_table(void **state)
{
    static const struct {
        uint64_t value;
        const char *bytes;
        const char *duration;
    } cases[] = {
        {0, "0 B", "0 us"},
        {1, "1 B", "1 ns"},
        {999, "999 B", "999 ns"},
        {1000, "1000 B", "1 us"},
        {1023, "1023 B", "1 us"},
        {1024, "1 KiB", "1 us"},
        {1536, "1.5 KiB", "1 us"},
        {1048575, "1023.99 KiB", "1 ms"},
        {12345678, "11.77 MiB", "12 ms"},
        {268435456, "256 MiB", "268 ms"},
        {1000000000, "953.67 MiB", "1 s"},
        {1003000000, "956.53 MiB", "1.00 s"},
        {1500000000, "1.39 GiB", "1.5 s"},
        {1999999999, "1.86 GiB", "1.99 s"},
        {10000000000, "9.31 GiB", "10 s"},
        {UINT64_MAX, "16777215.99 TiB", "18446744073.70 s"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char buf[32];
        assert_string_equal(cupel_units_format_bytes(cases[i].value, buf, sizeof(buf)),
                            cases[i].bytes);
        assert_string_equal(cupel_units_format_duration(cases[i].value, buf, sizeof(buf)),
                            cases[i].duration);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_bytes_follows_the_table),
        cmocka_unit_test(parse_duration_follows_the_table),
        cmocka_unit_test(parse_says_what_was_expected_and_what_was_found),
        cmocka_unit_test(format_follows_the_table),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
