/*
 * Meets the limits on files, with a dot for each MiB or each file.
 *
 *     files fill FOLDER MIB [remove]    many files of 1 MiB; remove: they are gone at the end
 *     files inodes FOLDER COUNT         empty files
 *     files grow FOLDER MIB [ignore]    one file; ignore: SIGXFSZ, so that EFBIG is met
 *     files open FOLDER COUNT [close]   descriptors; close: all of them, when one is refused
 *     files open FOLDER COUNT fail      and with no other cause to fail
 *
 * Exit 0: it was allowed to; 1: refused, errno's name is on standard error, or asked to fail;
 * 2: usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"

enum { COUNT_MAX = 100000 };

static int open_file(const char *folder, unsigned number)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/file%u", folder, number);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd < 0 ? crew_refused() : fd;
}

static void remove_files(const char *folder, unsigned count)
{
    char path[256];

    for (unsigned i = 0; i <= count; i++) {
        (void)snprintf(path, sizeof(path), "%s/file%u", folder, i);
        (void)unlink(path);
    }
}

static int fill(const char *folder, unsigned count, const char *option)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        int fd = open_file(folder, i);
        r = fd < 0 ? -1 : crew_write_mib(fd);
        if (fd >= 0)
            (void)close(fd);
    }
    if (strcmp(option, "remove") == 0)
        remove_files(folder, count);
    return r;
}

static int inodes(const char *folder, unsigned count, const char *option)
{
    (void)option;
    for (unsigned i = 0; i < count; i++) {
        int fd = open_file(folder, i);
        if (fd < 0)
            return -1;
        (void)close(fd);
        crew_dot();
    }
    return 0;
}

static int grow(const char *folder, unsigned count, const char *option)
{
    if (strcmp(option, "ignore") == 0)
        (void)signal(SIGXFSZ, SIG_IGN);
    int fd = open_file(folder, 0);
    int r = fd < 0 ? -1 : 0;
    for (unsigned i = 0; r == 0 && i < count; i++)
        r = crew_write_mib(fd);
    return r;
}

static int open_many(const char *folder, unsigned count, const char *option)
{
    for (unsigned i = 0; i < count; i++) {
        if (open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0) {
            int r = crew_refused();
            if (strcmp(option, "close") == 0)
                (void)close_range(STDERR_FILENO + 1, ~0U, 0);
            return r;
        }
        crew_dot();
    }
    return strcmp(option, "fail") == 0 ? -1 : 0;
}

static const struct kind {
    const char *name;
    int (*deed)(const char *folder, unsigned count, const char *option);
} kinds[] = {{"fill", fill}, {"inodes", inodes}, {"grow", grow}, {"open", open_many}};

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    unsigned count = crew_number(argv[3], COUNT_MAX);
    crew_bound();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, argv[1]) == 0)
            return kinds[i].deed(argv[2], count, argc > 4 ? argv[4] : "") == 0 ? 0 : 1;
    }
    return 2;
}
