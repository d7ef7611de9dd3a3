/*
 * Technique: be asked before anybody opens a file
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <sys/fanotify.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(fanotify_init(FAN_CLASS_CONTENT, O_RDONLY | O_CLOEXEC));
}
