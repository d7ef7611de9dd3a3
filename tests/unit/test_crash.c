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

#define C_STACK                                                                                \
    "./sum(+0x118e)[0x563e444f318e]\n"                                                         \
    "/lib/x86_64-linux-gnu/libc.so.6(+0x3c050)[0x7f919d868050]\n"                              \
    "./sum(sum+0xc)[0x563e444f31d8]\n"                                                         \
    "./sum(+0x11f7)[0x563e444f31f7]\n"                                                         \
    "./sum(main+0x22)[0x563e444f321e]\n"                                                       \
    "/lib/x86_64-linux-gnu/libc.so.6(__libc_start_main+0x85)[0x7f919d853305]\n"                \
    "./sum(_start+0x21)[0x563e444f30a1]\n"

#define GO_STACK                                                                               \
    "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\n"   \
    "panic({0x45be40?, 0x1?})\n\t/usr/lib/go/src/runtime/panic.go:884 +0x212\n"                \
    "main.(*list).sum({0xc000086f48?, 0xc000086f70?}, 0x60?)\n\t/box/sum.go:3 +0x34\n"         \
    "main.main()\n\t/box/sum.go:4 +0x56\nexit status 2\n"

#define RUST_STACK                                                                             \
    "stack backtrace:\n   0: rust_begin_unwind\n             at "                              \
    "/rustc/5980/panicking.rs:689:5\n"                                                         \
    "   1: core::panicking::panic_fmt\n   2: sum::add\n             at ./sum.rs:1:38\n"        \
    "   3: sum::main\n             at ./sum.rs:2:87\n   4: core::ops::call_once\n"             \
    "note: Some details are omitted\n"

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
        {C_STACK, "backtrace in sum, called by main"},
        {"./sum(sum+0xc)[0x563e]\n", NULL}, /* one line is no stack */
        {"./sum(sum+0xc)[0x563e]\n./sum(main+0x22)[0x563e]\n",
         "backtrace in sum, called by main"},
        {GO_STACK,
         "panic: runtime error: index out of range [5] with length 3 in "
         "main.(*list).sum (sum.go:3), called by main.main (sum.go:4)"},
        {"fatal error: all goroutines are asleep - deadlock!\n",
         "fatal error: all goroutines are asleep - deadlock!"},
        {"thread 'main' panicked at 'no luck', sum.rs:1:38\nnote: run with\n",
         "panic: 'no luck', sum.rs:1:38"},
        {"\nthread 'main' (7) panicked at src/sum.rs:1:38:\nno luck\n" RUST_STACK,
         "panic: no luck (sum.rs:1:38) in sum::add (sum.rs:1:38), called by sum::main "
         "(sum.rs:2:87)"},
        {"==7==ERROR: AddressSanitizer: \x1b[31mred on", "AddressSanitizer: \\x1b[31mred on"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CUPEL_AUTO_FREE char *said = NULL;
        assert_int_equal(cupel_score_crash(cases[i].text, strlen(cases[i].text), &said), 0);
        if ((said == NULL) != (cases[i].said == NULL) ||
            (said != NULL && strcmp(said, cases[i].said) != 0))
            fail_msg("case %zu: %s", i, said != NULL ? said : "nothing");
    }
}

/* Each report cut at each byte, and each byte of it changed: no more than clean, short text. */
static void no_damage_does_harm(void **state)
{
    static const char *const reports[] = {
        "==7==ERROR: AddressSanitizer: x on address 0x6\n" STACK, C_STACK, GO_STACK,
        "thread 'main' panicked at src/sum.rs:1:38:\nno luck\n" RUST_STACK};

    (void)state;
    for (size_t report = 0; report < sizeof(reports) / sizeof(reports[0]); report++) {
        CUPEL_AUTO_FREE char *text = strdup(reports[report]);
        assert_non_null(text);
        size_t whole = strlen(text);
        for (size_t i = 0; i < 256 * whole; i++) {
            CUPEL_AUTO_FREE char *said = NULL;
            memcpy(text, reports[report], whole);
            text[i / 256] = (char)(i % 256);
            assert_int_equal(cupel_score_crash(text, i % 2 == 0 ? i / 256 : whole, &said), 0);
            assert_true(said == NULL || (cupel_text_is_utf8(said, strlen(said)) &&
                                         strlen(said) < 1700 && strchr(said, '\x1b') == NULL));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_follow_the_table),
        cmocka_unit_test(no_damage_does_harm),
    };
    return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
