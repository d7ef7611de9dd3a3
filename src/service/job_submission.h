/* The submission that a request brings: parts of a form, or its body. */
#ifndef CUPEL_SERVICE_JOB_SUBMISSION_H
#define CUPEL_SERVICE_JOB_SUBMISSION_H

#include "service/http.h"

struct job_submission {
    struct cupel_blob blob;
    const char *name; /* the request's */
    bool is_tree;
};

/* Keep it in the queue. A form's only file is kept as it is, unless the field or argument
 * "form" is "tree" or it has a path. -EINVAL: there is none, or its name cannot be; else as
 * cupel_queue_put_blob() and upload_put(). */
CUPEL_MUST_CHECK int job_submission_keep(const struct http_request *request,
                                         struct job_submission *ret, struct cupel_error *err);

#endif
