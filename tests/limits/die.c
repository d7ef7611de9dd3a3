/*
 * Dies of a signal as programs do: SEGV, FPE and ABRT by the deed, others sent to itself.
 *
 *     die NAME      such as SEGV; exit 1: it did not die; 2: usage
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void touch_what_is_not_there(void)
{
    volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    *page = 1;
}

static void divide_by_nothing(void)
{
    volatile int nothing = 0;

    nothing = 1 / nothing;
    (void)raise(SIGFPE); /* processors that do not mind */
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (strcmp(argv[1], "SEGV") == 0)
        touch_what_is_not_there();
    if (strcmp(argv[1], "FPE") == 0)
        divide_by_nothing();
    if (strcmp(argv[1], "ABRT") == 0)
        abort();
    for (int number = 1; number < NSIG; number++) {
        const char *name = sigabbrev_np(number);
        if (name != NULL && strcmp(name, argv[1]) == 0)
            (void)kill(getpid(), number);
    }
    return 1;
}
