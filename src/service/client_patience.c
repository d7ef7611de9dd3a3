#include "service/client_patience.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "cupel/units.h"

#define SECOND_US      INT64_C(1000000)
#define AWAY_MAX_US    (300 * SECOND_US)
#define FIRST_PAUSE_US (SECOND_US / 5)
#define LAST_PAUSE_US  (5 * SECOND_US)

static int64_t now_us(void)
{
    return (int64_t)(base_now_ns() / CUPEL_NS_PER_US);
}

struct client_patience client_patience_begin(const struct client_wait *wait, bool was_there)
{
    return (struct client_patience){.wait = *wait,
                                    .was_there = was_there,
                                    .end_us = wait->limit_us == CLIENT_NO_LIMIT
                                                  ? CLIENT_NO_LIMIT
                                                  : now_us() + wait->limit_us};
}

int64_t client_patience_left_us(const struct client_patience *patience)
{
    return patience->end_us == CLIENT_NO_LIMIT ? CLIENT_NO_LIMIT : patience->end_us - now_us();
}

static bool is_away(int result)
{
    static const int codes[] = {EPIPE, EAGAIN, ECONNREFUSED, ECONNRESET, ETIMEDOUT};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (result == -codes[i])
            return true;
    }
    return false;
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool client_patience_again(struct client_patience *patience, int result)
{
    int64_t now = now_us();

    if (!is_away(result)) {
        patience->away_us = 0;
        patience->was_there = true;
        return false;
    }
    if (result == -EAGAIN) /* it is there, and says so */
        patience->was_there = true;
    if (patience->away_us == 0) {
        patience->away_us = now;
        patience->pause_us = FIRST_PAUSE_US;
    }
    int64_t left_us = client_patience_left_us(patience);
    if (!patience->wait.given || !patience->was_there || left_us <= 0 ||
        now - patience->away_us >= AWAY_MAX_US)
        return false;
    int64_t pause_us = min(patience->pause_us, left_us);
    const struct timespec pause = {.tv_sec = (time_t)(pause_us / SECOND_US),
                                   .tv_nsec = (long)(pause_us % SECOND_US) * 1000};
    (void)nanosleep(&pause, NULL);
    patience->pause_us = min(2 * patience->pause_us, LAST_PAUSE_US);
    return true;
}
