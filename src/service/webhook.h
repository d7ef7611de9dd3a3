/*
 * Webhooks: a signed POST that tells a platform of an event; docs/webhooks.md is for receivers.
 *
 * How a receiver verifies one, before it reads the body as JSON:
 *   1. Split the header Cupel-Signature, `t=SECONDS,v1=HEX`, at the comma.
 *   2. Refuse it if SECONDS (of the Unix epoch) is more than 5 minutes off its own clock, so
 * that what was overheard cannot be sent again later.
 *   3. Compute HMAC-SHA256 with the shared key over SECONDS, ".", and the body's bytes as they
 *      came, and compare it with HEX in constant time (hmac.compare_digest,
 * crypto.timingSafeEqual, sodium_memcmp).
 *   4. Take note of Cupel-Delivery, and answer 2xx without doing the work again if it is known:
 *      a delivery whose answer was lost is repeated under the same id, with a fresh signature.
 */
#ifndef CUPEL_SERVICE_WEBHOOK_H
#define CUPEL_SERVICE_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

/* "t=", 20 digits, ",v1=", 64 digits, NUL */
#define WEBHOOK_SIGNATURE_SIZE 91U
#define WEBHOOK_LIMIT_MS       10000U
#define WEBHOOK_ANSWER_MAX     65536U /* bytes */

struct webhook_request {
    const char *url;
    const char *event;    /* such as "job.ended" */
    const char *delivery; /* id of this delivery, the same in each attempt */
    const void *body;     /* JSON, UTF-8 */
    size_t body_len;
    const void *key; /* shared with the receiver; any length */
    size_t key_len;
    int64_t now_s;       /* seconds since the Unix epoch */
    uint32_t limit_ms;   /* for all of it; 0: WEBHOOK_LIMIT_MS */
    const char *ca_file; /* certificates to trust, PEM; NULL: the system's */
    bool allow_http;     /* without TLS as well */
    bool allow_private;  /* to addresses that are not public as well */
};

/* The value of Cupel-Signature for a body that is sent at now_s. Pure. */
void webhook_sign(const void *key, size_t key_len, int64_t now_s, const void *body,
                  size_t body_len, char ret[static WEBHOOK_SIGNATURE_SIZE]);

/* Whether webhooks may be sent to a URL, as far as it alone tells; see http_url_check(). Pure.
 * Names are resolved when a webhook is sent. */
CUPEL_MUST_CHECK int webhook_check_url(const char *url, bool allow_http,
                                       struct cupel_error *err);

/*
 * Send one, blocking. ret_status: the HTTP status of the answer, whichever it is; redirects are
 * not followed, and an answer's body is dropped, at most WEBHOOK_ANSWER_MAX bytes of it read.
 * Returns 0 if there was an answer; else as http_client_request(): -EACCES if the
 * address is not public, which may be so for now.
 */
CUPEL_MUST_CHECK int webhook_post(const struct webhook_request *webhook, long *ret_status,
                                  struct cupel_error *err);

#endif
