/*
 * Technique: have the kernel keep key material
 * Family: exhaustion
 * Layers: seccomp
 * Outcome: failed
 * Policies: native
 * Control: user
 */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

enum { KEYS = 20, PROCESS_KEYRING = -2 };

int main(void)
{
    static const char material[512] = {1};
    char name[32];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < KEYS; i++) { /* of a keyring that ends with this process */
        (void)snprintf(name, sizeof(name), "hostile%d", i);
        if (syscall(SYS_add_key, "user", name, material, sizeof(material), PROCESS_KEYRING) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
