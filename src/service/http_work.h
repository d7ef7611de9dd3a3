/*
 * Threads that do what requests ask for, so that those which read and write never wait; and the
 * requests that wait for a change of the queue, which one more thread listens for.
 */
#ifndef CUPEL_SERVICE_HTTP_WORK_H
#define CUPEL_SERVICE_HTTP_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/error.h"

struct exchange;
struct http_service;
struct http_work;

/* CLOCK_MONOTONIC. */
int64_t http_now_us(void);

/* service is borrowed. */
CUPEL_MUST_CHECK int http_work_start(struct http_service *service, struct http_work **ret,
                                     struct cupel_error *err);
/* Suspend its connection, and resume it when exchange_work() has returned true. False, and
 * nothing is done, if no more is begun. */
bool http_work_put(struct http_work *work, struct exchange *exchange);
/* Whether it may wait for a change as well, or a status to refuse it with: no token keeps
 * others from waiting, and those who wait leave room for those who ask. */
unsigned http_work_admit_wait(struct http_work *work, struct exchange *exchange);
/* It has ended, and waits no more. */
void http_work_forget(struct http_work *work, const struct exchange *exchange);
/* Begin no more, let nobody wait any longer; returns when all connections are resumed. */
void http_work_drain(struct http_work *work);
void http_work_stop(struct http_work *work); /* drained; frees it */

#endif
