/*
 * Technique: compare what the parent has open with one's own
 * Family: escape
 * Layers: seccomp, landlock, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(syscall(SYS_kcmp, getpid(), getppid(), KCMP_VM, 0, 0));
}
