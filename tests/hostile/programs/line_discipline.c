/*
 * Technique: have a terminal's input go through other code of the kernel
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "hostile.h"

enum { NO_INPUT = 27 }; /* N_NULL of linux/tty.h */

int main(void)
{
    int discipline = NO_INPUT;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    return hostile_end(terminal < 0 ? -1 : ioctl(terminal, TIOCSETD, &discipline));
}
