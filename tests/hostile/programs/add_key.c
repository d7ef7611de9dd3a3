/*
 * Technique: leave a key in the user's keyring
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the call
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    return surface_end(syscall(SYS_add_key, "user", "hostile", "x", 1, KEY_SPEC_USER_KEYRING));
}
