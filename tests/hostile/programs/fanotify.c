/*
 * Technique: be asked before anybody opens a file
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <fcntl.h>
#include <sys/fanotify.h>

#include "surface.h"

int main(void)
{
    return surface_end(fanotify_init(FAN_CLASS_CONTENT, O_RDONLY | O_CLOEXEC));
}
