#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/checker.h"
#include "cupel/cleanup.h"

struct answer_case {
    enum cupel_protocol protocol;
    int exit_code;
    const char *text;
    double fraction;
    const char *expected; /* the message, or the mistake if fraction is below 0 */
};

static const struct answer_case cases[] = {
    {CUPEL_PROTOCOL_EXIT_CODE, 0, "", 1, NULL},
    {CUPEL_PROTOCOL_EXIT_CODE, 0, "fine\n", 1, "fine"},
    {CUPEL_PROTOCOL_EXIT_CODE, 1, " \n", 0, NULL},
    {CUPEL_PROTOCOL_EXIT_CODE, 1, "line 2:\n\x1b[31mnot sorted\n\n", 0,
     "line 2:\n\\x1b[31mnot sorted"},
    {CUPEL_PROTOCOL_EXIT_CODE, 1, "{\"score\": 1}", 0, "{\"score\": 1}"},
    {CUPEL_PROTOCOL_EXIT_CODE, 2, "", -1,
     "exited with 2; 0 accepts and 1 rejects, with \"protocol\": \"exit-code\""},
    {CUPEL_PROTOCOL_TESTLIB, 0, "ok 3 numbers\n", 1, "ok 3 numbers"},
    {CUPEL_PROTOCOL_TESTLIB, 1, "wrong answer 1st", 0, "wrong answer 1st"},
    {CUPEL_PROTOCOL_TESTLIB, 2, "wrong output format", 0, "wrong output format"},
    {CUPEL_PROTOCOL_TESTLIB, 3, "FAIL no answer\n", -1,
     "failed (exit code 3 of testlib): FAIL no answer"},
    {CUPEL_PROTOCOL_TESTLIB, 4, "", -1,
     "exited with 4; testlib knows 0 accepted, 1 wrong, 2 presentation, 3 failed and 7 points"},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points 0.25 a quarter", 0.25, "points 0.25 a quarter"},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points 1", 1, "points 1"},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points 0", 0, "points 0"},
    {CUPEL_PROTOCOL_TESTLIB, 7, "partially correct (50) half", 0.5,
     "partially correct (50) half"},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points 1.5", -1,
     "exited with 7 and wrote \"points 1.5\" to standard error; expected \"points X\", X from "
     "0 "
     "to 1, or \"partially correct (P)\", P from 0 to 100"},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points nan", -1, NULL},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points -1", -1, NULL},
    {CUPEL_PROTOCOL_TESTLIB, 7, "points 1e999", -1, NULL},
    {CUPEL_PROTOCOL_TESTLIB, 7, "partially correct (101)", -1, NULL},
    {CUPEL_PROTOCOL_TESTLIB, 7, "", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1}", 1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, " {\"score\": 0.5, \"message\": \"half\\u0007\"}\n", 0.5,
     "half\\x07"},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 0, \"message\": \"\"}", 0, NULL},
    {CUPEL_PROTOCOL_JSON, 1, "{\"score\": 1}", -1,
     "exited with 1; expected 0, with \"protocol\": \"json\""},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1.01}", -1,
     "answered with the score 1.01; expected 0 to 1"},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": -0.1}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1e400}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": NaN}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": true}", -1, "answered without a number \"score\""},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": \"1\"}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "[1]", -1, "answered with JSON that is no object"},
    {CUPEL_PROTOCOL_JSON, 0, "", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1} {\"score\": 0}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1, \"score\": 0}", -1, NULL},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1, \"points\": 5}", -1,
     "answered with keys other than score and message"},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1, \"message\": 5}", -1,
     "answered with a \"message\" that is no string"},
    {CUPEL_PROTOCOL_JSON, 0, "{\"score\": 1, \"message\": \"\xff\"}", -1, NULL},
};

static void check(const struct answer_case *item)
{
    const struct cupel_outcome run = {.status = CUPEL_RUN_EXITED, .exit_code = item->exit_code};
    struct cupel_checker_answer answer = {.fraction = -1};
    struct cupel_error err = {0};
    size_t len = strlen(item->text);

    int r = cupel_checker_read(item->protocol, &run, item->text, len, len, &answer, &err);
    CUPEL_AUTO_FREE char *message = answer.message;
    const char *said = r < 0 ? err.text : message;
    bool same = item->expected == NULL ? r < 0 || said == NULL
                                       : said != NULL && strcmp(said, item->expected) == 0;
    if (r != (item->fraction < 0 ? -EPROTO : 0) || answer.fraction != item->fraction || !same)
        fail_msg("%s %d \"%s\": %d, %g, %s", cupel_protocol_names[item->protocol],
                 item->exit_code, item->text, r, answer.fraction, said != NULL ? said : "NULL");
}

static void answers_follow_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(&cases[i]);
}

static void a_checker_that_was_ended_has_not_answered(void **state)
{
    const struct cupel_outcome crashed = {.status = CUPEL_RUN_SIGNALED, .signal = SIGSEGV};
    const struct cupel_outcome stopped = {.status = CUPEL_RUN_LIMIT,
                                          .limit = CUPEL_LIMIT_CPU_TIME,
                                          .user_ns = 2000000000,
                                          .limits = {.cpu_ns = 1000000000}};
    struct cupel_checker_answer answer = {0};
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(
        cupel_checker_read(CUPEL_PROTOCOL_EXIT_CODE, &crashed, "", 0, 0, &answer, &err),
        -EPROTO);
    assert_non_null(strstr(err.text, "SEGV"));
    assert_int_equal(cupel_checker_read(CUPEL_PROTOCOL_JSON, &stopped, "", 0, 0, &answer, &err),
                     -EPROTO);
    assert_string_equal(err.text, "stopped at 2 s of CPU time; the limit is 1 s");
}

static void an_answer_that_was_cut_is_none(void **state)
{
    const struct cupel_outcome run = {.status = CUPEL_RUN_EXITED};
    struct cupel_checker_answer answer = {0};
    struct cupel_error err = {0};
    const char *text = "{\"score\": 1}";

    (void)state;
    assert_int_equal(cupel_checker_read(CUPEL_PROTOCOL_JSON, &run, text, strlen(text),
                                        CUPEL_CHECKER_ANSWER_MAX + 1, &answer, &err),
                     -EPROTO);
    assert_string_equal(err.text, "answered with 65537 bytes; expected at most 65536");
    assert_int_equal(
        cupel_checker_read(CUPEL_PROTOCOL_EXIT_CODE, &run, "long", 4, 100000, &answer, &err),
        0);
    assert_string_equal(answer.message, "long\n[… cut: 100000 bytes in all]\n");
    free(answer.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_follow_the_table),
        cmocka_unit_test(a_checker_that_was_ended_has_not_answered),
        cmocka_unit_test(an_answer_that_was_cut_is_none),
    };
    return cmocka_run_group_tests_name("checker", tests, NULL, NULL);
}
