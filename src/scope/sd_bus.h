/*
 * The few functions of sd-bus that ask systemd for something. They are looked up when they are
 * needed, so that a host without libsystemd can be told so, and no build needs its headers.
 * Source: sd-bus(3) and its function's pages; prototypes as in systemd 241 and later.
 */
#ifndef CUPEL_SCOPE_SD_BUS_H
#define CUPEL_SCOPE_SD_BUS_H

#include <stdarg.h>
#include <stdint.h>

#include "cupel/error.h"

typedef struct sd_bus sd_bus;
typedef struct sd_bus_slot sd_bus_slot;
typedef struct sd_bus_message sd_bus_message;

/* The layout is part of libsystemd's ABI. */
typedef struct sd_bus_error {
    const char *name;
    const char *message;
    int must_free;
} sd_bus_error;

typedef int (*sd_bus_message_handler_t)(sd_bus_message *message, void *userdata,
                                        sd_bus_error *ret_error);

/* Each as sd_bus_NAME() of sd-bus(3): 0 or more, or a negative errno. */
struct sd_bus_library {
    int (*new)(sd_bus **ret);
    int (*set_fd)(sd_bus *bus, int input_fd, int output_fd);
    int (*set_bus_client)(sd_bus *bus, int is_client);
    int (*start)(sd_bus *bus);
    int (*is_ready)(sd_bus *bus);
    int (*process)(sd_bus *bus, sd_bus_message **ret);
    int (*wait)(sd_bus *bus, uint64_t timeout_us);
    sd_bus *(*close_unref)(sd_bus *bus);
    int (*match_signal_async)(sd_bus *bus, sd_bus_slot **ret, const char *sender,
                              const char *path, const char *interface, const char *member,
                              sd_bus_message_handler_t match,
                              sd_bus_message_handler_t installed, void *userdata);
    int (*call)(sd_bus *bus, sd_bus_message *message, uint64_t timeout_us,
                sd_bus_error *ret_error, sd_bus_message **ret);
    int (*message_new_method_call)(sd_bus *bus, sd_bus_message **ret, const char *destination,
                                   const char *path, const char *interface, const char *member);
    int (*message_appendv)(sd_bus_message *message, const char *types, va_list values);
    int (*message_read)(sd_bus_message *message, const char *types, ...);
    sd_bus_message *(*message_unref)(sd_bus_message *message);
    void (*error_free)(sd_bus_error *error);
};

/* Load libsystemd.so.0, which then stays. Returns 0; -ENOENT where it cannot be loaded or lacks
 * a function (err tells). */
CUPEL_MUST_CHECK int sd_bus_library_load(struct sd_bus_library *ret, struct cupel_error *err);

#endif
