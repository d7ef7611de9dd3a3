/* Why a request came to nothing, in plain words; of http_client.c. */
#ifndef CUPEL_SERVICE_HTTP_ERROR_H
#define CUPEL_SERVICE_HTTP_ERROR_H

#include <curl/curl.h>

#include "cupel/error.h"

/* Fill err and return its code, see http_client_request(). place: HOST:PORT; detail: what
 * libcurl wrote to CURLOPT_ERRORBUFFER; os_errno: CURLINFO_OS_ERRNO. */
int http_error_fail(CURLcode code, const char *place, const char *detail, long os_errno,
                    struct cupel_error *err);

#endif
