/* What clients ask for, as a request to the queue. Pure, but for looking what policies there
 * are. */
#ifndef CUPEL_SERVICE_JOB_REQUEST_H
#define CUPEL_SERVICE_JOB_REQUEST_H

#include <jansson.h>

#include "queue/queue.h"

#define JOB_MEMORY_BYTES (UINT64_C(512) << 20) /* unless something else is asked for */
#define JOB_CPUS_MILLI   1000
#define JOB_ATTEMPTS     3
#define JOB_TEXT_MAX     255 /* bytes of a learner's name, or of a key */

/* Fields of a form that hands in a submission. */
enum job_field {
    JOB_FIELD_GRADER,
    JOB_FIELD_LEARNER,
    JOB_FIELD_PRIORITY,
    JOB_FIELD_ATTEMPTS,
    JOB_FIELD_NOT_BEFORE,
    JOB_FIELD_DEADLINE,
    JOB_FIELD_KEY,
    JOB_FIELDS,
};

extern const char *const job_field_names[]; /* indexed by it */

/* A learner's name, a key: 1 to JOB_TEXT_MAX bytes of UTF-8, or NULL. name: of the field.
 * -EINVAL. */
CUPEL_MUST_CHECK int job_request_check_text(const char *name, const char *text,
                                            struct cupel_error *err);

/* values: NULL where a field is not there; borrowed by *ret. -EINVAL. */
CUPEL_MUST_CHECK int job_request_of_form(char *const values[static JOB_FIELDS],
                                         struct cupel_job_request *ret,
                                         struct cupel_error *err);

/* {"kind": "run", …}; *ret borrows from json and *ret_spec, which is the caller's to free.
 * policies: the folder of those that may be named, or NULL: any. -EINVAL; -EIO: that folder. */
CUPEL_MUST_CHECK int job_request_of_json(json_t *json, const char *policies,
                                         struct cupel_job_request *ret, char **ret_spec,
                                         struct cupel_error *err);

/* The spec of a run that asks for so much memory, wherever it comes from:
 * worker_spec_check_run(), worker_spec_check_memory() and its policy. As above. */
CUPEL_MUST_CHECK int job_request_check_spec(const char *spec, uint64_t memory_bytes,
                                            const char *policies, struct cupel_error *err);

#endif
