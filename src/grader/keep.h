/*
 * What a grading leaves behind for staff to look at (--keep): FOLDER/box, the tree after the
 * build, and FOLDER/tests/ID/{stdout,stderr}, the start of each test's output. Internal to
 * src/grader.
 */
#ifndef CUPEL_GRADER_KEEP_H
#define CUPEL_GRADER_KEEP_H

#include "cupel/error.h"
#include "grader/capture.h"

struct cupel_keep {
    int box_fd; /* -1: nothing is kept */
    int tests_fd;
    struct cupel_error error; /* the first thing that could not be written; code 0: none */
};

/* Make the folders; path may be NULL: nothing is kept. Returns 0; -EEXIST if path has a box or
 * tests already, since nothing is written over; -errno. */
CUPEL_MUST_CHECK int cupel_keep_open(const char *path, struct cupel_keep *keep,
                                     struct cupel_error *err);
void cupel_keep_close(struct cupel_keep *keep);

/*
 * Copy the tree below box_fd, which nobody must be changing. Regular files keep their holes and
 * lose set-id bits; links are copied, never followed; special files, what cannot be read and
 * what lies more than 64 folders deep is left out.
 */
void cupel_keep_box(struct cupel_keep *keep, int box_fd);

void cupel_keep_test(struct cupel_keep *keep, const char *id, const struct cupel_capture *out,
                     const struct cupel_capture *err);

#endif
