/*
 * A connection to the systemd that manages the supervisor, and calls on it. Sources:
 * org.freedesktop.systemd1(5), sd_bus_set_fd(3), sd_bus_call(3).
 */
#ifndef CUPEL_SCOPE_SYSTEMD_H
#define CUPEL_SCOPE_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/error.h"
#include "scope/sd_bus.h"
#include "wire/scope.h"

#define SYSTEMD_NAME    "org.freedesktop.systemd1"
#define SYSTEMD_OBJECT  "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"

struct systemd {
    struct sd_bus_library library;
    sd_bus *bus;
    bool is_bus; /* a message bus lies between: senders have names */
    uint64_t deadline_us;
    struct wire_scope_answer *answer; /* borrowed: filled by whatever fails */
};

/* Fill answer with an outcome and a text for it. Returns -ENOTSUP. */
int systemd_fail(struct wire_scope_answer *answer, enum wire_scope_outcome outcome,
                 const char *fmt, ...) CUPEL_PRINTF(3, 4);

/*
 * Be let in at a connection (taken over) of the request's kind, for the time that the request
 * leaves. Returns 0 and fills *ret, to be closed by systemd_close(); -ENOTSUP with *answer
 * filled, and then there is nothing to close.
 */
CUPEL_MUST_CHECK int systemd_open(int connection_fd, const struct wire_scope_request *request,
                                  struct systemd *ret, struct wire_scope_answer *answer);

void systemd_close(struct systemd *systemd);

/*
 * Call a method of object with values as sd_bus_message_append(3) takes them. *ret is the
 * reply, to be released by library.message_unref(). Returns 0; -ENOTSUP with the answer filled.
 */
CUPEL_MUST_CHECK int systemd_call(struct systemd *systemd, sd_bus_message **ret,
                                  const char *object, const char *interface, const char *method,
                                  const char *types, ...);

/* Handle one signal that has come, or wait for one. Returns 0; -ETIMEDOUT; -errno. */
CUPEL_MUST_CHECK int systemd_turn(struct systemd *systemd);

#endif
