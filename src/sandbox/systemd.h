/*
 * A connection to the systemd that manages this process: the system's for root, the own user's
 * for anybody else. Where it is follows from the uid alone, not from the environment. Sources:
 * org.freedesktop.systemd1(5), sd_bus_set_address(3), sd_bus_call(3).
 */
#ifndef CUPEL_SANDBOX_SYSTEMD_H
#define CUPEL_SANDBOX_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/cgroup.h"
#include "cupel/error.h"
#include "sandbox/sd_bus.h"

#define SYSTEMD_NAME    "org.freedesktop.systemd1"
#define SYSTEMD_OBJECT  "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"

/* How long all that is asked on one connection may take. */
#define SYSTEMD_DEADLINE_US 5000000U

struct systemd {
    struct sd_bus_library library;
    sd_bus *bus;
    bool is_bus; /* a message bus lies between: senders have names */
    uint64_t deadline_us;
    struct cupel_cgroup_trial *trial; /* borrowed: filled by whatever fails */
};

/*
 * Connect. Returns 0 and fills *ret, to be closed by systemd_close(); -ENOTSUP with *trial
 * filled, and then there is nothing to close.
 */
CUPEL_MUST_CHECK int systemd_open(struct systemd *ret, struct cupel_cgroup_trial *trial);

void systemd_close(struct systemd *systemd);

/*
 * Call a method of object with values as sd_bus_message_append(3) takes them. *ret is the
 * reply, to be released by library.message_unref(). Returns 0; -ENOTSUP with the trial filled.
 */
CUPEL_MUST_CHECK int systemd_call(struct systemd *systemd, sd_bus_message **ret,
                                  const char *object, const char *interface, const char *method,
                                  const char *types, ...);

/* Handle one signal that has come, or wait for one. Returns 0; -ETIMEDOUT; -errno. */
CUPEL_MUST_CHECK int systemd_turn(struct systemd *systemd);

#endif
