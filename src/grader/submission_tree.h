/* What cupel-unpack left in the box, made into a submission. Needs no cell. */
#ifndef CUPEL_GRADER_SUBMISSION_TREE_H
#define CUPEL_GRADER_SUBMISSION_TREE_H

#include "cupel/submission.h"
#include "grader/submission_entries.h"

/*
 * Look at the folder box_fd (O_RDONLY), which nothing else changes meanwhile:
 *
 * 1. check again what cupel-unpack promised, which is hostile input here: names, kinds, limits;
 * 2. strip a wrapping folder, if it is all there is at the top, the intake says so, and the
 *    files that it names are not there as it stands (an intake that names none: always);
 * 3. hash and count what was handed in;
 * 4. check that nothing is missing;
 * 5. remove what the intake does not name, and the folders that are empty then;
 * 6. warn of what is odd.
 *
 * Returns 0 and fills ret, rejected or not (cupel_submission_clear()); -errno with err.
 */
CUPEL_MUST_CHECK int cupel_tree_take(int box_fd, const struct cupel_intake *intake,
                                     struct cupel_submission *ret, struct cupel_error *err);

/* Steps of the above, for its files alone. -EBADMSG: rejected, err holds the reason. */

/* submission_verify.c */
CUPEL_MUST_CHECK int cupel_tree_verify(int box_fd, const struct cupel_entries *entries,
                                       const struct cupel_intake *intake,
                                       struct cupel_error *err);

/* submission_strip.c: move what is in folder wrapper, a name at the top, to the top. */
CUPEL_MUST_CHECK int cupel_tree_strip(int box_fd, const char *wrapper, struct cupel_error *err);

/*
 * submission_hash.c: SHA-256 over all entries but folders, sorted bytewise by path: of a file
 * "file\0" path "\0" size in decimal "\0" content, of a link "link\0" path "\0" target "\0".
 * Modes, times and folders are not part of it, so it does not tell archives and folders apart.
 */
CUPEL_MUST_CHECK int cupel_tree_hash(int box_fd, const struct cupel_entries *entries,
                                     char ret[static CUPEL_SHA256_HEX_SIZE],
                                     struct cupel_error *err);

/* submission_warn.c: add a warning, made clean; -ENOMEM. */
CUPEL_MUST_CHECK int cupel_tree_warn(struct cupel_submission *submission, const char *fmt, ...)
    CUPEL_PRINTF(2, 3);

/* submission_warn.c: warn of each file that is kept and whose first line starts with "#!" and
 * ends in CR LF. */
CUPEL_MUST_CHECK int cupel_tree_warn_of_scripts(int box_fd, const struct cupel_entries *entries,
                                                const struct cupel_intake *intake,
                                                struct cupel_submission *submission,
                                                struct cupel_error *err);

#endif
