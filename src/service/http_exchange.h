/*
 * One request and its answer, from the first line of the one to the last byte of the other, as
 * the files http_*.c see it.
 *
 *     reading ──body is there──> working ──answered──> answered ──> (freed)
 *                                   │ ^                    └stream┐
 *                                 parked: for a change            └──> working, parked, …
 *
 * libmicrohttpd's threads read and write and never wait for the database, but for who it is: a
 * connection is suspended while a thread of http_work.c has its exchange.
 */
#ifndef CUPEL_SERVICE_HTTP_EXCHANGE_H
#define CUPEL_SERVICE_HTTP_EXCHANGE_H

#include <stdatomic.h>

#include <microhttpd.h>

#include "service/http.h"
#include "service/http_body.h"
#include "service/http_limits.h"
#include "service/http_log.h"
#include "service/http_queues.h"
#include "service/http_server.h"
#include "service/http_work.h"

struct http_service {
    const struct http_server_options *options;
    struct http_queues *queues;
    struct http_limits *limits;
    struct http_log *log;
    struct http_work *work;
    struct MHD_Daemon *daemon;
    atomic_uint exchanges; /* that have begun and not ended */
};

struct exchange {
    struct http_service *service;
    struct MHD_Connection *connection;
    struct http_watched *watched;   /* its connection's */
    const struct http_route *route; /* NULL: none */
    char method[16];
    int64_t begun_us;
    char *path;
    char *variables[HTTP_PATH_PARTS];
    char address[HTTP_ADDRESS_SIZE];
    struct http_request request;
    struct cupel_token who;
    bool has_who;
    struct http_body *body; /* NULL: none is expected, or it was refused */
    bool is_done;           /* there is an answer */
    struct http_answer answer;
    unsigned retry_after_s;
    /* Of http_work.c. */
    struct exchange *next;
    uint64_t seen;       /* changes before it was last looked at */
    int64_t wake_us;     /* parked: at the latest then */
    int64_t wait_end_us; /* 0: it has not waited yet */
    /* Of a stream: what is to be sent. */
    bool is_stream;
    bool is_stream_over;
    char *pending;
    size_t pending_len;
    size_t pending_at;
    int64_t last_sent_us;
};

/* http_server.c: do what a request asks for, with a thread to wait in. Returns false if it is
 * to be parked until wake_us. */
bool exchange_work(struct exchange *exchange, bool is_last);

/* http_answer.c */
void exchange_answer_clear(struct http_answer *answer);
/* Make the answer what says that r was returned with err; logs what is ours to know alone. */
void exchange_fail(struct exchange *exchange, int r, const struct cupel_error *err);
/* The same of a status. */
void exchange_refuse(struct exchange *exchange, unsigned status, const char *detail);
/* Send it. */
enum MHD_Result exchange_send(struct exchange *exchange);

/* http_admit.c: whether it may go on; else the answer is there. */
bool exchange_admit(struct exchange *exchange, const char *method, const char *url);

#endif
