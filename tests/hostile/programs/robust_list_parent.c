/*
 * Technique: learn where the parent's locks are in its memory
 * Family: escape
 * Layers: landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    void *list = NULL;
    size_t len = 0;

    return hostile_end(syscall(SYS_get_robust_list, getppid(), &list, &len));
}
