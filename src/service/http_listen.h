/* Where the server listens, and as whom. */
#ifndef CUPEL_SERVICE_HTTP_LISTEN_H
#define CUPEL_SERVICE_HTTP_LISTEN_H

#include <stdint.h>

#include "cupel/error.h"

/* A socket that listens; the caller's to close. port 0: any. -EINVAL: the address is none;
 * -errno of bind(2) and listen(2). */
CUPEL_MUST_CHECK int http_listen_on(const char *address, uint16_t port,
                                    struct cupel_error *err);
uint16_t http_port_of(int fd);

/* All of a PEM file, of at most 1 MiB; path NULL: *ret is left alone. */
CUPEL_MUST_CHECK int http_read_pem(const char *path, char **ret, struct cupel_error *err);

#endif
