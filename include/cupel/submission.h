/*
 * Submissions: from what was handed in to files in a cell's box.
 *
 * The supervisor never parses an archive: it copies bytes into a sealed memfd (an archive as it
 * is; a folder or a file as a cpio "newc" stream, so that one set of rules serves all), and
 * cupel-unpack reads that inside the cell under policy `unpack`. When its run is dead, the
 * supervisor looks at the box below a descriptor of it.
 */
#ifndef CUPEL_SUBMISSION_H
#define CUPEL_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/grader.h"
#include "cupel/outcome.h"

/* What is in the box after unpacking. */
struct cupel_submission {
    bool rejected;
    char *reason; /* with rejected: the entry's name and what is wrong with it; owned, clean
                     text */
    char sha256[CUPEL_SHA256_HEX_SIZE]; /* of the unpacked tree; "" if rejected */
    uint64_t files;  /* regular files handed in, with those that are then left out */
    uint64_t bytes;  /* in them */
    char **warnings; /* NULL-terminated, owned; or NULL */
};

/*
 * Pack path ("-": standard input from input_fd) into a sealed memfd. *ret_fd is the caller's.
 * What is an archive is told by its suffix, else whether the intake names the file, else by its
 * first bytes. The rest of the intake's limits is left to cupel-unpack to find exceeded.
 * Returns 0; -errno with err where it cannot be read (a rejection: exit 3), -EFBIG where an
 * archive is larger than all files could be; -ENOMEM and the like are the platform's.
 */
CUPEL_MUST_CHECK int cupel_submission_pack(const char *path, int input_fd,
                                           const struct cupel_intake *intake, int *ret_fd,
                                           struct cupel_error *err);

/* The same of a folder that is open, but for what is called skip (or NULL) in it. */
CUPEL_MUST_CHECK int cupel_submission_pack_folder(int folder_fd, const char *skip,
                                                  const struct cupel_intake *intake,
                                                  int *ret_fd, struct cupel_error *err);

/*
 * Unpack a packed submission into the box of cell (lane 0), or a folder of it, under policy
 * `unpack` of grader, strip its wrapping folder, leave out what the intake does not name, check
 * that nothing is missing, and hash it. A hostile or incomplete submission is a rejection, not
 * an error. Returns 0 and fills *ret (cupel_submission_clear()), or -errno: the platform's
 * fault.
 */
CUPEL_MUST_CHECK int cupel_submission_unpack(struct cupel_cell *cell, int packed_fd,
                                             const struct cupel_grader *grader,
                                             const struct cupel_intake *intake,
                                             struct cupel_submission *ret,
                                             struct cupel_error *err);
/* The limits of unpacking: those of policy `unpack`, with room for the largest submission that
 * the intake takes. The box needs disk_bytes and inodes of it. Pure. */
struct cupel_limits cupel_submission_limits(const struct cupel_policy *policy,
                                            const struct cupel_intake *intake);

void cupel_submission_clear(struct cupel_submission *submission);

#endif
