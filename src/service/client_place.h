/* Where the service is, and who asks. */
#ifndef CUPEL_SERVICE_CLIENT_PLACE_H
#define CUPEL_SERVICE_CLIENT_PLACE_H

#include "service/client_command.h"

/*
 * By the options --queue and --server, else by the environment, else the service's own queue if
 * there is one. -EINVAL if that names both or neither, or the token's file can be read by
 * others than its owner.
 */
CUPEL_MUST_CHECK int client_place_open(const struct client_request *request,
                                       struct client **ret, struct cupel_error *err);

#endif
