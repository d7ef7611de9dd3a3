#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "sandbox/run_internal.h"

_Static_assert(CUPEL_RUN_FILES_MAX == CUPEL_WIRE_FILES, "every file is in the frame");

/* Below /box or /tmp, which are five characters with their slashes. */
static bool is_of_run(const char *path)
{
    return (strncmp(path, "/box/", 5) == 0 || strncmp(path, "/tmp/", 5) == 0) &&
           cupel_path_is_plain(path + 5);
}

int run_files_check(const struct cupel_run_request *request, const struct cupel_cell *cell,
                    struct cupel_error *err)
{
    uint64_t bytes = 0;

    if (request->has_broker && !cell->has_exec)
        return cupel_fail(err, -EINVAL, "a run with a broker needs a cell with exec_path");
    if (request->file_count > CUPEL_RUN_FILES_MAX)
        return cupel_fail(err, -EINVAL, "%zu files to place in a run, at most %d are possible",
                          request->file_count, CUPEL_RUN_FILES_MAX);
    for (size_t i = 0; i < request->file_count; i++) {
        const struct cupel_run_file *file = &request->files[i];
        if (!is_of_run(file->path))
            return cupel_fail(err, -EINVAL,
                              "%.150s: a file is placed below /box or /tmp, by a path without "
                              "\".\" and \"..\"",
                              file->path);
        bytes += file->len < CUPEL_RUN_FILES_BYTES ? file->len : CUPEL_RUN_FILES_BYTES + 1U;
    }
    if (bytes > CUPEL_RUN_FILES_BYTES)
        return cupel_fail(err, -EINVAL, "files to place in a run have at most %u bytes in all",
                          CUPEL_RUN_FILES_BYTES);
    return 0;
}

int run_files_pack(const struct cupel_run_request *request, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = memfd_create("files", MFD_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(err, "memfd_create");
    for (size_t i = 0; i < request->file_count; i++) {
        int r = cupel_path_write_fd(fd, request->files[i].bytes, request->files[i].len);
        if (r < 0)
            return cupel_fail(err, r, "hand over files: %s", strerrordesc_np(-r));
    }
    return cupel_take_fd(&fd);
}

struct cupel_wire_file *run_files_list(const struct cupel_run_request *request,
                                       size_t *ret_count)
{
    size_t count = request->file_count;
    struct cupel_wire_file *files = count > 0 ? calloc(count, sizeof(*files)) : NULL;

    *ret_count = count;
    for (size_t i = 0; files != NULL && i < count; i++)
        files[i] = (struct cupel_wire_file){request->files[i].path, request->files[i].len,
                                            request->files[i].executable};
    return files;
}

/* Before it is opened for reading, which some kinds of files answer with errors of their own.
 */
static int check_kind(int box_fd, const char *path, struct cupel_error *err)
{
    struct stat st;
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, path, O_PATH, err);

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "stat %s", path);
    return S_ISREG(st.st_mode) ? 0 : cupel_fail(err, -EINVAL, "%s: not a regular file", path);
}

int cupel_run_read_file(struct cupel_run *run, const char *path, size_t max, char **ret,
                        size_t *ret_len, struct cupel_error *err)
{
    if (!run->finished || run->error.code != 0 || run->box_fd < 0)
        return cupel_fail(err, -EBADF, "%s: the run has kept no files", path);
    if (!cupel_path_is_plain(path))
        return cupel_fail(err, -EINVAL, "%.150s: not a plain path of a file in the box", path);
    int r = check_kind(run->box_fd, path, err);
    return r < 0 ? r : cupel_path_read_beneath(run->box_fd, path, max, ret, ret_len, err);
}
