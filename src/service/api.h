/* The routes of the API, a file each, and what their handlers share. */
#ifndef CUPEL_SERVICE_API_H
#define CUPEL_SERVICE_API_H

#include "service/http.h"

extern const struct http_routes api_course_routes;
extern const struct http_routes api_event_routes;
extern const struct http_routes api_grader_routes;
extern const struct http_routes api_health_routes;
extern const struct http_routes api_job_routes;
extern const struct http_routes api_policy_routes;
extern const struct http_routes api_regrade_routes;
extern const struct http_routes api_result_routes;
extern const struct http_routes api_schedule_routes;
extern const struct http_routes api_token_routes;
extern const struct http_routes api_webhook_routes;

/* All of the above; NULL behind the last. */
extern const struct http_routes *const api_tables[];

/* The job that the path names; the caller's to free. -ENOENT: there is none, or it is another
 * course's, which is not told apart; -EACCES: it may be read only. */
CUPEL_MUST_CHECK int api_job_of_path(const struct http_request *request, bool to_change,
                                     struct cupel_job **ret, struct cupel_error *err);
bool api_has_ended(const struct cupel_job *job);

/* Whose things are listed: the query's course, of staff their own; NULL: all. -EACCES. */
CUPEL_MUST_CHECK int api_course(const struct http_request *request, const char **ret,
                                struct cupel_error *err);
/* Whose things may be changed: of staff their own course; NULL: any. */
const char *api_own_course(const struct http_request *request);

/* Append to an array of which *array is NULL once memory has run out; item is stolen. */
void api_append(json_t **array, json_t *item);
/* {NAME: items}; items is stolen. */
CUPEL_MUST_CHECK int api_answer_list(struct http_answer *answer, const char *name,
                                     json_t *items, struct cupel_error *err);
/* The same with "next": the cursor of the next page, or null where last is 0. */
CUPEL_MUST_CHECK int api_answer_page(struct http_answer *answer, const char *name,
                                     json_t *items, int64_t last, struct cupel_error *err);
/* 204. */
int api_answer_nothing(struct http_answer *answer);

#endif
