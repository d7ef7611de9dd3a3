/* What has to be done now and then, whoever asks: jobs that recur, and webhooks. */
#ifndef CUPEL_SERVICE_CHORES_H
#define CUPEL_SERVICE_CHORES_H

#include <stdbool.h>

#include "cupel/error.h"

struct chores;

/* Some threads, each with a connection of its own. url is borrowed. */
CUPEL_MUST_CHECK int chores_start(const char *url, bool allow_private_webhooks,
                                  struct chores **ret, struct cupel_error *err);
/* Ends what it is at first: a webhook takes 10 s at most (WEBHOOK_LIMIT_MS). */
void chores_stop(struct chores *chores);

#endif
