#include "grader/folder_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/folder_list.h"

#define CHUNK_SIZE ((size_t)64 << 10)

static int hash_content(int fd, const char *path, uint64_t size, struct cupel_hash *hash,
                        struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK_SIZE);
    if (chunk == NULL)
        return -ENOMEM;
    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, chunk, CHUNK_SIZE));
        if (n < 0)
            return cupel_fail_errno(err, "%s", path);
        if ((uint64_t)n > size || (n == 0 && size > 0))
            return cupel_fail(err, -EBUSY, "%s changed while it was read", path);
        if (n == 0)
            return 0;
        cupel_hash_update(hash, chunk, (size_t)n);
        size -= (uint64_t)n;
    }
}

static int hash_file(int folder_fd, const char *path, struct cupel_hash *hash,
                     struct cupel_error *err)
{
    char size[24];
    struct stat status;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return cupel_fail_errno(err, "%s", path);
    int digits = snprintf(size, sizeof(size), "%jd", (intmax_t)status.st_size);
    cupel_hash_update(hash, "file", sizeof("file"));
    cupel_hash_update(hash, path, strlen(path) + 1);
    cupel_hash_update(hash, size, (size_t)digits + 1);
    return hash_content(fd, path, (uint64_t)status.st_size, hash, err);
}

int cupel_folder_hash(int folder_fd, const char *skip, struct cupel_hash *hash,
                      struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list paths = {0};

    int r = cupel_folder_list(folder_fd, S_IFREG, skip, &paths, err);
    for (size_t i = 0; r == 0 && i < paths.count; i++)
        r = hash_file(folder_fd, paths.items[i], hash, err);
    return r;
}
