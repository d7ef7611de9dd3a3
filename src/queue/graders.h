/*
 * Graders that the service knows by name: each version is a tree of files (tree.h), is checked
 * by a job before it is live, and is kept.
 *
 *     checking ──its check passed──> live ──a later one is──> retired ──roll back──> live
 *        └────────────────failed───> refused ──its dead check is tried again──> checking
 */
#ifndef CUPEL_QUEUE_GRADERS_H
#define CUPEL_QUEUE_GRADERS_H

#include "queue/queue.h"

enum cupel_grader_state {
    CUPEL_GRADER_CHECKING,
    CUPEL_GRADER_LIVE, /* one at most of a name */
    CUPEL_GRADER_REFUSED,
    CUPEL_GRADER_RETIRED,
    CUPEL_GRADER_STATES,
};

extern const char *const cupel_grader_state_names[]; /* NULL behind the last */

struct cupel_grader_version {
    char *name;
    char *course;
    int64_t number; /* 1, 2, … of the name */
    char *tree;
    enum cupel_grader_state state;
    int64_t created_us;
    char *created_by;
    int64_t check;         /* the job that checks it */
    char *why;             /* it was refused; or NULL */
    uint64_t memory_bytes; /* a grading's, as its check has found; 0: not known */
};

struct cupel_grader_list {
    struct cupel_grader_version *items;
    size_t count;
};

/* Whether a version may be added, before its files are kept: what is said below of name and
 * course. */
CUPEL_MUST_CHECK int cupel_queue_check_grader(struct cupel_queue *queue, const char *name,
                                              const char *course, struct cupel_error *err);

/*
 * Add a version and the job that checks it. by: who did that, for the record. -EINVAL if name
 * is not 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', beginning with a letter or digit, or tree
 * no SHA-256; -EACCES if the name is another course's. Otherwise as queue.h has it.
 */
CUPEL_MUST_CHECK int cupel_queue_put_grader(struct cupel_queue *queue, const char *name,
                                            const char *course, const char *tree,
                                            const char *by, struct cupel_grader_version *ret,
                                            struct cupel_error *err);

/* Version number of a name; 0: the live one. -ENOENT, which tells if there is one but not live
 * yet. ret: cupel_grader_version_clear(). */
CUPEL_MUST_CHECK int cupel_queue_get_grader(struct cupel_queue *queue, const char *name,
                                            int64_t number, struct cupel_grader_version *ret,
                                            struct cupel_error *err);

/* What a job asks for that grades by a version: its memory and what cupel itself takes;
 * `otherwise` where that is not known. */
uint64_t cupel_grader_job_memory(const struct cupel_grader_version *version,
                                 uint64_t otherwise);

/* All versions of a name, the newest first; name NULL: of each name the live one, or else the
 * newest, by name; course NULL: of all. */
CUPEL_MUST_CHECK int cupel_queue_list_graders(struct cupel_queue *queue, const char *name,
                                              const char *course, struct cupel_grader_list *ret,
                                              struct cupel_error *err);

/* Make a version live that has been so before. -ENOENT; -EBUSY if it is being checked, or
 * was refused. Jobs keep the version that they were added with. */
CUPEL_MUST_CHECK int cupel_queue_roll_back_grader(struct cupel_queue *queue, const char *name,
                                                  int64_t number, struct cupel_error *err);

/* How the scores that count for a grader's submissions are spread: how many have a fraction of
 * the maximum in each of `bins` equal parts, the last with 1 in it. ret has room for bins.
 * -EINVAL: bins is not 1 to 100. */
CUPEL_MUST_CHECK int cupel_queue_score_histogram(struct cupel_queue *queue, const char *name,
                                                 size_t bins, int64_t *ret,
                                                 struct cupel_error *err);

void cupel_grader_version_clear(struct cupel_grader_version *version);
void cupel_grader_list_clear(struct cupel_grader_list *list);

#endif
