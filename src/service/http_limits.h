/*
 * What keeps one client from what is others': a rate of requests a token or address (a token
 * bucket, in a table of fixed size), and an end to requests that do not come to theirs.
 */
#ifndef CUPEL_SERVICE_HTTP_LIMITS_H
#define CUPEL_SERVICE_HTTP_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/error.h"

#define HTTP_ADDRESS_SIZE 64

struct http_limits;

/* rate: a second; twice of that at once. Starts a thread that sweeps. Returns 0 or -errno. */
CUPEL_MUST_CHECK int http_limits_new(unsigned rate, struct http_limits **ret,
                                     struct cupel_error *err);
void http_limits_free(struct http_limits *limits);

/* The address's part that is one client's: of IPv6 a /64, of which each has 2^64 addresses
 * (RFC 6177). */
void http_limits_name(const char *address, char ret[static HTTP_ADDRESS_SIZE]);

/* Whether one more request of key may be done now; else *ret_after_s is when, at least 1. */
bool http_limits_take(struct http_limits *limits, const char *key, int64_t now_us,
                      unsigned *ret_after_s);

/* A connection. What it sends has to be there in time, or it is shut down: 20 s for a head (2 s
 * while there are more than HTTP_CROWD), as much and a second for each 16 KiB for a body. */
#define HTTP_CROWD 512
struct http_watched;

/* fd is closed only after http_limits_leave(). NULL if memory ran out. */
struct http_watched *http_limits_enter(struct http_limits *limits, int fd, int64_t now_us);
void http_limits_leave(struct http_limits *limits, struct http_watched *watched);
/* It is to send a head (bytes 0) or a body (UINT64_MAX: of unknown length) from now on. */
void http_limits_expect(struct http_limits *limits, struct http_watched *watched,
                        uint64_t bytes, int64_t now_us);
/* It has; the time that we take is not its. */
void http_limits_arrived(struct http_limits *limits, struct http_watched *watched);

#endif
