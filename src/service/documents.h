/*
 * What the queue keeps as JSON: one form for the API, and for whoever asks the queue itself.
 * Each returns a new reference, NULL if memory ran out. docs/openapi.json describes them.
 */
#ifndef CUPEL_SERVICE_DOCUMENTS_H
#define CUPEL_SERVICE_DOCUMENTS_H

#include <jansson.h>

#include "queue/graders.h"
#include "queue/hooks.h"
#include "queue/queue.h"
#include "queue/regrades.h"
#include "queue/schedules.h"
#include "queue/tokens.h"

/* RFC 3339 in UTC with microseconds; null of 0. */
json_t *document_time(int64_t us);

json_t *document_job(const struct cupel_job *job);
json_t *document_attempt(const struct cupel_attempt *attempt);
json_t *document_state(const struct cupel_queue_state *state);
json_t *document_course(const struct cupel_course *course);
json_t *document_grader(const struct cupel_grader_version *version);
json_t *document_regrade(const struct cupel_regrade *regrade);
json_t *document_regrade_item(const struct cupel_regrade_item *item);
json_t *document_schedule(const struct cupel_schedule *schedule);
json_t *document_token(const struct cupel_token *token);
json_t *document_hook(const struct cupel_hook *hook);             /* without its secret */
json_t *document_delivery(const struct cupel_delivery *delivery); /* likewise */

#endif
