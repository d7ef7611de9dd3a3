/*
 * Technique: call the kernel by the entry of 32-bit programs
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the entry of 32-bit programs
 */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "hostile.h"

#ifdef __x86_64__
static const char without[] = "a kernel without that entry";

static void on_fault(int number)
{
    (void)number;
    _exit(hostile_not_here(without));
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_fault};
    long result = 20; /* getpid, of i386 */

    (void)sigaction(SIGSEGV, &action, NULL);
    __asm__ volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
    return result == getpid() ? hostile_end(0) : hostile_not_here(without);
}
#else
int main(void)
{
    return hostile_not_here("a processor without that entry");
}
#endif
