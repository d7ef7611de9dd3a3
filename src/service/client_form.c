/*
 * A folder as a form (RFC 7578): a part "file" for each file, by its path below the folder, of
 * type application/x-executable where its owner may execute it; a mode in the type of the
 * others says that they are not, whatever they begin with.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/submission_copy.h"
#include "service/client_server.h"
#include "service/client_submission.h"

struct form {
    int fd;
    char boundary[33]; /* that no file has in it: 128 random bits */
    uint64_t used;
};

static int start(struct form *form, struct cupel_error *err)
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return cupel_fail_errno(err, "make a form");
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(form->boundary + 2 * i, 3, "%02x", bytes[i]);
    form->fd = memfd_create("cupel-form", MFD_CLOEXEC);
    return form->fd < 0 ? cupel_fail_errno(err, "make a form") : 0;
}

static int add_head(const struct form *form, const char *path, bool is_executable,
                    struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *head = NULL;

    int len = asprintf(
        &head,
        "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
        "Content-Type: application/%s\r\n\r\n",
        form->boundary, path, is_executable ? "x-executable" : "octet-stream; mode=0644");
    if (len < 0) {
        head = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    return cupel_copy_bytes(form->fd, head, (size_t)len, err);
}

static int add_file(struct form *form, int folder_fd, const char *path, struct cupel_error *err)
{
    struct stat st = {.st_mode = 0};
    uint64_t size = 0;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY | O_NOFOLLOW, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "%s", path);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EBUSY, "%s: changed while it was read", path);
    int r = add_head(form, path, (st.st_mode & 0100) != 0, err);
    if (r == 0)
        r = cupel_copy_file(fd, form->fd, CLIENT_BYTES_MAX - form->used + 1, &size, err);
    if (r < 0)
        return r;
    form->used += size;
    if (form->used > CLIENT_BYTES_MAX)
        return cupel_fail(err, -EFBIG, "the folder has more than %" PRIu64 " bytes",
                          CLIENT_BYTES_MAX);
    return cupel_copy_bytes(form->fd, "\r\n", 2, err);
}

static int add_files(struct form *form, int folder_fd, struct cupel_error *err)
{
    struct cupel_folder_list list = {0};
    char end[40];

    int r = client_list_folder(folder_fd, &list, err);
    for (size_t i = 0; r == 0 && i < list.count; i++)
        r = add_file(form, folder_fd, list.items[i], err);
    cupel_folder_list_clear(&list);
    (void)snprintf(end, sizeof(end), "--%s--\r\n", form->boundary);
    return r < 0 ? r : cupel_copy_bytes(form->fd, end, strlen(end), err);
}

static int make(struct form *form, const char *folder, struct cupel_error *err)
{
    CUPEL_AUTO_FD folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder_fd < 0)
        return cupel_fail_errno(err, "%s", folder);
    int r = start(form, err);
    return r < 0 ? r : add_files(form, folder_fd, err);
}

int client_form_make(const char *folder, struct client_form *ret, struct cupel_error *err)
{
    struct form form = {.fd = -1};

    int r = make(&form, folder, err);
    off_t bytes = r < 0 ? 0 : lseek(form.fd, 0, SEEK_CUR);
    if (r == 0 && (bytes < 0 || lseek(form.fd, 0, SEEK_SET) < 0))
        r = cupel_fail_errno(err, "make a form");
    if (r < 0) {
        cupel_close_p(&form.fd);
        return r;
    }
    ret->fd = form.fd;
    ret->bytes = (uint64_t)bytes;
    (void)snprintf(ret->type, sizeof(ret->type), "multipart/form-data; boundary=%s",
                   form.boundary);
    return 0;
}
