/*
 * Technique: make the root writable
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stddef.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "hostile.h"

int main(void)
{
    struct statvfs root;

    if (statvfs("/", &root) < 0)
        return hostile_end(-1);
    unsigned long kept = root.f_flag & (ST_NOSUID | ST_NODEV | ST_NOEXEC);
    return hostile_end(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | kept, NULL));
}
