/*
 * What setup.sh has made of an autograder, kept for the next grading: the folder /autograder,
 * packed as a submission is, under the hash of the grader's files and policies.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cache.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/submission.h"
#include "grader/compat.h"
#include "grader/submission_copy.h"
#include "grader/submission_entries.h"

#define FOLDER   "autograder"
#define KEPT_MAX (256ULL << 20) /* bytes of a file */

/* Nothing is as it was under another version. */
static void name_file(const struct cupel_grader *grader, char *name, size_t size)
{
    (void)snprintf(name, size, "setup-%s-%s.cpio", grader->sha256, CUPEL_VERSION);
}

/* A sealed copy of the file; -1: there is none. */
static int open_kept(const struct cupel_grading *grading)
{
    char name[NAME_MAX];
    uint64_t size = 0;
    CUPEL_AUTO_FD folder_fd = cupel_cache_open(grading->options->cache);
    if (folder_fd < 0)
        return -1;

    name_file(grading->grader, name, sizeof(name));
    CUPEL_AUTO_FD fd = cupel_cache_open_file(folder_fd, name);
    CUPEL_AUTO_FD copy = fd >= 0 ? cupel_copy_new(NULL) : -1;
    if (copy < 0 || cupel_copy_file(fd, copy, KEPT_MAX, &size, NULL) < 0 ||
        cupel_copy_seal(copy, NULL) < 0)
        return -1;
    return cupel_take_fd(&copy);
}

/* What is broken is made anew next time; now the box may hold a part of it. */
static int forget(const struct cupel_grading *grading, const char *why, struct cupel_error *err)
{
    char name[NAME_MAX];
    CUPEL_AUTO_FD folder_fd = cupel_cache_open(grading->options->cache);

    name_file(grading->grader, name, sizeof(name));
    if (folder_fd >= 0)
        (void)unlinkat(folder_fd, name, 0);
    return cupel_fail(err, -EIO,
                      "what setup.sh had made cannot be unpacked, and is removed: %s", why);
}

int compat_take_kept(struct cupel_grading *grading, bool *ret_taken, struct cupel_error *err)
{
    struct cupel_intake into = cupel_compat_intake;
    struct cupel_submission files = {0};
    CUPEL_AUTO_FD packed_fd = open_kept(grading);

    *ret_taken = packed_fd >= 0;
    if (packed_fd < 0)
        return 0;
    into.folder = FOLDER;
    int r = compat_make_folder(cupel_cell_box_fd(grading->cell), FOLDER, err);
    if (r < 0)
        return r;
    r = cupel_submission_unpack(grading->cell, packed_fd, grading->grader, &into, &files, err);
    if (r == 0 && files.rejected)
        r = forget(grading, files.reason, err);
    cupel_submission_clear(&files);
    if (r == 0 && compat_add_setup(grading->result) < 0)
        r = cupel_fail(err, -ENOMEM, "out of memory");
    return r;
}

/* Whether what is packed is all that is there, and cupel-unpack takes it: no special files, no
 * links, which may lead out. */
static bool can_be_kept(int folder_fd)
{
    size_t max = cupel_compat_intake.max_files;
    CUPEL_AUTO_ENTRIES all = {0};
    CUPEL_AUTO_ENTRIES packed = {0};

    if (cupel_entries_list(folder_fd, max, false, &all, NULL) < 0 ||
        cupel_entries_list(folder_fd, max, true, &packed, NULL) < 0 ||
        all.count != packed.count || all.count > max)
        return false;
    for (size_t i = 0; i < all.count; i++) {
        if (!S_ISREG(all.items[i].st.st_mode) && !S_ISDIR(all.items[i].st.st_mode))
            return false;
    }
    return true;
}

void compat_keep(struct cupel_grading *grading)
{
    int box_fd = cupel_cell_box_fd(grading->cell);
    char temporary[NAME_MAX];
    char name[NAME_MAX];
    uint64_t size = 0;
    CUPEL_AUTO_FD packed_fd = -1;

    CUPEL_AUTO_FD folder_fd = cupel_cache_open(grading->options->cache);
    CUPEL_AUTO_FD made_fd =
        cupel_path_open_beneath(box_fd, FOLDER, O_RDONLY | O_DIRECTORY, NULL);
    if (folder_fd < 0 || made_fd < 0 || !can_be_kept(made_fd) ||
        cupel_submission_pack_folder(made_fd, NULL, &cupel_compat_intake, &packed_fd, NULL) < 0)
        return;
    name_file(grading->grader, name, sizeof(name));
    CUPEL_AUTO_FD fd = cupel_cache_create(folder_fd, name, temporary);
    if (fd >= 0)
        cupel_cache_finish(folder_fd, temporary, name,
                           cupel_copy_file(packed_fd, fd, KEPT_MAX, &size, NULL) == 0 &&
                               size < KEPT_MAX);
}
