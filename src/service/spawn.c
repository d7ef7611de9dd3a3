#include "service/spawn.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

int service_spawn(char *const *argv, char *const *environment,
                  const posix_spawn_file_actions_t *actions, pid_t *ret,
                  struct cupel_error *err)
{
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t ours;

    int r = posix_spawnattr_init(&attributes);
    if (r != 0)
        return cupel_fail(err, -r, "start cupel %s: %s", argv[1], strerrordesc_np(r));
    (void)sigemptyset(&none);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGPIPE);
    (void)posix_spawnattr_setsigdefault(&attributes, &ours);
    (void)posix_spawnattr_setpgroup(&attributes, 0); /* a terminal's signals are for us */
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP);
    r = posix_spawn(ret, "/proc/self/exe", actions, &attributes, argv, environment);
    (void)posix_spawnattr_destroy(&attributes);
    return r == 0 ? 0 : cupel_fail(err, -r, "start cupel %s: %s", argv[1], strerrordesc_np(r));
}
