/*
 * Technique: have the kernel write quotas of all disks
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the call
 */
#include <stddef.h>
#include <sys/quota.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    return surface_end(syscall(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL));
}
