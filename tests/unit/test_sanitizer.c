#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "cupel/text.h"

#define STACK                                                                                  \
    "    #0 0x5576472442a5 in sum /box/sum.c:3\n"                                              \
    "    #1 0x55764724434e in main /box/sum.c:4:74\n"                                          \
    "    #2 0x7fc06f445249 in __libc_start_call_main ../sysdeps/libc_start_call_main.h:58\n"   \
    "\n"                                                                                       \
    "allocated by thread T0 here:\n"                                                           \
    "    #0 0x7fc06feb83b7 in __interceptor_calloc asan_malloc_linux.cpp:77\n"

static void reports_follow_the_table(void **state)
{
    static const struct {
        const char *text;
        const char *said; /* NULL: nothing */
    } cases[] = {
        {"", NULL},
        {"ERROR: AddressSanitizer: no\n", NULL},
        {"==7==ERROR: Nobody: heap-buffer-overflow on address 0x6\n", NULL},
        {"before\n==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6 at pc 0x5\n"
         "READ of size 4 at 0x602000000020 thread T0\n" STACK,
         "AddressSanitizer: heap-buffer-overflow in sum (sum.c:3), called by main "
         "(sum.c:4:74)"},
        {"==7==ERROR: AddressSanitizer: attempting double-free on 0x6 in thread T0:\n"
         "    #0 0x7f0 in __interceptor_free ../asan_malloc_linux.cpp:52\n"
         "    #1 0x551 in main (/box/prog+0x1110)\n",
         "AddressSanitizer: attempting double-free in main"},
        {"==7==ERROR: AddressSanitizer: SEGV on unknown address 0x0 (pc 0x5)\n",
         "AddressSanitizer: SEGV"},
        {"==7==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of 4 byte(s):\n"
         "    #0 0x7f0 in __interceptor_malloc x.cpp:1\n    #1 0x5 in f /box/a.c:1\n",
         "LeakSanitizer: detected memory leaks in f (a.c:1)"},
        {"==7==ERROR: AddressSanitizer: stack-overflow on address 0x7\n"
         "    #0 0x5 in f a.c:1\n    #1 0x5 in f a.c:1\n    #2 0x5 in f a.c:1\n"
         "    #3 0x5 in f a.c:1\n    #4 0x5 in f a.c:1\n",
         "AddressSanitizer: stack-overflow in f (a.c:1), called by f (a.c:1), called by f "
         "(a.c:1), called by f (a.c:1)"},
        {"/box/a.c:5:40: runtime error: signed integer overflow: 1 + 2\nmore",
         "UndefinedBehaviorSanitizer: signed integer overflow: 1 + 2 (a.c:5:40)"},
        {"==7==ERROR: AddressSanitizer: \x1b[31mred on", "AddressSanitizer: \\x1b[31mred on"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CUPEL_AUTO_FREE char *said = NULL;
        assert_int_equal(cupel_score_sanitizer(cases[i].text, strlen(cases[i].text), &said), 0);
        if ((said == NULL) != (cases[i].said == NULL) ||
            (said != NULL && strcmp(said, cases[i].said) != 0))
            fail_msg("case %zu: %s", i, said != NULL ? said : "nothing");
    }
}

/* Each report cut at each byte, and each byte of it changed: no more than clean, short text. */
static void no_damage_does_harm(void **state)
{
    static const char report[] = "==7==ERROR: AddressSanitizer: x on address 0x6\n" STACK;
    char text[sizeof(report)];

    (void)state;
    for (size_t i = 0; i < 256 * sizeof(report); i++) {
        CUPEL_AUTO_FREE char *said = NULL;
        memcpy(text, report, sizeof(report));
        text[i / 256] = (char)(i % 256);
        size_t len = i % 2 == 0 ? i / 256 : sizeof(report) - 1;
        assert_int_equal(cupel_score_sanitizer(text, len, &said), 0);
        assert_true(said == NULL || (cupel_text_is_utf8(said, strlen(said)) &&
                                     strlen(said) < 1700 && strchr(said, '\x1b') == NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_follow_the_table),
        cmocka_unit_test(no_damage_does_harm),
    };
    return cmocka_run_group_tests_name("sanitizer", tests, NULL, NULL);
}
