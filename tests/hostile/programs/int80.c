/*
 * Technique: call the kernel by the entry of 32-bit programs
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the entry of 32-bit programs
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "hostile.h"

#ifdef __x86_64__
static void on_fault(int number)
{
    static const char text[] = "a kernel without that entry\n";

    (void)number;
    _exit(write(STDOUT_FILENO, text, sizeof(text) - 1) < 0 ? 3 : HOSTILE_NOT_HERE);
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_fault};
    long result = 20; /* getpid, of i386 */

    (void)sigaction(SIGSEGV, &action, NULL);
    __asm__ volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
    errno = result < 0 ? (int)-result : 0;
    return hostile_end(result);
}
#else
int main(void)
{
    return hostile_not_here("a processor without that entry");
}
#endif
