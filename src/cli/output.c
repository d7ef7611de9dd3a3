/* Writing results, and signals that must not cut them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"

#define CHUNK 65536

/* What to write: bytes, or all of a stream. */
struct content {
    const char *start;
    size_t len;
    FILE *stream; /* NULL: bytes */
};

static int write_bytes(int fd, const char *start, size_t len, const char *name,
                       struct cupel_error *err)
{
    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, start, len));
        if (n < 0)
            return cupel_fail_errno(err, "write %s", name);
        start += n;
        len -= (size_t)n;
    }
    return 0;
}

static int write_all(int fd, struct content content, const char *name, struct cupel_error *err)
{
    char chunk[CHUNK];
    size_t n;

    if (content.stream == NULL)
        return write_bytes(fd, content.start, content.len, name, err);
    while ((n = fread(chunk, 1, sizeof(chunk), content.stream)) > 0) {
        int r = write_bytes(fd, chunk, n, name, err);
        if (r < 0)
            return r;
    }
    return ferror(content.stream) == 0 ? 0 : cupel_fail(err, -EIO, "read what to write");
}

static mode_t default_mode(void)
{
    mode_t mask = umask(0);

    (void)umask(mask);
    return 0666 & ~mask;
}

/* Fill the temporary file and let it take the name. */
static int complete(int fd, const char *temporary, const char *path, struct content content,
                    struct cupel_error *err)
{
    int r = write_all(fd, content, path, err);
    if (r < 0)
        return r;
    if (fchmod(fd, default_mode()) < 0 || fsync(fd) < 0 || rename(temporary, path) < 0)
        return cupel_fail_errno(err, "write %s", path);
    return 0;
}

static int replace(const char *path, struct content content, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *temporary = NULL;

    if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
        temporary = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    CUPEL_AUTO_FD fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    int r = complete(fd, temporary, path, content, err);
    if (r < 0)
        (void)unlink(temporary);
    return r;
}

static int write_device(const char *path, struct content content, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    return write_all(fd, content, path, err);
}

/* A device or a pipe must be written to, not replaced; a link stays, and what it leads to is
 * replaced. */
static int write_file(const char *path, struct content content, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *target = realpath(path, NULL);
    struct stat status;

    /* /dev/stdout and its like name an open file, and may lead to a regular one. */
    if ((stat(path, &status) == 0 && !S_ISREG(status.st_mode)) ||
        strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0)
        return write_device(path, content, err);
    return replace(target != NULL ? target : path, content, err);
}

/* Signals wait until the file is complete, so that no temporary one stays behind. */
static int write_undisturbed(const char *path, struct content content, struct cupel_error *err)
{
    sigset_t ending;
    sigset_t before;

    (void)sigemptyset(&ending);
    (void)sigaddset(&ending, SIGINT);
    (void)sigaddset(&ending, SIGTERM);
    (void)sigaddset(&ending, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &ending, &before);
    int r = write_file(path, content, err);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r;
}

static int write_content(const char *path, struct content content, struct cupel_error *err)
{
    if (path == NULL)
        return write_all(STDOUT_FILENO, content, "standard output", err);
    return write_undisturbed(path, content, err);
}

int cupel_cli_write_bytes(const char *path, const void *bytes, size_t len,
                          struct cupel_error *err)
{
    return write_content(path, (struct content){.start = bytes, .len = len}, err);
}

int cupel_cli_write_stream(const char *path, FILE *stream, struct cupel_error *err)
{
    return write_content(path, (struct content){.stream = stream}, err);
}

int cupel_cli_write(const char *path, const char *text, struct cupel_error *err)
{
    return cupel_cli_write_bytes(path, text, strlen(text), err);
}

static const char *_Atomic last_words;

void cupel_cli_set_last_words(const char *words)
{
    last_words = words;
}

static void end(int signal_number)
{
    const char *words = last_words;

    if (words != NULL)
        (void)!write(STDERR_FILENO, words, strlen(words));
    _exit(128 + signal_number);
}

static void go_on(int signal_number)
{
    (void)signal_number;
}

static void catch_one(int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct sigaction before;

    (void)sigemptyset(&action.sa_mask);
    /* What was ignored when we were started (nohup) stays so. */
    if (sigaction(signal_number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(signal_number, &action, NULL);
}

void cupel_cli_catch_signals(void)
{
    catch_one(SIGINT, end);
    catch_one(SIGTERM, end);
    catch_one(SIGHUP, end);
    struct sigaction action = {.sa_handler = go_on, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)sigaction(SIGXFSZ, &action, NULL);
}
