/*
 * The tests of ./bank. They never see the learner's code, only what its program prints, writes
 * and ends with, so that nothing in it can make a test pass but doing what the test asks for.
 *
 * To write another test: add a function below, to main(), and to "tests" of grader.json.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "program.h"

/* cmocka exports it, and no header of its own declares it. What fail_msg() prints does not get
 * into the report. Version 1.1.5 reads beyond its arguments if a text has more than 1000 bytes:
 * program_shown() cuts what learners print. */
void cm_print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define FAIL(...)                                                                              \
    do {                                                                                       \
        cm_print_error(__VA_ARGS__);                                                           \
        fail();                                                                                \
    } while (0)

static const char *const bank[] = {"--", "./bank", NULL};

/* Line by line, so that the message names the first that differs. */
static void check_lines(const char *expected, const char *found)
{
    for (int line = 1; *expected != '\0' || *found != '\0'; line++) {
        size_t expected_len = strcspn(expected, "\n");
        size_t found_len = strcspn(found, "\n");
        if (expected_len != found_len || strncmp(expected, found, found_len) != 0)
            FAIL("line %d of the output: expected \"%s\", found \"%s\"\n", line,
                 program_shown(expected), program_shown(found));
        expected += expected_len + (expected[expected_len] == '\n');
        found += found_len + (found[found_len] == '\n');
    }
}

static void check(const char *const *arguments, const char *input, int status,
                  const char *output)
{
    const struct program_result *result = program_run(arguments, input);

    if (result->status == 124)
        FAIL("a limit stopped the program: %s\n", program_shown(result->err));
    if (result->status > 128)
        FAIL("signal %d ended the program\n", result->status - 128);
    check_lines(output, result->out);
    if (result->status != status)
        FAIL("expected exit status %d, found %d\n", status, result->status);
}

static void opens_accounts(void **state)
{
    (void)state;
    check(bank, "open alice\nopen bob\nbalance alice\n", 0,
          "alice: 0.00\nbob: 0.00\nalice: 0.00\n");
}

static void pays_in_and_out(void **state)
{
    (void)state;
    check(bank, "open alice\ndeposit alice 12.5\ndeposit alice 7\nwithdraw alice 0.75\n", 0,
          "alice: 0.00\nalice: 12.50\nalice: 19.50\nalice: 18.75\n");
    check(bank, "open bob\ndeposit bob 0.05\nwithdraw bob 0.05\n", 0,
          "bob: 0.00\nbob: 0.05\nbob: 0.00\n");
}

static void transfers(void **state)
{
    (void)state;
    check(bank,
          "open alice\nopen bob\ndeposit alice 100\ntransfer alice bob 33.33\nbalance bob\n", 0,
          "alice: 0.00\nbob: 0.00\nalice: 100.00\nalice: 66.67, bob: 33.33\nbob: 33.33\n");
    check(bank, "open alice\ndeposit alice 8\ntransfer alice alice 3\n", 0,
          "alice: 0.00\nalice: 8.00\nalice: 8.00, alice: 8.00\n");
}

static void refuses_overdrafts(void **state)
{
    (void)state;
    check(bank, "open alice\ndeposit alice 10\nwithdraw alice 10.01\nbalance alice\n", 1,
          "alice: 0.00\nalice: 10.00\nerror: not enough money\nalice: 10.00\n");
    check(bank, "open alice\nopen bob\ntransfer alice bob 1\nbalance bob\n", 1,
          "alice: 0.00\nbob: 0.00\nerror: not enough money\nbob: 0.00\n");
}

static void refuses_what_is_no_amount(void **state)
{
    static const char *const words[] = {"0",   "-5", "+5", "1.234", "1,50",
                                        "1e3", "5.", ".5", "ten",   "0x10"};
    char input[128];
    char output[128];

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        (void)snprintf(input, sizeof(input), "open a\ndeposit a %s\nbalance a\n", words[i]);
        (void)snprintf(output, sizeof(output), "a: 0.00\nerror: %s is no amount\na: 0.00\n",
                       words[i]);
        check(bank, input, 1, output);
    }
}

static void refuses_unknown_names(void **state)
{
    (void)state;
    check(
        bank,
        "balance carol\nopen dave\nopen dave\ndeposit eve 1\nclose dave\ntransfer dave eve 1\n",
        1,
        "error: no account carol\ndave: 0.00\nerror: account dave exists\n"
        "error: no account eve\nerror: no command close\nerror: no account eve\n");
}

static const char *content_of(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "r");

    if (file == NULL)
        FAIL("the program has not written %s\n", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

/* Each call has the box as it was built: what one has written, the next one has only if the
 * harness fetches it with --get, and hands it in again with --put. */
static void keeps_a_ledger(void **state)
{
    static const char *const first[] = {"--get", "ledger", "--", "./bank", "ledger", NULL};
    static const char *const second[] = {"--put", "ledger", "--get",  "ledger",
                                         "--",    "./bank", "ledger", NULL};

    (void)state;
    check(first, "open bob\nopen alice\ndeposit bob 20.02\n", 0,
          "bob: 0.00\nalice: 0.00\nbob: 20.02\n");
    check_lines("bob 20.02\nalice 0.00\n", content_of("ledger"));
    check(second, "transfer bob alice 5\nopen carol\n", 0,
          "bob: 15.02, alice: 5.00\ncarol: 0.00\n");
    check_lines("bob 15.02\nalice 5.00\ncarol 0.00\n", content_of("ledger"));
}

/* 2^53 cents and some: no double can tell them apart. */
static void counts_every_cent(void **state)
{
    (void)state;
    check(bank, "open a\ndeposit a 90071992547409.93\ndeposit a 0.02\nwithdraw a 0.02\n", 0,
          "a: 0.00\na: 90071992547409.93\na: 90071992547409.95\na: 90071992547409.93\n");
}

static void has_many_accounts(void **state)
{
    static char input[8 * 20000];
    static char output[8 * 20000];
    size_t in = 0;
    size_t out = 0;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        in += (size_t)sprintf(input + in, "open n%d\n", i);
        out += (size_t)sprintf(output + out, "n%d: 0.00\n", i);
    }
    (void)strcpy(input + in, "deposit n4999 1\nbalance n0\n");
    (void)strcpy(output + out, "n4999: 1.00\nn0: 0.00\n");
    check(bank, input, 0, output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_accounts),
        cmocka_unit_test(pays_in_and_out),
        cmocka_unit_test(transfers),
        cmocka_unit_test(refuses_overdrafts),
        cmocka_unit_test(refuses_what_is_no_amount),
        cmocka_unit_test(refuses_unknown_names),
        cmocka_unit_test(keeps_a_ledger),
        cmocka_unit_test(counts_every_cent),
        cmocka_unit_test(has_many_accounts),
    };

    /* cmocka tells the number of failed tests by its exit status, which is not the grader's
     * fault. */
    (void)cmocka_run_group_tests_name("bank", tests, NULL, NULL);
    return 0;
}
