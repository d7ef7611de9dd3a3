/*
 * Technique: load a module into the kernel
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: none: kernels without modules have no such call
 * Needs: the call
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    char image[1] = "";
    long r = syscall(SYS_init_module, image, 0, "");

    /* Of who may, the image is looked at. */
    return surface_end_at(r, ENOEXEC);
}
