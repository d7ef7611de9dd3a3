#include "sandbox/cgroup_scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "sandbox/sd_bus.h"

#define DEADLINE_US 5000000U
#define CANCEL_US   1000000U

#define SYSTEMD     "org.freedesktop.systemd1"
#define MANAGER     "org.freedesktop.systemd1.Manager"
#define OBJECT      "/org/freedesktop/systemd1"
#define DESCRIPTION "cupel: programs in a sandbox"

/* One request to one manager. */
struct request {
    struct sd_bus_library library;
    sd_bus *bus;
    uint64_t deadline_us;
    char scope[64];
    char job[128];   /* object path; empty until systemd has accepted the request */
    char result[32]; /* what became of the job; empty until it is over */
    struct cupel_cgroup_trial *trial;
};

static int fail(struct cupel_cgroup_trial *trial, enum cupel_cgroup_obstacle obstacle,
                const char *fmt, ...) CUPEL_PRINTF(3, 4);

static int fail(struct cupel_cgroup_trial *trial, enum cupel_cgroup_obstacle obstacle,
                const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(trial->text, sizeof(trial->text), fmt, ap);
    va_end(ap);
    trial->obstacle = obstacle;
    return -ENOTSUP;
}

static uint64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
}

static uint64_t left_us(const struct request *request)
{
    uint64_t now = now_us();

    return now < request->deadline_us ? request->deadline_us - now : 0;
}

bool cgroup_scope_holds(const char *text, const char *name)
{
    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        size_t name_len = strlen(name);
        if (strncmp(line, "0::/", 4) == 0)
            return len >= 4 + name_len && line[len - name_len - 1] == '/' &&
                   strncmp(line + len - name_len, name, name_len) == 0;
        line += len + (line[len] == '\n');
    }
    return false;
}

static bool is_in_scope(const char *scope)
{
    CUPEL_AUTO_FD fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len;

    return fd >= 0 && cupel_path_read_fd(fd, 65536, &text, &len) == 0 &&
           cgroup_scope_holds(text, scope);
}

/* The signal goes out for every job of the manager; the scope's name is ours alone. */
static int job_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    struct request *request = userdata;
    const char *job;
    const char *unit;
    const char *result;
    uint32_t id;

    (void)ret_error;
    int r = request->library.message_read(message, "uoss", &id, &job, &unit, &result);
    if (r >= 0 && strcmp(unit, request->scope) == 0)
        (void)snprintf(request->result, sizeof(request->result), "%s", result);
    return 0;
}

/* Handle what has come, or wait for more. Returns 0; -ETIMEDOUT; -errno. */
static int turn(struct request *request)
{
    int r = request->library.process(request->bus, NULL);
    if (r != 0)
        return r < 0 ? r : 0;
    uint64_t left = left_us(request);
    if (left == 0)
        return -ETIMEDOUT;
    r = request->library.wait(request->bus, left);
    return r == -EINTR || r >= 0 ? 0 : r;
}

static int connect_address(struct request *request, const char *address, bool is_bus)
{
    const struct sd_bus_library *library = &request->library;

    int r = library->new (&request->bus);
    if (r >= 0)
        r = library->set_address(request->bus, address);
    if (r >= 0)
        r = library->set_bus_client(request->bus, is_bus);
    if (r >= 0)
        r = library->start(request->bus);
    while (r >= 0 && (r = library->is_ready(request->bus)) == 0)
        r = turn(request);
    if (r >= 0)
        r = library->match_signal_async(request->bus, NULL, is_bus ? SYSTEMD : NULL, OBJECT,
                                        MANAGER, "JobRemoved", job_removed, NULL, request);
    return r;
}

/* The private socket serves where no message bus runs; it is there for the manager's user. */
static int reach_manager(struct request *request)
{
    char addresses[2][64] = {"unix:path=/run/dbus/system_bus_socket",
                             "unix:path=/run/systemd/private"};
    uid_t uid = geteuid();
    int failures[2];

    if (uid != 0) {
        (void)snprintf(addresses[0], sizeof(addresses[0]), "unix:path=/run/user/%u/bus", uid);
        (void)snprintf(addresses[1], sizeof(addresses[1]),
                       "unix:path=/run/user/%u/systemd/private", uid);
    }
    for (int i = 0; i < 2; i++) {
        failures[i] = connect_address(request, addresses[i], i == 0);
        if (failures[i] >= 0)
            return 0;
        request->bus = request->library.close_unref(request->bus);
    }
    return fail(request->trial, CUPEL_CGROUP_NO_BUS, "%s: neither %s (%s) nor %s (%s) answers",
                uid == 0 ? "systemd cannot be reached" : "no systemd of this user is there",
                addresses[0] + strlen("unix:path="), strerrordesc_np(-failures[0]),
                addresses[1] + strlen("unix:path="), strerrordesc_np(-failures[1]));
}

