/* Files that are made to be measured with. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

#define FOLDERS_OPEN 16

int bench_write(const char *path, const void *bytes, size_t len)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

    if (fd < 0)
        return -errno;
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const char *)bytes + done, len - done);
        if (n < 0)
            return -errno;
        done += (size_t)n;
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    (void)remove(path);
    return 0;
}

void bench_remove(const char *folder)
{
    (void)nftw(folder, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}

int bench_make_scratch(char folder[static BENCH_SCRATCH_SIZE], struct cupel_error *err)
{
    (void)snprintf(folder, BENCH_SCRATCH_SIZE, "/tmp/cupel-bench-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return cupel_fail_errno(err, "make a folder below /tmp");
    return 0;
}

int bench_copy_helper(const struct bench *bench, const char *name, const char *path,
                      struct cupel_error *err)
{
    char from[sizeof(bench->helpers) + 32];
    const char *const argv[] = {"/bin/cp", from, path, NULL};
    pid_t pid = -1;

    (void)snprintf(from, sizeof(from), "%s/%s", bench->helpers, name);
    int r = bench_start(argv, &pid);
    if (r == 0)
        r = bench_await(pid);
    return r < 0 ? cupel_fail(err, r, "copy %s to %s", from, path) : 0;
}

/* A grader of so many tests of the same kind, each with its number in it. */
int bench_make_grader(const char *folder, const char *files, const char *test, size_t tests,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;
    char path[BENCH_SCRATCH_SIZE + 64];
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        return cupel_fail_errno(err, "allocate");
    (void)fprintf(out,
                  "{\"schema\": \"cupel.grader/1\", \"name\": \"bench\","
                  " \"submission\": {\"files\": [\"%s\"]}, \"tests\": [",
                  files);
    for (size_t i = 0; i < tests; i++)
        (void)fprintf(out, "%s\n{\"id\": \"t%zu\", \"points\": 1, %s}", i > 0 ? "," : "", i,
                      test);
    (void)fputs("]}\n", out);
    if (fclose(out) != 0)
        return cupel_fail_errno(err, "allocate");
    (void)snprintf(path, sizeof(path), "%s/grader.json", folder);
    int r = mkdir(folder, 0755) < 0 ? -errno : bench_write(path, text, len);
    return r < 0 ? cupel_fail(err, r, "make %s", folder) : 0;
}
