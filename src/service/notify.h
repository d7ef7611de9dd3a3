/*
 * Telling systemd how a service is. Source: sd_notify(3), "Standalone Implementations", and
 * sd_watchdog_enabled(3).
 */
#ifndef CUPEL_SERVICE_NOTIFY_H
#define CUPEL_SERVICE_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cupel/error.h"

struct notify {
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t len;
    int64_t watchdog_us; /* how often it wants to hear of us; 0: it does not */
};

/* place: $NOTIFY_SOCKET, or NULL; watchdog: $WATCHDOG_USEC, or NULL. Returns 0; -EINVAL if
 * either is malformed; -errno. */
CUPEL_MUST_CHECK int notify_open(const char *place, const char *watchdog, struct notify *ret,
                                 struct cupel_error *err);

/* "READY=1". That nobody hears it is no failure of ours. */
void notify_send(const struct notify *notify, const char *text);

void notify_close(struct notify *notify);

#endif
