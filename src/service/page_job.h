/* One job, for the pages that are about it. */
#ifndef CUPEL_SERVICE_PAGE_JOB_H
#define CUPEL_SERVICE_PAGE_JOB_H

#include "service/http.h"

/* The job of the address. -ENOENT: there is none, or it is of a course that this reader knows
 * nothing of. ret: cupel_job_free(). */
CUPEL_MUST_CHECK int page_find_job(const struct http_request *request, struct cupel_job **ret,
                                   struct cupel_error *err);

#endif
