#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/foreign.h"
#include "report/foreign_mend.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct example {
    const char *text;     /* ' for " */
    const char *expected; /* what tell() makes of it, or the error */
};

static void put_number(FILE *out, const char *name, double value)
{
    if (!isnan(value))
        (void)fprintf(out, " %s=%.10g", name, value);
}

static void put_text(FILE *out, const char *name, const char *text)
{
    if (text != NULL)
        (void)fprintf(out, " %s=%s", name, text);
}

static void put_visibility(FILE *out, const char *name, enum cupel_foreign_visibility value)
{
    static const char *const names[] = {"visible", "hidden", "due", "published"};

    (void)fprintf(out, " %s=%s", name, names[value]);
}

static void put_test(FILE *out, const struct cupel_foreign_test *test)
{
    static const char *const statuses[] = {"", " passed", " failed"};

    (void)fprintf(out, " {%s", statuses[test->status]);
    put_visibility(out, "for", test->visibility);
    put_text(out, "name", test->name);
    put_text(out, "number", test->number);
    put_text(out, "title", test->title);
    put_number(out, "score", test->score);
    put_number(out, "of", test->max_score);
    put_text(out, "message", test->message);
    put_text(out, "output", test->output);
    if (test->images > 0)
        (void)fprintf(out, " images=%zu", test->images);
    (void)fprintf(out, " }");
}

