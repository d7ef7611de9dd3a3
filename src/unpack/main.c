/*
 * cupel-unpack: unpacks one submission, inside a cell.
 *
 * Theory of operation
 *
 * This is the only program of cupel that reads archives, and it trusts nothing in them. It runs
 * as an unprivileged process of a cell under policy `unpack`: descriptor 0 is the packed
 * submission, a sealed memfd; the working folder is the empty box, and nothing else can be
 * written. Even so it behaves as if the cell were not there:
 *
 *   container.c  recognises the archive by its first bytes and checks its envelope
 *   reader.c     opens libarchive with that one format and filter; takes warnings for failures
 *   names.c      refuses names and links that are absolute, climb, or are no plain text
 *   fold.c       maps names that some file system takes for the same to one
 *   index.c      refuses what is there twice, lies below a file or link, or is too much
 *   extract.c    writes entries itself, below a descriptor of the root, never through a link
 *   tail.c       reads a tar to its last byte, and proves the gzip checksum
 *   unpack.c     takes entry after entry through all of these, and counts real bytes
 *
 * Sizes that an archive announces are used to refuse early, and never to trust. Litter (.git,
 * __MACOSX, …) is read and left out; it may be 100,000 entries and 256 MiB, and does not count
 * against the limits.
 *
 * The supervisor takes what is said here for hostile input, and looks at the box only when this
 * process is dead.
 *
 * Exit status: 0 unpacked; 1 the platform failed, standard error says how; 2 usage; 3 the
 * submission is refused, and standard output holds one line, "NAME: REASON" or "REASON".
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "unpack/memory.h"
#include "unpack/reject.h"
#include "unpack/unpack.h"

#define EXIT_PLATFORM 1
#define EXIT_USAGE    2
#define EXIT_REJECTED 3

static const char help[] =
    "Usage: cupel-unpack --max-size BYTES --max-files N <ARCHIVE\n"
    "\n"
    "Unpack a zip, tar (gz, bz2, xz, zst), 7z or cpio (newc) archive from standard input, a\n"
    "regular file, into the current folder. Part of cupel, which runs it in a sandbox.\n"
    "\n"
    "  --max-size BYTES  of one file, and of all files together\n"
    "  --max-files N     files, links and folders\n"
    "  --help            print this\n"
    "\n"
    "Example: cupel-unpack --max-size 1048576 --max-files 50 <submission.zip\n"
    "\n"
    "Exit: 0 unpacked; 1 platform failure; 2 usage; 3 refused, the reason is on standard\n"
    "output.\n";

/* A positive decimal number. */
static bool parse_number(const char *text, uint64_t *ret)
{
    char *end;

    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value > INT64_MAX)
        return false;
    *ret = value;
    return value > 0;
}

/* Fill limits. Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct cupel_unpack_limits *limits)
{
    static const struct option options[] = {
        {"max-size", required_argument, NULL, 's'},
        {"max-files", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    bool valid = true;

    /* this program has one thread */
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'h')
            return fputs(help, stdout) < 0 ? EXIT_PLATFORM : EXIT_SUCCESS;
        if (c == 's')
            valid = valid && parse_number(optarg, &limits->max_size_bytes);
        else if (c == 'f')
            valid = valid && parse_number(optarg, &limits->max_files);
        else
            return EXIT_USAGE;
    }
    if (valid && optind == argc && limits->max_size_bytes > 0 && limits->max_files > 0)
        return -1;
    (void)fputs("cupel-unpack: --max-size and --max-files are needed, both positive numbers\n",
                stderr);
    return EXIT_USAGE;
}

void cupel_unpack_give_up(void)
{
    static const char message[] = "cupel-unpack: out of memory\n";

    (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
    _exit(EXIT_PLATFORM);
}

int main(int argc, char **argv)
{
    struct cupel_unpack_limits limits = {0};
    struct cupel_error err = {0};

    int status = parse_options(argc, argv, &limits);
    if (status >= 0)
        return status;
    /* The supervisor has this descriptor as well, and sees by its offset that we began: what
     * ends us from here on can be the archive's doing, and nothing before can. */
    if (lseek(STDIN_FILENO, 1, SEEK_SET) < 0) {
        (void)fprintf(stderr, "cupel-unpack: seek in the submission: %s\n",
                      strerrordesc_np(errno));
        return EXIT_PLATFORM;
    }
    (void)umask(022);
    /* libarchive converts names to the locale's characters; in "C" it has no UTF-8 */
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        (void)fprintf(stderr, "cupel-unpack: take the locale C.UTF-8: %s\n",
                      strerrordesc_np(errno));
        return EXIT_PLATFORM;
    }
    CUPEL_AUTO_FD root_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0) {
        (void)fprintf(stderr, "cupel-unpack: open the working folder: %s\n",
                      strerrordesc_np(errno));
        return EXIT_PLATFORM;
    }
    int r = cupel_unpack(STDIN_FILENO, root_fd, &limits, &err);
    if (r == 0)
        return EXIT_SUCCESS;
    if (r != CUPEL_REJECTED) {
        (void)fprintf(stderr, "cupel-unpack: %s\n", err.text);
        return EXIT_PLATFORM;
    }
    return puts(err.text) < 0 || fflush(stdout) != 0 ? EXIT_PLATFORM : EXIT_REJECTED;
}
