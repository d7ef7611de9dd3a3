/*
 * Technique: find a key of the session in which cupel was started
 * Family: escape
 * Layers: seccomp, session
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: keyrings
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "operator.h"
#include "surface.h"

int main(void)
{
    return surface_end(
        syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", OPERATOR_KEY, 0));
}
