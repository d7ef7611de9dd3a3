/* A request without a server, for tests of handlers: what src/service/http_*.c gives them. */
#ifndef CUPEL_TESTS_SERVICE_FAKE_HTTP_H
#define CUPEL_TESTS_SERVICE_FAKE_HTTP_H

#include "service/http.h"

#define FAKE_PAIRS 8

/* NULL as a name ends each list. */
struct fake_pair {
    const char *name;
    const char *value;
};

struct fake_request {
    const char *method; /* NULL: GET */
    const char *path;   /* decoded, without the query */
    const struct cupel_token *who;
    bool is_secure;
    struct fake_pair arguments[FAKE_PAIRS];
    struct fake_pair headers[FAKE_PAIRS];
    struct fake_pair form[FAKE_PAIRS];
};

/* Find the route of a table, and let its handler answer. Returns what it does; -ENOTSUP if no
 * route is like that. ret: fake_answer_clear(). */
int fake_serve(const struct http_routes *routes, struct cupel_queue *queue,
               const struct fake_request *fake, struct http_answer *ret,
               struct cupel_error *err);
void fake_answer_clear(struct http_answer *answer);

/* NULL: not there. */
const char *fake_header_of(const struct http_answer *answer, const char *name);

#endif
