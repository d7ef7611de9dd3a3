/*
 * Technique: type into a terminal, with the request's high half set
 * Family: escape
 * Layers: seccomp, root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: TIOCSTI
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
        return hostile_end(-1);
    (void)setsid(); /* the first terminal that its leader opens is the session's */
    int own = open(ptsname(terminal), O_RDWR | O_CLOEXEC);
    if (own < 0)
        return hostile_end(-1);
    int r = ioctl(own, 1UL << 32 | TIOCSTI, "x");
    return r < 0 && errno == EIO ? hostile_not_here("a kernel without TIOCSTI")
                                 : hostile_end(r);
}