/* What a file says, in one line. The caller frees. */
static char *tell(const struct cupel_foreign *foreign)
{
    static const char *const outcomes[] = {"graded", "not gradable", "broken"};
    static const char *const more[] = {"", " html", " txt"};
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    (void)fprintf(out, "%s%s", outcomes[foreign->outcome], more[foreign->more]);
    put_number(out, "score", foreign->score);
    put_number(out, "seconds", foreign->seconds);
    put_text(out, "message", foreign->message);
    put_text(out, "output", foreign->output);
    if (foreign->visibility != CUPEL_FOREIGN_VISIBLE)
        put_visibility(out, "for", foreign->visibility);
    if (foreign->stdout_visibility != CUPEL_FOREIGN_HIDDEN)
        put_visibility(out, "stdout", foreign->stdout_visibility);
    if (foreign->images > 0)
        (void)fprintf(out, " images=%zu", foreign->images);
    for (size_t i = 0; i < foreign->test_count; i++)
        put_test(out, &foreign->tests[i]);
    for (size_t i = 0; i < foreign->leaderboard_count; i++) {
        const struct cupel_foreign_entry *entry = &foreign->leaderboard[i];
        (void)fprintf(out, " [%s", entry->name);
        put_number(out, "value", entry->value);
        (void)fprintf(out, " %s]", entry->descending ? "desc" : "asc");
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void check(enum cupel_foreign_kind kind, const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cupel_foreign foreign = {0};
        struct cupel_error err = {0};
        CUPEL_AUTO_FREE char *text = strdup(examples[i].text);
        assert_non_null(text);
        for (char *p = text; (p = strchr(p, '\'')) != NULL;)
            *p = '"';
        int r = cupel_foreign_read(kind, text, strlen(text), &foreign, &err);
        CUPEL_AUTO_FREE char *found = r == 0 ? tell(&foreign) : strdup(err.text);
        if (r != 0 && r != -EINVAL)
            fail_msg("%s: %d", examples[i].text, r);
        assert_string_equal(found, examples[i].expected);
        cupel_foreign_clear(&foreign);
    }
}

static void gradescope_is_read_with_its_quirks(void **state)
{
    static const struct example examples[] = {
        {"{'score': 44.5}", "graded score=44.5"},
        {"{'score': '44.5', 'execution_time': '136.2'}", "graded score=44.5 seconds=136.2"},
        {"{'score': ' 4 ', 'tests': null, 'leaderboard': null}", "graded score=4"},
        {"{'score': -2}", "graded score=-2"},
        {"{'score': 1e6, 'extra_data': {'any': [1]}, 'unknown': []}", "graded score=1000000"},
        {"{'score': 0, 'output': '<b>all</b>', 'output_format': 'html'}",
         "graded score=0 output=<b>all</b>"},
        {"{'score': 0, 'output': 12.5, 'visibility': 'after_published',"
         " 'stdout_visibility': 'visible'}",
         "graded score=0 output=12.5 for=published stdout=visible"},
        {"{'tests': [{'score': 2, 'max_score': '2.0', 'status': 'failed', 'name': 'One',"
         " 'number': '1.1', 'name_format': 'md', 'output': 'a\\nb', 'output_format': 'ansi',"
         " 'tags': ['x'], 'visibility': 'hidden', 'extra_data': null}]}",
         "graded { failed for=hidden name=One number=1.1 score=2 of=2 output=a\nb }"},
        {"{'tests': [{'score': null, 'status': 'passed', 'number': 3, 'name': true}],"
         " 'score': 5}",
         "graded score=5 { passed for=visible name=true number=3 }"},
        {"{'visibility': 'hidden', 'tests': [{'score': 7, 'max_score': 5},"
         " {'score': '-1', 'visibility': 'after_due_date'}]}",
         "graded for=hidden { for=hidden score=7 of=5 } { for=due score=-1 }"},
        {"{'tests': [{'score': 0, 'output': '\\u001b[31mred'}]}",
         "graded { for=visible score=0 output=\\x1b[31mred }"},
        {"{'score': 1, 'leaderboard': [{'name': 'Accuracy', 'value': 0.926},"
         " {'name': 'Time', 'value': '15.1', 'order': 'asc'},"
         " {'name': 'Stars', 'value': '*****', 'order': 'desc'}, {'name': 'None'}]}",
         "graded score=1 [Accuracy value=0.926 desc] [Time value=15.1 asc] [Stars desc]"
         " [None desc]"},
    };

    (void)state;
    check(CUPEL_FOREIGN_GRADESCOPE, examples, COUNT(examples));
}

static void what_gradescope_would_not_take_is_told_with_its_place(void **state)
{
    static const struct example examples[] = {
        {"", "1:1: not JSON: unexpected token near end of file"},
        {"[]", "1:1: expected an object, found an array"},
        {"{}", "1:1: expected a \"score\" or \"tests\", found neither"},
        {"{'tests': []}", "1:1: expected a \"score\" or \"tests\", found neither"},
        {"{'score': true}",
         "1:11: \"score\": expected a number from -1e+06 to 1e+06, found true"},
        {"{\n 'score': '1/2'}", "2:11: \"score\": expected a number, found \"1/2\""},
        {"{'score': 'nan'}", "1:11: \"score\": expected a number, found \"nan\""},
        {"{'score': '0x10'}", "1:11: \"score\": expected a number, found \"0x10\""},
        {"{'score': '1e999'}", "1:11: \"score\": expected a number, found \"1e999\""},
        {"{'score': '2000000'}",
         "1:11: \"score\": expected a number from -1000000 to 1000000,"
         " found 2000000"},
        {"{'score': 1, 'execution_time': -1}",
         "1:32: \"execution_time\": expected a number of at least 0, found -1"},
        {"{'score': 1, 'visibility': 'secret'}",
         "1:28: \"visibility\": expected \"visible\", \"hidden\", \"after_due_date\" or"
         " \"after_published\", found \"secret\""},
        {"{'score': 1, 'output': ['a']}",
         "1:24: \"output\": expected a string, found an array"},
        {"{'tests': {}}", "1:11: \"tests\": expected an array, found an object"},
        {"{'tests': [1]}", "1:12: tests[0]: expected an object, found a number"},
        {"{'tests': [{'max_score': 3}]}",
         "1:12: tests[0]: expected a \"score\", as the file has none of its own"},
        {"{'tests': [{'score': 3, 'max_score': -3}]}",
         "1:38: tests[0].max_score: expected a number from 0 to 1e+06, found -3"},
        {"{'tests': [{'score': 3, 'status': 'ok'}]}",
         "1:35: tests[0].status: expected \"passed\" or \"failed\", found \"ok\""},
        {"{'score': 1, 'leaderboard': [{'value': 1}]}",
         "1:30: leaderboard[0]: key \"name\" is missing"},
        {"{'score': 1, 'leaderboard': [{'name': 'a', 'order': 'up'}]}",
         "1:53: leaderboard[0].order: expected \"asc\" or \"desc\", found \"up\""},
    };

    (void)state;
    check(CUPEL_FOREIGN_GRADESCOPE, examples, COUNT(examples));
}

static void what_json_has_no_number_for_is_no_json(void **state)
{
    static const char *const texts[] = {"{\"score\": NaN}",
                                        "{\"score\": Infinity}",
                                        "{\"score\": 1e999}",
                                        "{\"score\": 1",
                                        "\xff",
                                        "{\"score\": 1, \"score\": 2}"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct cupel_foreign foreign = {0};
        struct cupel_error err = {0};
        assert_int_equal(cupel_foreign_read(CUPEL_FOREIGN_GRADESCOPE, texts[i],
                                            strlen(texts[i]), &foreign, &err),
                         -EINVAL);
        assert_non_null(strstr(err.text, ": not JSON: "));
    }
}

static void coursera_is_read(void **state)
{
    static const struct example examples[] = {
        {"{'fractionalScore': 0.2, 'feedback': 'You failed'}",
         "graded score=0.2 message=You failed"},
        {"{'fractionalScore': 1, 'feedback': '', 'feedbackType': 'HTML'}",
         "graded html score=1 message="},
        {"{'fractionalScore': '0.5', 'feedback': 'x', 'feedbackType': 'TXT'}",
         "graded txt score=0.5 message=x"},
        {"{'isCorrect': true, 'feedback': 'x'}", "graded score=1 message=x"},
        {"{'isCorrect': false, 'feedback': 'x'}", "graded score=0 message=x"},
        {"{'isCorrect': true, 'fractionalScore': 0.25, 'feedback': 'x'}",
         "graded score=0.25 message=x"},
        {"{'fractionalScore': true, 'feedback': 'x'}",
         "1:21: \"fractionalScore\": expected a number from 0 to 1, found true"},
        {"{'fractionalScore': 1.01, 'feedback': 'x'}",
         "1:21: \"fractionalScore\": expected a number from 0 to 1, found 1.01"},
        {"{'fractionalScore': '-0.1', 'feedback': 'x'}",
         "1:21: \"fractionalScore\": expected a number from 0 to 1, found -0.1"},
        {"{'isCorrect': 1, 'feedback': 'x'}",
         "1:15: \"isCorrect\": expected true or false, found 1"},
        {"{'feedback': 'x'}",
         "1:1: expected \"fractionalScore\" or \"isCorrect\", found neither"},
        {"{'fractionalScore': 1}", "1:1: key \"feedback\" is missing"},
        {"{'fractionalScore': 1, 'feedback': null}", "1:36: \"feedback\": expected a string"},
        {"{'fractionalScore': 1, 'feedback': '', 'feedbackType': 'html'}",
         "1:56: \"feedbackType\": expected \"HTML\" or \"TXT\", found \"html\""},
    };

    (void)state;
    check(CUPEL_FOREIGN_COURSERA, examples, COUNT(examples));
}

static void prairielearn_is_read(void **state)
{
    static const struct example examples[] = {
        {"{'score': 0.25, 'message': 'm', 'output': 'o', 'images': [{'url': 'data:'}, 'x'],"
         " 'tests': [{'name': 'Test 1', 'description': 'd', 'points': 7, 'max_points': 5,"
         " 'message': 'tm', 'output': 'to', 'images': [{}]}]}",
         "graded score=0.25 message=m output=o images=2"
         " { for=visible name=Test 1 title=d score=7 of=5 message=tm output=to images=1 }"},
        {"{'gradable': true, 'succeeded': true, 'score': 1}", "graded score=1"},
        {"{'gradable': false, 'format_errors': 'no main'}", "not gradable message=no main"},
        {"{'gradable': false, 'score': 'any', 'message': 'm', 'format_errors': ['a', 'b']}",
         "not gradable message=a\nb"},
        {"{'gradable': false, 'message': 'm', 'format_errors': []}", "not gradable message=m"},
        {"{'succeeded': false, 'score': 0.0, 'message': 'contact staff'}",
         "broken message=contact staff"},
        {"{'score': 0.5, 'tests': [{'points': -1}, {}]}",
         "graded score=0.5 { for=visible score=-1 } { for=visible }"},
        {"{}", "1:1: key \"score\" is missing"},
        {"{'score': null}", "1:11: \"score\": expected a number from 0 to 1, found null"},
        {"{'score': 1.5}", "1:11: \"score\": expected a number from 0 to 1, found 1.5"},
        {"{'gradable': 'no'}", "1:14: \"gradable\": expected true or false, found \"no\""},
        {"{'gradable': false, 'format_errors': [1]}",
         "1:39: format_errors[0]: expected a string, found 1"},
        {"{'score': 1, 'images': 'x'}", "1:24: \"images\": expected an array, found a string"},
        {"{'score': 1, 'tests': [{'points': 'many'}]}",
         "1:35: tests[0].points: expected a number, found \"many\""},
    };

    (void)state;
    check(CUPEL_FOREIGN_PRAIRIELEARN, examples, COUNT(examples));
}

static void a_text_that_json_cannot_say_is_mended_in_place(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"plain \u00e9 \U0001F600", "plain \u00e9 \U0001F600"},
        {"\\u0000", "\\u2400"},
        {"\\\\u0000", "\\\\u0000"},
        {"\\\\\\u0000", "\\\\\\u2400"},
        {"\\ud83d\\ude00", "\\ud83d\\ude00"},
        {"\\ud83d\\u0041", "\\uFFFD\\u0041"},
        {"\\udc80", "\\uFFFD"},
        {"\\ud83d", "\\uFFFD"},
        {"\\u00", "\\u00"},
        {"\\", "\\"},
        {"a\xff\xc3", "a??"},
        {"\xed\xa0\x80", "???"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CUPEL_AUTO_FREE char *text = strdup(cases[i].text);
        assert_non_null(text);
        foreign_mend(text, strlen(text));
        assert_string_equal(text, cases[i].expected);
    }
}