/* A pid of 0 is the sender's, whatever pid namespace either side is in. */
static int append_scope(const struct sd_bus_library *library, sd_bus_message *message,
                        const char *scope)
{
    return library->message_append(message, "ssa(sv)a(sa(sv))", scope, "fail", 4, "Description",
                                   "s", DESCRIPTION, "Delegate", "b", 1, "PIDs", "au", 1, 0U,
                                   "CollectMode", "s", "inactive-or-failed", 0);
}

static int told_by_systemd(const struct request *request, int r, const sd_bus_error *error)
{
    const char *text = error->message == NULL ? error->name : error->message;

    if (r == -ETIMEDOUT)
        return fail(request->trial, CUPEL_CGROUP_FAILED,
                    "systemd did not answer within %u seconds", DEADLINE_US / 1000000U);
    if (error->name == NULL)
        return fail(request->trial, CUPEL_CGROUP_FAILED, "cannot ask systemd for a scope: %s",
                    strerrordesc_np(-r));
    if (strcmp(error->name, "org.freedesktop.DBus.Error.ServiceUnknown") == 0 ||
        strcmp(error->name, "org.freedesktop.DBus.Error.NameHasNoOwner") == 0)
        return fail(request->trial, CUPEL_CGROUP_NO_BUS, "systemd is not on the bus: %s", text);
    return fail(request->trial, CUPEL_CGROUP_REFUSED, "systemd refused a scope: %s", text);
}

/* A time of 0 would be sd-bus's own default, hence the + 1. */
static int start_scope(struct request *request)
{
    const struct sd_bus_library *library = &request->library;
    sd_bus_message *message = NULL;
    sd_bus_message *reply = NULL;
    sd_bus_error error = {NULL, NULL, 0};
    const char *job = NULL;

    int r = library->message_new_method_call(request->bus, &message, SYSTEMD, OBJECT, MANAGER,
                                             "StartTransientUnit");
    if (r >= 0)
        r = append_scope(library, message, request->scope);
    if (r >= 0)
        r = library->call(request->bus, message, left_us(request) + 1, &error, &reply);
    if (r >= 0)
        r = library->message_read(reply, "o", &job);
    if (r >= 0)
        (void)snprintf(request->job, sizeof(request->job), "%s", job);
    else
        r = told_by_systemd(request, r, &error);
    library->error_free(&error);
    (void)library->message_unref(reply);
    (void)library->message_unref(message);
    return r < 0 ? r : 0;
}

/* So that a slow systemd does not move this process when it expects it no more. */
static void cancel_job(struct request *request)
{
    const struct sd_bus_library *library = &request->library;
    sd_bus_message *message = NULL;

    int r = library->message_new_method_call(request->bus, &message, SYSTEMD, request->job,
                                             SYSTEMD ".Job", "Cancel");
    if (r >= 0)
        (void)library->call(request->bus, message, CANCEL_US, NULL, NULL);
    (void)library->message_unref(message);
}

/* Whatever the signal said or did not say: where this process is decides. */
static int await_scope(struct request *request)
{
    int r = 0;

    while (r >= 0 && request->result[0] == '\0')
        r = turn(request);
    if (is_in_scope(request->scope))
        return 0;
    if (r < 0) {
        cancel_job(request);
        if (is_in_scope(request->scope))
            return 0;
        return fail(request->trial, CUPEL_CGROUP_FAILED,
                    "systemd did not start the scope within %u seconds: %s",
                    DEADLINE_US / 1000000U, strerrordesc_np(-r));
    }
    return fail(request->trial, CUPEL_CGROUP_FAILED,
                "systemd did not move this process to the scope %s: the job's result is %s",
                request->scope, request->result);
}

int cgroup_scope_enter(struct cupel_cgroup_trial *ret)
{
    struct request request = {.deadline_us = now_us() + DEADLINE_US, .trial = ret};
    struct cupel_error err = {0};
    uint64_t number = 0;

    if (access("/run/systemd/system", F_OK) < 0)
        return fail(ret, CUPEL_CGROUP_NO_SYSTEMD, "systemd does not run this host");
    if (sd_bus_library_load(&request.library, &err) < 0)
        return fail(ret, CUPEL_CGROUP_NO_LIBSYSTEMD, "%s", err.text);
    if (getrandom(&number, sizeof(number), 0) < 0)
        return fail(ret, CUPEL_CGROUP_FAILED, "getrandom: %s", strerrordesc_np(errno));
    (void)snprintf(request.scope, sizeof(request.scope), "cupel-%d-%016" PRIx64 ".scope",
                   getpid(), number);
    int r = reach_manager(&request);
    if (r == 0)
        r = start_scope(&request);
    if (r == 0)
        r = await_scope(&request);
    (void)request.library.close_unref(request.bus);
    return r;
}
