/*
 * One request and its answer, from the first line of the one to the last byte of the other, as
 * the files http_*.c see it.
 *
 *     asking who it is ──> reading ──> working ──> answered ──> (freed)
 *                                       │  ^          └─ stream ─> working
 *                                      parked: for a change
 *
 * libmicrohttpd's threads read and write and never wait for the database: a connection is
 * suspended while a thread of http_work.c has its exchange.
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

#define HTTP_CONNECTIONS_MAX 1024

struct http_service {
    const struct http_server_options *options;
    struct http_queues *queues;
    struct http_limits *limits;
    struct http_log *log;
    struct http_work *work;
    struct MHD_Daemon *daemon;
    struct http_store store; /* of bodies */
    atomic_uint exchanges;   /* that have begun and not ended */
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
    int64_t checked_us; /* when the token was looked at */
    const char *token;  /* borrowed from the connection; NULL: none */
    bool is_asking;     /* whose the token is */
    int asked;          /* what came of it: 0 or -errno */
    struct cupel_error asked_err;
    uint64_t length;        /* of its body; UINT64_MAX: it is not told */
    struct http_body *body; /* NULL: none is expected, or it was refused */
    bool is_done;           /* there is an answer */
    struct http_answer answer;
    unsigned retry_after_s;
    /* Of http_work.c. */
    struct exchange *next;
    struct exchange *next_waiting;
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

/* http_server.c: look up who it is, or do what a request asks for, with a thread to wait in.
 * Returns false if it is to be parked until wake_us. */
bool exchange_work(struct exchange *exchange, bool is_last);

/* http_intake.c: callbacks of libmicrohttpd (MHD_OPTION_URI_LOG_CALLBACK,
 * MHD_AccessHandlerCallback, MHD_RequestCompletedCallback), whose owner is the service. */
void *exchange_take_target(void *owner, const char *target, struct MHD_Connection *connection);
enum MHD_Result exchange_take(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *len, void **state);
void exchange_complete(void *owner, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode how);

/* http_answer.c */
void exchange_answer_clear(struct http_answer *answer);
/* Make the answer what says that r was returned with err; logs what is ours to know alone. */
void exchange_fail(struct exchange *exchange, int r, const struct cupel_error *err);
/* The same of a status. */
void exchange_refuse(struct exchange *exchange, unsigned status, const char *detail);
/* Send it. */
enum MHD_Result exchange_send(struct exchange *exchange);

/* http_admit.c: whether who waits may still: a token may expire meanwhile, or be revoked. */
bool exchange_may_wait(struct exchange *exchange, struct cupel_queue *queue);

/*
 * http_admit.c: whether it may go on; else the answer is there. First of where it goes: url is
 * decoded, is_plain says what it was before (see http_target_is_plain()). Then, if it has a
 * token, exchange_ask() has to be done by who may wait, then the rest.
 */
bool exchange_route(struct exchange *exchange, const char *method, const char *url,
                    bool is_plain);
void exchange_ask(struct exchange *exchange);
bool exchange_admit(struct exchange *exchange);

#endif
