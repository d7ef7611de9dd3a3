#include "grader/compat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/submission.h"

#define SCRIPT_MAX ((size_t)1 << 20)

const struct cupel_intake cupel_compat_intake = {.max_size_bytes = 512ULL << 20,
                                                 .max_files = 50000};

const struct cupel_compat_layout *cupel_compat_layout(const struct cupel_grader_compat *compat)
{
    static const struct cupel_compat_layout layouts[] = {
        [CUPEL_FOREIGN_GRADESCOPE] = {.aliases = {{"/autograder", "autograder"}},
                                      .alias_count = 1,
                                      .autograder = "autograder/source",
                                      .submission = "autograder/submission",
                                      .folders = {"autograder/results"},
                                      .metadata = "autograder/submission_metadata.json",
                                      .result = "autograder/results/results.json",
                                      .chdir = "/autograder"},
        [CUPEL_FOREIGN_COURSERA] = {.aliases = {{"/grader", "grader"}, {"/shared", "shared"}},
                                    .alias_count = 2,
                                    .autograder = "grader",
                                    .submission = "shared/submission",
                                    .result = "shared/feedback.json",
                                    .chdir = "/grader"},
        [CUPEL_FOREIGN_PRAIRIELEARN] = {.aliases = {{"/grade", "grade"}},
                                        .alias_count = 1,
                                        .autograder = "grade",
                                        .submission = "grade/student",
                                        .folders = {"grade/data"},
                                        .metadata = "grade/data/data.json",
                                        .result = "grade/results/results.json",
                                        .chdir = "/grade"},
    };

    return &layouts[compat->kind];
}

void cupel_compat_plan(const struct cupel_grader *grader, struct cupel_cell_options *cell)
{
    const struct cupel_compat_layout *layout = cupel_compat_layout(grader->compat);
    const struct cupel_limits *limits = &grader->compat->step.limits;
    const struct cupel_policy *unpack;
    const struct cupel_filters *filters;

    cupel_grader_unpack_policy(grader, &unpack, &filters);
    const struct cupel_limits unpacking = cupel_submission_limits(unpack, &cupel_compat_intake);
    cell->aliases = layout->aliases;
    cell->alias_count = layout->alias_count;
    cell->box_bytes += unpacking.disk_bytes + limits->disk_bytes;
    cell->box_inodes += unpacking.inodes + limits->inodes;
}

/* From below the grader's folder; what is wrong with it is staff's. */
static int unpack(struct cupel_grading *grading, const char *folder, struct cupel_error *err)
{
    const struct cupel_grader *grader = grading->grader;
    struct cupel_intake into = cupel_compat_intake;
    struct cupel_submission files = {0};
    struct cupel_error why = {0};
    CUPEL_AUTO_FREE char *path = NULL;
    CUPEL_AUTO_FD packed_fd = -1;

    into.folder = folder;
    if (asprintf(&path, "%s/%s", grader->folder, grader->compat->autograder) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    int r = cupel_submission_pack(path, -1, &into, &packed_fd, &why);
    if (r == -ENOMEM)
        return cupel_fail(err, r, "out of memory");
    if (r < 0)
        return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "the autograder: %s",
                                  why.text);
    r = cupel_submission_unpack(grading->cell, packed_fd, grader, &into, &files, err);
    if (r == 0 && files.rejected)
        r = cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "the autograder %s: %s",
                               grader->compat->autograder, files.reason);
    cupel_submission_clear(&files);
    return r;
}

/* Line feeds alone, as their images make them by dos2unix. */
static size_t without_returns(char *text, size_t len)
{
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
            text[used++] = text[i];
    }
    return used;
}

/* Make a script of the autograder's executable, at another path. -ENOENT: there is none. */
static int place_script(int box_fd, const char *from, const char *to, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    int r = cupel_path_read_beneath(box_fd, from, SCRIPT_MAX, &text, &len, err);
    if (r < 0)
        return r;
    return compat_write_file(box_fd, to, text, without_returns(text, len), true, err);
}

