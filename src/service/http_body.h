/*
 * The body of a request as it comes: one part, or those of a form (multipart/form-data, RFC
 * 7578; application/x-www-form-urlencoded), each spooled.
 */
#ifndef CUPEL_SERVICE_HTTP_BODY_H
#define CUPEL_SERVICE_HTTP_BODY_H

#include <microhttpd.h>

#include "service/http.h"
#include "service/http_spool.h"

#define HTTP_PARTS_MAX     256
#define HTTP_NAME_MAX      64   /* bytes of a part's name */
#define HTTP_FILE_NAME_MAX 1024 /* of a file's */

struct http_body;

/* store is borrowed. is_page: what curl calls urlencoded, unless it is told otherwise, is a
 * form; elsewhere it is one part. Returns 0; -EPROTO: a form whose boundary is not told;
 * -ENOMEM. */
CUPEL_MUST_CHECK int http_body_new(struct MHD_Connection *connection, struct http_store *store,
                                   uint64_t max_bytes, bool is_page, struct http_body **ret,
                                   struct cupel_error *err);
/* Take what has come. What is wrong with it is kept for http_body_end(), and the rest of the
 * body dropped; false if so much of it has come that it is better not to listen any more. */
bool http_body_add(struct http_body *body, const char *bytes, size_t len);
/* All is there. The parts stay the body's. Returns 0; -EFBIG: too large, or too many parts;
 * -EINVAL: it is not whole, or a name is no UTF-8 or too long; -errno of keeping it. */
CUPEL_MUST_CHECK int http_body_end(struct http_body *body, struct http_part **ret,
                                   size_t *ret_count, struct cupel_error *err);
void http_body_free(struct http_body *body);

#endif
