#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/document.h"
#include "cupel/path.h"
#include "cupel/report.h"
#include "grader/cheat_files.h"
#include "grader/cheat_harness.h"
#include "grader/cheat_program.h"
#include "grader/cheat_report.h"
#include "grader/cheats.h"

#define WORDS(...)                                                                             \
    (char *[])                                                                                 \
    {                                                                                          \
        __VA_ARGS__, NULL                                                                      \
    }

static void files_are_called_as_the_grader_calls_them(void **state)
{
    static char *empty[] = {NULL};
    const struct {
        char **patterns, **build, **test;
        const char *names;
    } cases[] = {
        {WORDS("fib.c"), WORDS("gcc", "fib.c"), WORDS("./fib"), "fib.c "},
        {WORDS("fib.c", "fib.h"), WORDS("make"), WORDS("./fib"), "fib.c fib.h "},
        {WORDS("*.py"), WORDS("true"), WORDS("python3", "run.py", "x.txt"), "run.py "},
        {WORDS("*"), WORDS("gcc", "-o", "out", "./a.c", "b.c"), WORDS("./a"), "a.c b.c "},
        {WORDS("*.py"), WORDS("python3", "/usr/x.py", "../y.py"), WORDS("true"), "main.py "},
        {WORDS("src/*.c"), WORDS("make"), WORDS("./a"), "src/main.c "},
        {empty, WORDS("make"), WORDS("./a"), ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_step build = {.argv = cases[i].build};
        struct cupel_grader_test test = {.step = {.argv = cases[i].test}};
        const struct cupel_grader grader = {.intake = {.files = cases[i].patterns},
                                            .builds = &build,
                                            .build_count = 1,
                                            .tests = &test,
                                            .test_count = 1};
        char **names = NULL;
        char text[256] = "";
        assert_int_equal(cupel_cheat_files(&grader, &names), 0);
        for (char **name = names; *name != NULL; name++)
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", *name);
        assert_string_equal(text, cases[i].names);
        cupel_strings_free(names);
    }
}

static void programs_are_in_the_language_of_the_suffix(void **state)
{
    static const char *const texts[] = {"a \"quoted\" \\ %1$s text", "not UTF-8: \xff", NULL};
    static const struct {
        const char *name, *part;
    } cases[] = {
        {"a.c", "puts(\"a \\\"quoted\\\" \\\\ %1$s text\");"},
        {"a.py", "print(\"a \\\"quoted\\\" \\\\ %1$s text\")"},
        {"src/Main.java", "public class Main {"},
        {"a.js", "console.log(\"a "},
        {"a.sh", "printf '%b\\n' \"a "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_not_equal(cupel_cheat_language(cases[i].name), CUPEL_CHEAT_LANGUAGES);
        char *program = cupel_cheat_program(cases[i].name, CUPEL_CHEAT_FORGED_RESULT, texts);
        assert_non_null(strstr(program, cases[i].part));
        assert_null(strstr(program, "UTF-8"));
        free(program);
    }
    assert_int_equal(cupel_cheat_language("Makefile"), CUPEL_CHEAT_LANGUAGES);
    assert_int_equal(cupel_cheat_language("a.unheard-of"), CUPEL_CHEAT_LANGUAGES);
}

static void every_language_has_every_program(void **state)
{
    static const char *const names[] = {"a.c", "a.cpp", "a.py", "A.java", "a.js", "a.sh"};
    static const char *const texts[] = {"text", NULL};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (unsigned cheat = CUPEL_CHEAT_EARLY_EXIT; cheat <= CUPEL_CHEAT_HIDDEN_DATA;
             cheat++) {
            char *program = cupel_cheat_program(names[i], (enum cupel_cheat)cheat, texts);
            assert_true(strlen(program) > 10);
            assert_null(strstr(program, "%1$s"));
            free(program);
        }
    }
}

static void forged_reports_say_that_all_declared_tests_passed(void **state)
{
    static char names[3][40] = {"suite.adds", "a \"b\" <c> & d # e \\ f", "größer [1-2]"};
    struct cupel_grader_test tests[3] = {0};
    const struct cupel_grader grader = {.tests = tests, .test_count = 3};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        tests[i].step.id = names[i];
    for (unsigned kind = 0; kind < CUPEL_REPORT_EXIT_CODE; kind++) {
        const struct cupel_grader_harness harness = {.report = (enum cupel_report_kind)kind,
                                                     .test_count = 3};
        CUPEL_AUTO_FREE char *text = cupel_cheat_report(&grader, &harness);
        struct cupel_report report = {0};
        struct cupel_error err = {0};
        assert_non_null(text);
        if (cupel_report_read(harness.report, text, strlen(text), &report, &err) < 0)
            fail_msg("%s: %s", cupel_report_kind_names[kind], err.text);
        assert_true(report.complete);
        assert_int_equal(report.count, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_string_equal(report.tests[i].id, names[i]);
            assert_int_equal(report.tests[i].outcome, CUPEL_REPORT_PASSED);
        }
        cupel_report_clear(&report);
    }
}

static void cheats_against_harnesses_are_added_to_a_sample(void **state)
{
    static const struct cupel_cheat_forgery forgery = {"a \"report\"\n", "/box/r.xml"};
    static const struct {
        const char *name;
        const char *text;
        const char *start; /* of what it becomes */
    } cases[] = {
        {"a.c", "int a;\n", "int a;\n\n#include <fcntl.h>"},
        {"A.java", "/* Alas */ class A { int a; }\n",
         "/* Alas */ class A {\n    static {\n        cupelForge();"},
        {"a.py", "a = 1\n", "import atexit"}, /* it needs none: nothing else is done */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CUPEL_AUTO_FREE char *program = NULL;
        assert_int_equal(cupel_cheat_harness_program(cases[i].name, CUPEL_CHEAT_FORGED_REPORT,
                                                     cases[i].text, &forgery, &program),
                         0);
        assert_memory_equal(program, cases[i].start, strlen(cases[i].start));
        assert_non_null(strstr(program, "\"a \\\"report\\\"\\n\""));
        assert_non_null(strstr(program, "\"/box/r.xml\""));
        assert_null(strchr(program, '@'));
    }
}

static void what_shows_only_where_tests_fail_needs_a_sample(void **state)
{
    static const struct cupel_cheat_forgery forgery = {"", ""};
    static const char *const names[] = {"a.c", "a.py", "a.js", "A.java", "Makefile"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        CUPEL_AUTO_FREE char *alone = NULL;
        CUPEL_AUTO_FREE char *added = NULL;
        assert_int_equal(cupel_cheat_harness_program(names[i], CUPEL_CHEAT_PATCHED_HARNESS,
                                                     NULL, &forgery, &alone),
                         0);
        assert_null(alone);
        assert_int_equal(cupel_cheat_harness_program(names[i], CUPEL_CHEAT_PATCHED_HARNESS,
                                                     "text\n", &forgery, &added),
                         0);
        assert_int_equal(added != NULL, i < 3);
        assert_int_equal(cupel_cheat_keeps_sample(names[i], CUPEL_CHEAT_PATCHED_HARNESS),
                         i < 3);
    }
}

static void a_grader_without_a_known_language_gets_no_program(void **state)
{
    char *patterns[] = {(char[]){"report.txt"}, NULL};
    static const char *const hidden[] = {NULL};
    static const struct cupel_cheat_sample sample;
    const struct cupel_grader grader = {.intake = {.files = patterns}};
    char *bytes = NULL;
    size_t len = 0;

    (void)state;
    for (unsigned cheat = 0; cheat < CUPEL_CHEATS; cheat++) {
        if (!cupel_cheat_applies(&grader, (enum cupel_cheat)cheat))
            continue;
        struct cupel_cheat_submission made = {0};
        assert_int_equal(
            cupel_cheat_pack(&grader, (enum cupel_cheat)cheat, hidden, &sample, &made, NULL),
            0);
        CUPEL_AUTO_FD fd = made.fd;
        if (cheat > CUPEL_CHEAT_EMPTY_FILES) {
            assert_int_equal(fd, -1);
            continue;
        }
        assert_int_equal(cupel_path_read_fd(fd, 4096, &bytes, &len), 0);
        assert_true(len > 20);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_called_as_the_grader_calls_them),
        cmocka_unit_test(programs_are_in_the_language_of_the_suffix),
        cmocka_unit_test(every_language_has_every_program),
        cmocka_unit_test(forged_reports_say_that_all_declared_tests_passed),
        cmocka_unit_test(cheats_against_harnesses_are_added_to_a_sample),
        cmocka_unit_test(what_shows_only_where_tests_fail_needs_a_sample),
        cmocka_unit_test(a_grader_without_a_known_language_gets_no_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
