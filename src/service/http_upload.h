/* The body of a request as libcurl reads it; of http_client.c. */
#ifndef CUPEL_SERVICE_HTTP_UPLOAD_H
#define CUPEL_SERVICE_HTTP_UPLOAD_H

#include <curl/curl.h>

#include "service/http_client.h"

struct http_source; /* a file that is being sent */

/* err.code is set once reading has failed, which ends the request. */
struct http_upload {
    struct http_source *sources;
    size_t source_count;
    curl_mime *mime;
    struct cupel_error err;
};

/* Tell curl what to send. upload: zeroed; must stay where it is until the request is over, and
 * be freed, also after a failure. Returns 0, -ENOMEM, or what failed of opening a part's file.
 */
CUPEL_MUST_CHECK int http_upload_set(struct http_upload *upload, CURL *curl,
                                     const struct http_body *body, struct cupel_error *err);

void http_upload_free(struct http_upload *upload);

#endif