static void what_is_beyond_the_limits_is_refused(void **state)
{
    static const struct {
        enum cupel_foreign_kind kind;
        size_t len;
        const char *expected;
    } cases[] = {
        {CUPEL_FOREIGN_GRADESCOPE, CUPEL_FOREIGN_BYTES_MAX + 1,
         "1:1: expected at most 16777216 bytes, found 16777217"},
        {CUPEL_FOREIGN_PRAIRIELEARN, CUPEL_FOREIGN_PRAIRIELEARN_BYTES_MAX + 1,
         "1:1: expected at most 1048576 bytes, found 1048577"},
    };
    static char tests[sizeof("{\"score\":1,\"tests\":[") + 3 * CUPEL_FOREIGN_TESTS_MAX + 5];
    struct cupel_foreign foreign = {0};
    struct cupel_error err = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CUPEL_AUTO_FREE char *text = calloc(cases[i].len, 1);
        assert_non_null(text);
        assert_int_equal(cupel_foreign_read(cases[i].kind, text, cases[i].len, &foreign, &err),
                         -EINVAL);
        assert_string_equal(err.text, cases[i].expected);
    }
    size_t len = (size_t)snprintf(tests, sizeof(tests), "{\"score\":1,\"tests\":[{}");
    for (size_t i = 0; i < CUPEL_FOREIGN_TESTS_MAX; i++)
        len += (size_t)snprintf(tests + len, sizeof(tests) - len, ",{}");
    len += (size_t)snprintf(tests + len, sizeof(tests) - len, "]}");
    assert_int_equal(cupel_foreign_read(CUPEL_FOREIGN_GRADESCOPE, tests, len, &foreign, &err),
                     -EINVAL);
    assert_string_equal(err.text,
                        "1:20: \"tests\": expected at most 10000 elements, found 10001");
}