static int place_scripts(struct cupel_grading *grading, struct cupel_error *err)
{
    static const char setup[] = CUPEL_COMPAT_SETUP;
    int box_fd = cupel_cell_box_fd(grading->cell);
    struct cupel_error why = {0};

    int r = place_script(box_fd, "autograder/source/run_autograder",
                         "autograder/run_autograder", &why);
    if (r < 0 && !cupel_is_shortage(r))
        return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR,
                                  "the autograder %s has no file run_autograder at its top: %s",
                                  grading->grader->compat->autograder, strerrordesc_np(-r));
    if (r == 0)
        r = place_script(box_fd, setup, setup, &why);
    return cupel_is_shortage(r) ? cupel_fail(err, r, "%s", why.text) : 0;
}

/* PrairieLearn's entry point, if it is in /grade, as there. */
static int place_entry_point(struct cupel_grading *grading, struct cupel_error *err)
{
    const char *path = grading->grader->compat->step.argv[0];
    struct cupel_error why = {0};

    if (path[0] != '/' || !cupel_path_is_plain(path + 1))
        return 0;
    int r = compat_make_executable(cupel_cell_box_fd(grading->cell), path + 1, &why);
    /* What is not there cannot be started, and is told then. */
    return cupel_is_shortage(r) ? cupel_fail(err, r, "%s", why.text) : 0;
}

static int make_folders(const struct cupel_compat_layout *layout, int box_fd,
                        struct cupel_error *err)
{
    int r = compat_make_folder(box_fd, layout->submission, err);

    for (const char *const *folder = layout->folders; r == 0 && *folder != NULL; folder++)
        r = compat_make_folder(box_fd, *folder, err);
    return r;
}

static int write_metadata(struct cupel_grading *grading, int box_fd, struct cupel_error *err)
{
    const struct cupel_grader_compat *compat = grading->grader->compat;
    const char *path = cupel_compat_layout(compat)->metadata;
    CUPEL_AUTO_FREE char *ours = NULL;

    if (path == NULL)
        return 0;
    if (compat->metadata_bytes != NULL)
        return compat_write_file(box_fd, path, compat->metadata_bytes, compat->metadata_len,
                                 false, err);
    ours = compat_metadata(grading->grader, &grading->result->started_at);
    if (ours == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    return compat_write_file(box_fd, path, ours, strlen(ours), false, err);
}

/* What setup.sh made before, or the autograder as it is. */
static int fill_box(struct cupel_grading *grading, bool *ret_kept, struct cupel_error *err)
{
    const struct cupel_grader_compat *compat = grading->grader->compat;
    const char *folder = cupel_compat_layout(compat)->autograder;
    int box_fd = cupel_cell_box_fd(grading->cell);

    *ret_kept = false;
    if (compat->sets_up) {
        int r = compat_take_kept(grading, ret_kept, err);
        if (r < 0 || *ret_kept)
            return r;
    }
    int r = compat_make_folder(box_fd, folder, err);
    return r == 0 ? unpack(grading, folder, err) : r;
}

int cupel_compat_prepare(struct cupel_grading *grading, struct cupel_error *err)
{
    const struct cupel_grader_compat *compat = grading->grader->compat;
    const struct cupel_result *result = grading->result;
    int box_fd = cupel_cell_box_fd(grading->cell);
    bool kept = false;

    int r = fill_box(grading, &kept, err);
    if (r < 0 || result->status != CUPEL_STATUS_GRADED)
        return r;
    r = make_folders(cupel_compat_layout(compat), box_fd, err);
    if (r == 0)
        r = write_metadata(grading, box_fd, err);
    if (r == 0 && compat->kind == CUPEL_FOREIGN_GRADESCOPE)
        r = place_scripts(grading, err);
    if (r == 0 && compat->kind == CUPEL_FOREIGN_PRAIRIELEARN)
        r = place_entry_point(grading, err);
    if (r == 0 && compat->sets_up && !kept && result->status == CUPEL_STATUS_GRADED)
        r = compat_set_up(grading, err);
    return r;
}
