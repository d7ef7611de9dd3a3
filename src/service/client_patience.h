/*
 * Waiting by a command: how long it may take, and a service that is away meanwhile, since a
 * server or its database is started again. A wait begins with a job that the service has, so
 * that nothing is lost by asking again.
 */
#ifndef CUPEL_SERVICE_CLIENT_PATIENCE_H
#define CUPEL_SERVICE_CLIENT_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#define CLIENT_NO_LIMIT INT64_MAX

/* An option: whether to wait, and how long at most. */
struct client_wait {
    bool given;
    int64_t limit_us; /* 0: look once */
};

struct client_patience {
    struct client_wait wait;
    int64_t end_us;   /* of CLOCK_MONOTONIC */
    int64_t away_us;  /* since then it is away; 0: it is there */
    int64_t pause_us; /* until it is asked again */
    bool was_there;   /* else its address may be wrong, and no patience helps */
};

/* was_there: it has answered before. */
struct client_patience client_patience_begin(const struct client_wait *wait, bool was_there);

/* 0 or less: the time is over. */
int64_t client_patience_left_us(const struct client_patience *patience);

/*
 * result: of a call that can be repeated. True, after a pause, if it is to be: the service is
 * away (it cannot be reached, broke off, or has too much to do) after it was there, and has not
 * been for long, the time is not over, and it was asked to wait at all.
 */
bool client_patience_again(struct client_patience *patience, int result);

#endif
