#include "queue/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "cupel/path.h"
#include "grader/folder_list.h"

#define SCHEMA       "cupel.tree/1"
#define DOCUMENT_MAX (64U << 20)
#define CHUNK        65536

/* One file of a document; borrowed from it. */
struct entry {
    const char *path;
    const char *sha256;
    bool executable;
};

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Keep one file; its entry is a new reference in *ret. */
static int put_file(struct cupel_queue *queue, int folder_fd, const char *path,
                    uint64_t max_bytes, uint64_t *bytes, json_t **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY | O_NOCTTY, err);
    struct cupel_blob blob = {.bytes = 0};
    struct stat before;
    struct stat after;

    if (fd < 0)
        return fd == -ENOENT ? cupel_fail(err, -EBUSY, "%.200s: is gone meanwhile", path) : fd;
    if (fstat(fd, &before) < 0)
        return cupel_fail_errno(err, "stat %.200s", path);
    int r = cupel_queue_put_blob(queue, fd, max_bytes, &blob, err);
    if (r == -EFBIG)
        return cupel_fail(err, r, "%.160s: the files are larger than allowed", path);
    if (r < 0)
        return r;
    if (fstat(fd, &after) < 0)
        return cupel_fail_errno(err, "stat %.200s", path);
    if (blob.bytes != (uint64_t)after.st_size ||
        !is_same_time(&before.st_mtim, &after.st_mtim) ||
        !is_same_time(&before.st_ctim, &after.st_ctim))
        return cupel_fail(err, -EBUSY, "%.200s: changes meanwhile", path);
    *ret = json_pack("{s:s, s:I, s:s, s:b}", "path", path, "bytes", (json_int_t)blob.bytes,
                     "sha256", blob.sha256, "executable", (after.st_mode & 0111) != 0);
    *bytes += blob.bytes;
    return *ret != NULL ? 0 : cupel_fail(err, -EINVAL, "%.200s: the name is no UTF-8", path);
}

static int put_files(struct cupel_queue *queue, int folder_fd,
                     const struct cupel_folder_list *list,
                     const struct cupel_tree_limits *limits, json_t *files,
                     struct cupel_error *err)
{
    uint64_t bytes = 0;

    if (list->count > limits->max_files)
        return cupel_fail(err, -EFBIG, "%zu files; at most %zu are allowed", list->count,
                          limits->max_files);
    for (size_t i = 0; i < list->count; i++) {
        json_t *file = NULL;
        int r = put_file(queue, folder_fd, list->items[i], limits->max_bytes - bytes, &bytes,
                         &file, err);
        if (r < 0)
            return r;
        if (json_array_append_new(files, file) < 0)
            return cupel_fail(err, -ENOMEM, "keep a folder: out of memory");
    }
    return 0;
}

static int put_document(struct cupel_queue *queue, const json_t *document,
                        struct cupel_blob *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = memfd_create("tree", MFD_CLOEXEC);
    CUPEL_AUTO_FREE char *text = json_dumps(document, JSON_COMPACT);

    if (fd < 0)
        return cupel_fail_errno(err, "memfd_create");
    int r = text == NULL ? -ENOMEM : cupel_path_write_fd(fd, text, strlen(text));
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r < 0)
        return cupel_fail(err, r, "keep a folder: %s", strerrordesc_np(-r));
    return cupel_queue_put_blob(queue, fd, DOCUMENT_MAX, ret, err);
}

int cupel_queue_put_tree(struct cupel_queue *queue, int folder_fd,
                         const struct cupel_tree_limits *limits, struct cupel_blob *ret,
                         struct cupel_error *err)
{
    struct cupel_folder_list list = {0};
    json_t *files = json_array();
    json_t *document = json_pack("{s:s, s:o}", "schema", SCHEMA, "files", files);
    int r = document == NULL ? cupel_fail(err, -ENOMEM, "keep a folder: out of memory")
                             : cupel_folder_list(folder_fd, S_IFREG, NULL, &list, err);

    if (r == 0)
        r = put_files(queue, folder_fd, &list, limits, files, err);
    if (r == 0)
        r = put_document(queue, document, ret, err);
    cupel_folder_list_clear(&list);
    json_decref(document);
    return r;
}

/* The folders on the way to a file. */
static int make_folders(int folder_fd, const char *path, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *folder = strdup(path);

    if (folder == NULL)
        return cupel_fail(err, -ENOMEM, "make folders: out of memory");
    for (char *slash = strchr(folder, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(folder_fd, folder, 0755) == 0) {
            if (fchmodat(folder_fd, folder, 0755, 0) < 0) /* whatever the umask */
                return cupel_fail_errno(err, "make %.200s", path);
        } else if (errno != EEXIST) {
            return cupel_fail_errno(err, "make %.200s", path);
        }
        *slash = '/';
    }
    return 0;
}

static int verify(const char *found, const char *sha256, struct cupel_error *err)
{
    return strcmp(found, sha256) == 0
               ? 0
               : cupel_fail(err, -EIO, "blob %.64s is damaged: its hash is another", sha256);
}

