/*
 * Technique: take a terminal from everybody who has it
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    (void)setsid(); /* without a terminal: who may takes nobody's */
    if (open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0)
        return hostile_refused("a terminal that is somebody's");
    return hostile_end(vhangup());
}
