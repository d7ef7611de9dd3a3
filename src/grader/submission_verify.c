#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "grader/submission_tree.h"
#include "unpack/names.h"

static int verify_name(const char *path, struct cupel_error *err)
{
    char plain[CUPEL_NAME_SIZE];

    const char *flaw = cupel_name_normalise(path, plain);
    return flaw == NULL ? 0 : cupel_fail(err, -EBADMSG, "%.120s: %s", path, flaw);
}

static int verify_link(int box_fd, const char *path, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *target = NULL;

    int r = cupel_entry_read_link(box_fd, path, &target, err);
    if (r < 0)
        return r;
    const char *flaw = cupel_name_link_flaw(path, target);
    return flaw == NULL ? 0 : cupel_fail(err, -EBADMSG, "%.120s: %s", path, flaw);
}

static int verify_entry(int box_fd, const struct cupel_entry *entry, uint64_t *bytes,
                        struct cupel_error *err)
{
    int r = verify_name(entry->path, err);

    if (r < 0 || S_ISDIR(entry->st.st_mode))
        return r;
    if (S_ISLNK(entry->st.st_mode))
        return verify_link(box_fd, entry->path, err);
    if (!S_ISREG(entry->st.st_mode))
        return cupel_fail(err, -EBADMSG, "%.120s: neither a file, a folder nor a link",
                          entry->path);
    if (__builtin_add_overflow(*bytes, (uint64_t)entry->st.st_size, bytes))
        *bytes = UINT64_MAX;
    return 0;
}

int cupel_tree_verify(int box_fd, const struct cupel_entries *entries,
                      const struct cupel_intake *intake, struct cupel_error *err)
{
    uint64_t bytes = 0;

    if (entries->count > intake->max_files)
        return cupel_fail(err, -EBADMSG, "more than %" PRIu64 " files and folders",
                          intake->max_files);
    for (size_t i = 0; i < entries->count; i++) {
        int r = verify_entry(box_fd, &entries->items[i], &bytes, err);
        if (r < 0)
            return r;
    }
    if (bytes > intake->max_size_bytes)
        return cupel_fail(err, -EBADMSG,
                          "all files are larger than the limit of %" PRIu64 " bytes",
                          intake->max_size_bytes);
    return 0;
}
