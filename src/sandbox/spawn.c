#include "sandbox/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_actions(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                       int channel_fd)
{
    sigset_t signals;
    int r = 0;

    for (int fd = 0; r == 0 && fd < 3; fd++)
        r = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, channel_fd, 3);
    (void)sigfillset(&signals);
    if (r == 0)
        r = posix_spawnattr_setsigdefault(attributes, &signals);
    (void)sigemptyset(&signals);
    if (r == 0)
        r = posix_spawnattr_setsigmask(attributes, &signals);
    if (r == 0)
        r = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    return r;
}

int spawn_program(const char *path, char *const argv[], int channel_fd, struct spawned *ret,
                  struct cupel_error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *const environment[] = {NULL};
    struct spawned spawned = {.pid = -1};

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    int r = set_actions(&actions, &attributes, channel_fd);
    if (r == 0)
        r = posix_spawn(&spawned.pid, path, &actions, &attributes, argv, environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        return cupel_fail(err, -r, "start %s: %s", path, strerrordesc_np(r));
    spawned.pidfd = (int)syscall(SYS_pidfd_open, spawned.pid, 0);
    if (spawned.pidfd < 0) {
        r = cupel_fail_errno(err, "pidfd_open");
        (void)kill(spawned.pid, SIGKILL);
        (void)waitpid(spawned.pid, NULL, 0);
        return r;
    }
    *ret = spawned;
    return 0;
}
