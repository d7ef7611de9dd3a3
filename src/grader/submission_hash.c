#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "cupel/path.h"
#include "grader/submission_tree.h"

#define CHUNK 65536

/* A text and its NUL, so that no two lists of texts are hashed alike. */
static void hash_text(struct cupel_hash *hash, const char *text)
{
    cupel_hash_update(hash, text, strlen(text) + 1);
}

static int hash_content(struct cupel_hash *hash, int fd, const struct cupel_entry *entry,
                        char *chunk, struct cupel_error *err)
{
    uint64_t left = (uint64_t)entry->st.st_size;

    while (left > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK));
        if (n < 0)
            return cupel_fail_errno(err, "read %s", entry->path);
        if (n == 0)
            return cupel_fail(err, -EIO, "read %s: it became shorter", entry->path);
        cupel_hash_update(hash, chunk, (size_t)n);
        left -= (uint64_t)n;
    }
    return 0;
}

static int hash_file(struct cupel_hash *hash, int box_fd, const struct cupel_entry *entry,
                     char *chunk, struct cupel_error *err)
{
    char size[24];

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, entry->path, O_RDONLY | O_NOFOLLOW, err);
    if (fd < 0)
        return fd;
    (void)snprintf(size, sizeof(size), "%" PRIu64, (uint64_t)entry->st.st_size);
    hash_text(hash, "file");
    hash_text(hash, entry->path);
    hash_text(hash, size);
    return hash_content(hash, fd, entry, chunk, err);
}

static int hash_link(struct cupel_hash *hash, int box_fd, const char *path,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *target = NULL;

    int r = cupel_entry_read_link(box_fd, path, &target, err);
    if (r < 0)
        return r;
    hash_text(hash, "link");
    hash_text(hash, path);
    hash_text(hash, target);
    return 0;
}

int cupel_tree_hash(int box_fd, const struct cupel_entries *entries,
                    char ret[static CUPEL_SHA256_HEX_SIZE], struct cupel_error *err)
{
    struct cupel_hash hash;

    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK);
    if (chunk == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    cupel_hash_init(&hash);
    for (size_t i = 0; i < entries->count; i++) {
        const struct cupel_entry *entry = &entries->items[i];
        int r = 0;
        if (S_ISREG(entry->st.st_mode))
            r = hash_file(&hash, box_fd, entry, chunk, err);
        else if (S_ISLNK(entry->st.st_mode))
            r = hash_link(&hash, box_fd, entry->path, err);
        if (r < 0)
            return r;
    }
    cupel_hash_hex(&hash, ret);
    return 0;
}
