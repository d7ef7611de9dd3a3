#include "service/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/spawn.h"

#define SAID_MAX 4096

static int spawn(int archive_fd, int said_fd, const char *folder,
                 const struct archive_limits *limits, char *const *environment, pid_t *ret,
                 struct cupel_error *err)
{
    char max_bytes[24];
    char max_files[24];
    char *argv[] = {"cupel", "unpack", NULL, max_bytes, max_files, NULL};
    posix_spawn_file_actions_t actions;

    argv[2] = (char *)(uintptr_t)folder;
    (void)snprintf(max_bytes, sizeof(max_bytes), "%" PRIu64, limits->max_bytes);
    (void)snprintf(max_files, sizeof(max_files), "%" PRIu64, limits->max_files);
    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return cupel_fail(err, -r, "start cupel unpack: %s", strerrordesc_np(r));
    r = posix_spawn_file_actions_adddup2(&actions, archive_fd, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, said_fd, STDOUT_FILENO);
    r = r == 0 ? service_spawn(argv, environment, &actions, ret, err)
               : cupel_fail(err, -r, "start cupel unpack: %s", strerrordesc_np(r));
    (void)posix_spawn_file_actions_destroy(&actions);
    return r;
}

static int judge(int status, int said_fd, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    char said[SAID_MAX];

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return cupel_fail(err, -EIO, "unpack: not done after %d s", ARCHIVE_TIME_MAX_S);
    if (WIFSIGNALED(status))
        return cupel_fail(err, -EIO, "unpack: ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == ARCHIVE_UNPACKED)
        return 0;
    ssize_t n = pread(said_fd, said, sizeof(said), 0);
    if (cupel_text_clean(said, n > 0 ? (size_t)n : 0, SAID_MAX, &text) < 0)
        return cupel_fail(err, -ENOMEM, "out of memory");
    if (WEXITSTATUS(status) == ARCHIVE_REJECTED)
        return cupel_fail(err, -EINVAL, "the archive is refused: %s", text);
    return cupel_fail(err, -EIO, "unpack: exit status %d: %s", WEXITSTATUS(status), text);
}

int archive_unpack(int archive_fd, const char *folder, const struct archive_limits *limits,
                   char *const *environment, struct cupel_error *err)
{
    int status = 0;
    pid_t pid = 0;

    CUPEL_AUTO_FD said_fd = memfd_create("said", MFD_CLOEXEC);
    if (said_fd < 0)
        return cupel_fail_errno(err, "memfd_create");
    if (lseek(archive_fd, 0, SEEK_SET) < 0)
        return cupel_fail_errno(err, "rewind the body");
    int r = spawn(archive_fd, said_fd, folder, limits, environment, &pid, err);
    if (r < 0)
        return r;
    if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
        return cupel_fail_errno(err, "wait for cupel unpack");
    return judge(status, said_fd, err);
}
