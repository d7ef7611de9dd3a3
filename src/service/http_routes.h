/* Which route a request takes. Pure. */
#ifndef CUPEL_SERVICE_HTTP_ROUTES_H
#define CUPEL_SERVICE_HTTP_ROUTES_H

#include "service/http.h"

#define HTTP_ALLOW_SIZE 64

/* What was found. */
struct http_match {
    const struct http_route *route;   /* NULL: none */
    char *variables[HTTP_PATH_PARTS]; /* the caller's to free */
    char allow[HTTP_ALLOW_SIZE];      /* methods that the path has; "": none, or a route */
};

/* tables: NULL behind the last. HEAD is GET. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int http_routes_match(const struct http_routes *const *tables,
                                       const char *method, const char *path,
                                       struct http_match *ret, struct cupel_error *err);

#endif
