/* What may be asked of a URL before it is used (RFC 3986, as libcurl reads it). Pure. */
#ifndef CUPEL_SERVICE_HTTP_URL_H
#define CUPEL_SERVICE_HTTP_URL_H

#include <stdbool.h>

#include "cupel/error.h"

#define HTTP_URL_MAX    2048U /* bytes */
#define HTTP_PLACE_SIZE 264U  /* a host of 255 bytes, ":", a port, NUL */

/*
 * Check that a URL is absolute, of scheme https, or http where allow_http, has a host, has no
 * user or password in it (they would end up in lists and logs), and has at most HTTP_URL_MAX
 * bytes. ret: "HOST:PORT", to name the server in messages. Returns 0; -EINVAL with what is
 * wrong in err, which never quotes the URL; -ENOMEM.
 */
CUPEL_MUST_CHECK int http_url_check(const char *url, bool allow_http,
                                    char ret[static HTTP_PLACE_SIZE], struct cupel_error *err);

#endif
