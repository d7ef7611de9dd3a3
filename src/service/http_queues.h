/* Connections to the queue, for whoever needs one for a moment. */
#ifndef CUPEL_SERVICE_HTTP_QUEUES_H
#define CUPEL_SERVICE_HTTP_QUEUES_H

#include "queue/queue.h"

struct http_queues;

/* url is borrowed. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int http_queues_new(const char *url, struct http_queues **ret,
                                     struct cupel_error *err);
void http_queues_free(struct http_queues *queues); /* all have been given back */

/* One that nobody else has. -EPIPE: it cannot be opened now; -ENOMEM. */
CUPEL_MUST_CHECK int http_queues_take(struct http_queues *queues, struct cupel_queue **ret,
                                      struct cupel_error *err);
void http_queues_give(struct http_queues *queues, struct cupel_queue *queue);

#endif
