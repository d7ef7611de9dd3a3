/*
 * Technique: compare what the parent has open with one's own
 * Family: escape
 * Layers: seccomp, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    return surface_end(syscall(SYS_kcmp, getpid(), getppid(), KCMP_VM, 0, 0));
}
