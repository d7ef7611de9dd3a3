#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "policy/condition.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL          UINT64_MAX
#define THREE        "arg0 == 0 and arg0 == 0 and arg0 == 0"

#define NINE_CONDITIONS THREE " and " THREE " and " THREE

static void parse_follows_the_table(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        struct cupel_condition last;
    } cases[] = {
        {"arg0 == 1", 1, {0, CUPEL_OPERATOR_EQ, ALL, 0, 1}},
        {" arg0==1 ", 1, {0, CUPEL_OPERATOR_EQ, ALL, 0, 1}},
        {"arg5 != 0x10", 1, {5, CUPEL_OPERATOR_NE, ALL, 0, 16}},
        {"arg1 <= 010", 1, {1, CUPEL_OPERATOR_IN, ALL, 0, 8}},
        {"arg1 < 8", 1, {1, CUPEL_OPERATOR_IN, ALL, 0, 7}},
        {"arg1 >= 8", 1, {1, CUPEL_OPERATOR_IN, ALL, 8, ALL}},
        {"arg1 > 8", 1, {1, CUPEL_OPERATOR_IN, ALL, 9, ALL}},
        {"arg1 in 3..5", 1, {1, CUPEL_OPERATOR_IN, ALL, 3, 5}},
        {"arg1 in AF_UNIX .. AF_INET6", 1, {1, CUPEL_OPERATOR_IN, ALL, 1, 10}},
        {"arg1 in 5..5 and arg2 > 0", 2, {2, CUPEL_OPERATOR_IN, ALL, 1, ALL}},
        {"arg2 & 0xf0 == 0x30", 1, {2, CUPEL_OPERATOR_EQ, 0xf0, 0, 0x30}},
        {"arg2 & 3|4 != 1|2", 1, {2, CUPEL_OPERATOR_NE, 7, 0, 3}},
        {"arg0 == AF_UNIX", 1, {0, CUPEL_OPERATOR_EQ, ALL, 0, 1}},
        {"arg1 == TIOCSTI and arg0 == 1", 2, {0, CUPEL_OPERATOR_EQ, ALL, 0, 1}},
        {"arg0 == 18446744073709551615", 1, {0, CUPEL_OPERATOR_EQ, ALL, 0, ALL}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_conditions conditions = {0};
        assert_int_equal(
            cupel_conditions_parse(cases[i].text, CUPEL_ARCH_X86_64, &conditions, NULL), 0);
        assert_int_equal(conditions.count, cases[i].count);
        const struct cupel_condition *last = &conditions.items[conditions.count - 1];
        assert_int_equal(last->argument, cases[i].last.argument);
        assert_int_equal(last->operator, cases[i].last.operator);
        assert_true(last->mask == cases[i].last.mask);
        assert_true(last->low == cases[i].last.low);
        assert_true(last->value == cases[i].last.value);
    }
}

static void parse_refuses_what_is_no_condition(void **state)
{
    static const char *const cases[] = {
        "",
        "arg",
        "arg6 == 1",
        "arg0",
        "arg0 ==",
        "arg0 = 1",
        "arg0 == 1 and",
        "arg0 == 1 arg1 == 1",
        "arg0 == 1 or arg1 == 1",
        "arg0 == -1",
        "arg0 == 0x",
        "arg0 == 08",
        "arg0 == 1x",
        "arg0 == 18446744073709551616",
        "arg0 == AF_UNI",
        "arg0 & == 1",
        "arg0 & 1 <= 1",
        "arg0 & 1 in 0..1",
        "arg0 < 0",
        "arg0 > 18446744073709551615",
        "arg0 in 5",
        "arg0 in 5..",
        "arg0 in 5..4",
        "arg0 in",
        "arg0 & 2 == 1",
        "arg0 == 1|",
        NINE_CONDITIONS,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_conditions conditions = {.count = 77};
        struct cupel_error err = {0};
        if (cupel_conditions_parse(cases[i], CUPEL_ARCH_X86_64, &conditions, &err) != -EINVAL ||
            conditions.count != 77 || err.text[0] == '\0')
            fail_msg("\"%s\"", cases[i]);
    }
}

static void constants_have_the_values_of_the_architecture(void **state)
{
    static const uint64_t values[] = {
        [CUPEL_ARCH_X86_64] = 0x20000, [CUPEL_ARCH_AARCH64] = 0x8000};

    (void)state;
    for (enum cupel_arch arch = 0; arch < CUPEL_ARCH_COUNT; arch++) {
        struct cupel_conditions conditions = {0};
        assert_int_equal(
            cupel_conditions_parse("arg2 & O_NOFOLLOW != 0", arch, &conditions, NULL), 0);
        assert_true(conditions.items[0].mask == values[arch]);
    }
}

static void widths_are_known_for_calls_with_conditions_only(void **state)
{
    unsigned wide = 77;

    (void)state;
    assert_false(cupel_arguments_wide("getpid", &wide));
    assert_int_equal(wide, 77);
    assert_true(cupel_arguments_wide("ioctl", &wide));
    assert_int_equal(wide, 1U << 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_follows_the_table),
        cmocka_unit_test(parse_refuses_what_is_no_condition),
        cmocka_unit_test(constants_have_the_values_of_the_architecture),
        cmocka_unit_test(widths_are_known_for_calls_with_conditions_only),
    };
    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
