#include "sandbox/systemd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/cgroup_trial.h"

#define UNIX "unix:path="

static uint64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
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

static int connect_address(struct systemd *systemd, const char *address, bool is_bus)
{
    const struct sd_bus_library *library = &systemd->library;

    int r = library->new (&systemd->bus);
    if (r >= 0)
        r = library->set_address(systemd->bus, address);
    if (r >= 0)
        r = library->set_bus_client(systemd->bus, is_bus);
    if (r >= 0)
        r = library->start(systemd->bus);
    while (r >= 0 && (r = library->is_ready(systemd->bus)) == 0)
        r = systemd_turn(systemd);
    systemd->is_bus = is_bus;
    return r < 0 ? r : 0;
}

/* The private socket serves where no message bus runs; it is there for the manager's user. */
static int reach_manager(struct systemd *systemd)
{
    char addresses[2][64] = {UNIX "/run/dbus/system_bus_socket", UNIX "/run/systemd/private"};
    uid_t uid = geteuid();
    int failures[2];

    if (uid != 0) {
        (void)snprintf(addresses[0], sizeof(addresses[0]), UNIX "/run/user/%u/bus", uid);
        (void)snprintf(addresses[1], sizeof(addresses[1]), UNIX "/run/user/%u/systemd/private",
                       uid);
    }
    for (int i = 0; i < 2; i++) {
        failures[i] = connect_address(systemd, addresses[i], i == 0);
        if (failures[i] >= 0)
            return 0;
        systemd->bus = systemd->library.close_unref(systemd->bus);
    }
    return cgroup_trial_fail(
        systemd->trial, CUPEL_CGROUP_NO_BUS, "%s: neither %s (%s) nor %s (%s) answers",
        uid == 0 ? "systemd cannot be reached" : "this user has no systemd",
        addresses[0] + strlen(UNIX), strerrordesc_np(-failures[0]), addresses[1] + strlen(UNIX),
        strerrordesc_np(-failures[1]));
}

int systemd_open(struct systemd *ret, struct cupel_cgroup_trial *trial)
{
    struct systemd systemd = {.deadline_us = now_us() + SYSTEMD_DEADLINE_US, .trial = trial};
    struct cupel_error err = {0};

    if (access("/run/systemd/system", F_OK) < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_NO_SYSTEMD,
                                 "systemd does not run this host");
    if (sd_bus_library_load(&systemd.library, &err) < 0)
        return cgroup_trial_fail(trial, CUPEL_CGROUP_NO_LIBSYSTEMD, "%s", err.text);
    int r = reach_manager(&systemd);
    if (r == 0)
        *ret = systemd;
    return r;
}

void systemd_close(struct systemd *systemd)
{
    systemd->bus = systemd->library.close_unref(systemd->bus);
}

static int told(const struct systemd *systemd, int r, const sd_bus_error *error)
{
    const char *text = error->message == NULL ? error->name : error->message;

    if (r == -ETIMEDOUT)
        return cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_FAILED,
                                 "systemd did not answer within %u seconds",
                                 SYSTEMD_DEADLINE_US / 1000000U);
    /* of a lost connection sd-bus makes an error as if somebody had answered so */
    if (text == NULL || r == -ECONNRESET || r == -ENOTCONN)
        return cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_FAILED, "cannot ask systemd: %s",
                                 strerrordesc_np(-r));
    if (strcmp(error->name, "org.freedesktop.DBus.Error.ServiceUnknown") == 0 ||
        strcmp(error->name, "org.freedesktop.DBus.Error.NameHasNoOwner") == 0)
        return cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_NO_BUS,
                                 "systemd is not on the bus: %s", text);
    return cgroup_trial_fail(systemd->trial, CUPEL_CGROUP_REFUSED, "systemd refused: %s", text);
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
