#include "scope/systemd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

int systemd_fail(struct wire_scope_answer *answer, enum wire_scope_outcome outcome,
                 const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(answer->text, sizeof(answer->text), fmt, ap);
    va_end(ap);
    answer->outcome = outcome;
    return -ENOTSUP;
}

static uint64_t now_us(void)
{
    return base_now_ns() / 1000U;
}

static uint64_t left_us(const struct systemd *systemd)
{
    uint64_t now = now_us();

    return now < systemd->deadline_us ? systemd->deadline_us - now : 0;
}

int systemd_turn(struct systemd *systemd)
{
    int r = systemd->library.process(systemd->bus, NULL);
    if (r != 0)
        return r < 0 ? r : 0;
    uint64_t left = left_us(systemd);
    if (left == 0)
        return -ETIMEDOUT;
    r = systemd->library.wait(systemd->bus, left);
    return r == -EINTR || r >= 0 ? 0 : r;
}

static int be_let_in(struct systemd *systemd, int connection_fd)
{
    const struct sd_bus_library *library = &systemd->library;

    int r = library->new (&systemd->bus);
    if (r >= 0)
        r = library->set_fd(systemd->bus, connection_fd, connection_fd);
    if (r >= 0)
        r = library->set_bus_client(systemd->bus, systemd->is_bus);
    if (r >= 0)
        r = library->start(systemd->bus);
    while (r >= 0 && (r = library->is_ready(systemd->bus)) == 0)
        r = systemd_turn(systemd);
    return r < 0 ? r : 0;
}

int systemd_open(int connection_fd, const struct wire_scope_request *request,
                 struct systemd *ret, struct wire_scope_answer *answer)
{
    struct systemd systemd = {.is_bus = request->is_bus,
                              .deadline_us = now_us() + request->left_us,
                              .answer = answer};
    struct cupel_error err = {0};

    if (sd_bus_library_load(&systemd.library, &err) < 0)
        return systemd_fail(answer, WIRE_SCOPE_NO_LIBRARY, "%s", err.text);
    int r = be_let_in(&systemd, connection_fd);
    if (r < 0) {
        systemd_close(&systemd);
        return systemd_fail(answer, WIRE_SCOPE_NO_BUS, "%s", strerrordesc_np(-r));
    }
    *ret = systemd;
    return 0;
}

void systemd_close(struct systemd *systemd)
{
    systemd->bus = systemd->library.close_unref(systemd->bus);
}

static int told(const struct systemd *systemd, int r, const sd_bus_error *error)
{
    const char *text = error->message == NULL ? error->name : error->message;

    if (r == -ETIMEDOUT)
        return systemd_fail(systemd->answer, WIRE_SCOPE_FAILED,
                            "systemd did not answer within %u seconds",
                            WIRE_SCOPE_LIMIT_US / 1000000U);
    /* of a lost connection sd-bus makes an error as if somebody had answered so */
    if (text == NULL || r == -ECONNRESET || r == -ENOTCONN)
        return systemd_fail(systemd->answer, WIRE_SCOPE_FAILED, "cannot ask systemd: %s",
                            strerrordesc_np(-r));
    if (strcmp(error->name, "org.freedesktop.DBus.Error.ServiceUnknown") == 0 ||
        strcmp(error->name, "org.freedesktop.DBus.Error.NameHasNoOwner") == 0)
        return systemd_fail(systemd->answer, WIRE_SCOPE_NO_SERVICE,
                            "systemd is not on the bus: %s", text);
    return systemd_fail(systemd->answer, WIRE_SCOPE_REFUSED, "systemd refused: %s", text);
}

/* A time of 0 would be sd-bus's own default, hence the + 1. */
int systemd_call(struct systemd *systemd, sd_bus_message **ret, const char *object,
                 const char *interface, const char *method, const char *types, ...)
{
    const struct sd_bus_library *library = &systemd->library;
    sd_bus_message *message = NULL;
    sd_bus_error error = {NULL, NULL, 0};
    va_list values;

    int r = library->message_new_method_call(systemd->bus, &message, SYSTEMD_NAME, object,
                                             interface, method);
    va_start(values, types);
    if (r >= 0)
        r = library->message_appendv(message, types, values);
    va_end(values);
    if (r >= 0)
        r = library->call(systemd->bus, message, left_us(systemd) + 1, &error, ret);
    if (r < 0)
        r = told(systemd, r, &error);
    library->error_free(&error);
    (void)library->message_unref(message);
    return r < 0 ? r : 0;
}