static void long_texts_are_cut(void **state)
{
    enum { LENGTH = CUPEL_FOREIGN_TEXT_MAX + 100 };
    static char text[LENGTH + 64];
    struct cupel_foreign foreign = {0};
    struct cupel_error err = {0};

    (void)state;
    size_t len = (size_t)snprintf(text, sizeof(text), "{\"score\":1,\"output\":\"");
    memset(text + len, 'x', LENGTH);
    len += LENGTH;
    len += (size_t)snprintf(text + len, sizeof(text) - len, "\"}");
    assert_int_equal(cupel_foreign_read(CUPEL_FOREIGN_GRADESCOPE, text, len, &foreign, &err),
                     0);
    assert_in_range(strlen(foreign.output), CUPEL_FOREIGN_TEXT_MAX,
                    CUPEL_FOREIGN_TEXT_MAX + 64);
    cupel_foreign_clear(&foreign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradescope_is_read_with_its_quirks),
        cmocka_unit_test(what_gradescope_would_not_take_is_told_with_its_place),
        cmocka_unit_test(what_json_has_no_number_for_is_no_json),
        cmocka_unit_test(coursera_is_read),
        cmocka_unit_test(prairielearn_is_read),
        cmocka_unit_test(a_text_that_json_cannot_say_is_mended_in_place),
        cmocka_unit_test(what_is_beyond_the_limits_is_refused),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