/* Copy to the end, and look whether it is what its name says. */
static int copy_verified(int from_fd, int to_fd, const char *sha256, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK);
    char found[CUPEL_SHA256_HEX_SIZE];
    struct cupel_hash hash;
    ssize_t n;

    if (chunk == NULL)
        return cupel_fail(err, -ENOMEM, "copy a blob: out of memory");
    cupel_hash_init(&hash);
    while ((n = TEMP_FAILURE_RETRY(read(from_fd, chunk, CHUNK))) > 0) {
        cupel_hash_update(&hash, chunk, (size_t)n);
        int r = cupel_path_write_fd(to_fd, chunk, (size_t)n);
        if (r < 0)
            return cupel_fail(err, r, "copy blob %.64s: %s", sha256, strerrordesc_np(-r));
    }
    if (n < 0)
        return cupel_fail_errno(err, "read blob %.64s", sha256);
    cupel_hash_hex(&hash, found);
    return verify(found, sha256, err);
}

int cupel_queue_get_blob(struct cupel_queue *queue, const char *sha256, int fd,
                         struct cupel_error *err)
{
    CUPEL_AUTO_FD from_fd = -1;

    int r = cupel_queue_open_blob(queue, sha256, &from_fd, err);
    return r == 0 ? copy_verified(from_fd, fd, sha256, err) : r;
}

static int get_file(struct cupel_queue *queue, const struct entry *entry, int folder_fd,
                    struct cupel_error *err)
{
    int r = make_folders(folder_fd, entry->path, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD to_fd =
        cupel_path_open_beneath(folder_fd, entry->path, O_WRONLY | O_CREAT | O_EXCL, err);
    if (to_fd < 0)
        return to_fd;
    r = cupel_queue_get_blob(queue, entry->sha256, to_fd, err);
    if (r == 0 && fchmod(to_fd, entry->executable ? 0755 : 0644) < 0)
        r = cupel_fail_errno(err, "write %.200s", entry->path);
    return r;
}

static int fail_document(const char *sha256, const char *what, struct cupel_error *err)
{
    return cupel_fail(err, -EPROTO, "%.64s is no " SCHEMA ": %s", sha256, what);
}

static int get_files(struct cupel_queue *queue, const char *sha256, json_t *document,
                     int folder_fd, const struct cupel_tree_pause *pause,
                     struct cupel_error *err)
{
    const char *schema = "";
    json_t *files = NULL;
    json_t *file;
    size_t i;

    if (json_unpack(document, "{s:s, s:o}", "schema", &schema, "files", &files) < 0 ||
        strcmp(schema, SCHEMA) != 0 || !json_is_array(files))
        return fail_document(sha256, "schema or files are missing", err);
    json_array_foreach(files, i, file)
    {
        struct entry entry = {.path = NULL};
        int executable = 0;
        if (json_unpack(file, "{s:s, s:s, s:b}", "path", &entry.path, "sha256", &entry.sha256,
                        "executable", &executable) < 0)
            return fail_document(sha256, "path, sha256 or executable of a file is missing",
                                 err);
        if (!cupel_path_is_plain(entry.path))
            return fail_document(sha256, "the path of a file is not plain", err);
        entry.executable = executable != 0;
        if (pause != NULL)
            pause->call(pause->owner);
        int r = get_file(queue, &entry, folder_fd, err);
        if (r < 0)
            return r == -EINVAL ? fail_document(sha256, "the sha256 of a file is none", err)
                                : r;
    }
    return 0;
}

static int load_document(struct cupel_queue *queue, const char *sha256, json_t **ret,
                         struct cupel_error *err)
{
    char found[CUPEL_SHA256_HEX_SIZE];
    CUPEL_AUTO_FREE char *text = NULL;
    CUPEL_AUTO_FD fd = -1;
    struct cupel_hash hash;
    size_t len = 0;

    int r = cupel_queue_open_blob(queue, sha256, &fd, err);
    if (r < 0)
        return r;
    r = cupel_path_read_fd(fd, DOCUMENT_MAX, &text, &len);
    if (r == -EFBIG)
        return fail_document(sha256, "it is too large", err);
    if (r < 0)
        return cupel_fail(err, r, "read blob %.64s: %s", sha256, strerrordesc_np(-r));
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, text, len);
    cupel_hash_hex(&hash, found);
    r = verify(found, sha256, err);
    if (r < 0)
        return r;
    *ret = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    return *ret != NULL ? 0 : fail_document(sha256, "it is no JSON", err);
}

int cupel_queue_get_tree(struct cupel_queue *queue, const char *sha256, int folder_fd,
                         const struct cupel_tree_pause *pause, struct cupel_error *err)
{
    json_t *document = NULL;

    int r = load_document(queue, sha256, &document, err);
    if (r == 0)
        r = get_files(queue, sha256, document, folder_fd, pause, err);
    json_decref(document);
    return r;
}
