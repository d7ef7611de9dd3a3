/* cupel.run/1, as src/render/run.c writes it for staff. */
#include <string.h>

#include "cupel/cgroup.h"
#include "cupel/outcome.h"
#include "cupel/text.h"
#include "render/names.h"
#include "render/read.h"

#define EXIT_CODE_MAX 255
#define SIGNAL_MAX    127 /* what a status of waitpid() has room for */

/* What only some ends have is null of all others. */
static int read_end(const struct read_place *place, struct cupel_outcome *run, bool has_it,
                    read_function *read, const struct read_key *key, struct cupel_error *err)
{
    if (has_it)
        return read(place, run, key, err);
    if (json_is_null(place->json))
        return 0;
    return read_fail(place, err, "expected null, as the status is \"%s\"",
                     render_run_status_names[run->status]);
}

static int read_exit_code(const struct read_place *place, void *object,
                          const struct read_key *key, struct cupel_error *err)
{
    struct cupel_outcome *run = object;

    return read_end(place, run, run->status == CUPEL_RUN_EXITED, read_int, key, err);
}

static int read_signal(const struct read_place *place, void *object, const struct read_key *key,
                       struct cupel_error *err)
{
    struct cupel_outcome *run = object;
    bool signaled = run->status == CUPEL_RUN_SIGNALED || run->status == CUPEL_RUN_LIMIT;

    return read_end(place, run, signaled, read_int, key, err);
}

static int read_limit(const struct read_place *place, void *object, const struct read_key *key,
                      struct cupel_error *err)
{
    struct cupel_outcome *run = object;

    return read_end(place, run, run->status == CUPEL_RUN_LIMIT, read_choice, key, err);
}

/* What CPU time is together was rounded by itself: so that it is again what it was, the parts
 * get back a third of a microsecond that their own rounding took, or lose it. */
static int read_cpu(const struct read_place *place, void *object, const struct read_key *key,
                    struct cupel_error *err)
{
    enum { THIRD_NS = 300, US_NS = 1000 };
    struct cupel_outcome *run = object;
    uint64_t cpu_ns = 0;

    int r = read_seconds(place, &cpu_ns, key, err);
    if (r < 0)
        return r;
    bool known = run->user_ns != CUPEL_UNKNOWN && run->system_ns != CUPEL_UNKNOWN;
    uint64_t sum = known ? run->user_ns + run->system_ns : CUPEL_UNKNOWN;
    if (cpu_ns == sum)
        return 0;
    if (known && cpu_ns == sum + US_NS) {
        run->user_ns += THIRD_NS;
        run->system_ns += THIRD_NS;
        return 0;
    }
    if (known && cpu_ns == sum - US_NS && run->user_ns > 0 && run->system_ns > 0) {
        run->user_ns -= THIRD_NS;
        run->system_ns -= THIRD_NS;
        return 0;
    }
    return read_fail_expected(place, key, "user_seconds and system_seconds together", err);
}

static int read_cpus(const struct read_place *place, void *object, const struct read_key *key,
                     struct cupel_error *err)
{
    uint64_t *ret = read_target(object, key);
    double cpus = json_number_value(place->json);

    if (json_is_null(place->json)) {
        *ret = CUPEL_CPUS_ALL;
        return 0;
    }
    if (!json_is_number(place->json) || !(cpus >= 0) || cpus * 1000 > CUPEL_CPUS_ALL - 1)
        return read_fail_expected(place, key, "a number from 0 to 1023.999", err);
    *ret = ((uint64_t)(cpus * 2000) + 1) / 2;
    return 0;
}

/* Its names have static storage. */
static int read_cgroup(const struct read_place *place, void *object, const struct read_key *key,
                       struct cupel_error *err)
{
    const char **ret = read_target(object, key);
    enum cupel_cgroup_source source = CUPEL_CGROUP_DELEGATED;

    if (json_is_null(place->json)) {
        *ret = NULL;
        return 0;
    }
    int r = read_choice(place, &source, &(struct read_key){.names = cupel_cgroup_source_names},
                        err);
    if (r == 0)
        *ret = cupel_cgroup_source_names[source];
    return r;
}

/* null: a run that failed before they were dropped */
static int read_capabilities(const struct read_place *place, void *object,
                             const struct read_key *key, struct cupel_error *err)
{
    bool *ret = read_target(object, key);
    const char *text = json_string_value(place->json);

    if (!json_is_null(place->json) && (text == NULL || strcmp(text, "none") != 0))
        return read_fail_expected(place, key, "\"none\"", err);
    *ret = text != NULL;
    return 0;
}

#define LIMIT(member) .offset = offsetof(struct cupel_limits, member)

static int finish_limits(const struct read_place *place, void *object, struct cupel_error *err)
{
    struct cupel_limits *limits = object;

    (void)place;
    (void)err;
    limits->inodes = CUPEL_UNKNOWN; /* which the document does not tell */
    limits->stdout_bytes = CUPEL_UNKNOWN;
    limits->stderr_bytes = CUPEL_UNKNOWN;
    limits->stack_bytes = CUPEL_UNKNOWN;
    return 0;
}

static const struct read_shape limits_shape = {
    .finish = finish_limits,
    .keys =
        (const struct read_key[]){
            {"wall_seconds", read_seconds, LIMIT(wall_ns), .nullable = true},
            {"cpu_seconds", read_seconds, LIMIT(cpu_ns), .nullable = true},
            {"memory_bytes", read_u64, LIMIT(memory_bytes), .nullable = true},
            {"processes", read_u64, LIMIT(processes), .nullable = true},
            {"output_bytes", read_u64, LIMIT(output_bytes), .nullable = true},
            {"disk_bytes", read_u64, LIMIT(disk_bytes), .nullable = true},
            {"file_size_bytes", read_u64, LIMIT(file_size_bytes), .nullable = true},
            {"open_files", read_u64, LIMIT(open_files), .nullable = true},
            {"cpus", read_cpus, LIMIT(cpus_milli), .nullable = true},
            {0},
        },
};

#define LAYER(member) .offset = offsetof(struct cupel_enforcement, member)
#define MECHANISM(member)                                                                      \
    read_choice, LAYER(member), .names = render_mechanism_names, .nullable = true

static const struct read_shape enforcement_shape = {
    .keys =
        (const struct read_key[]){
            {"memory", MECHANISM(memory)},
            {"processes", MECHANISM(processes)},
            {"cpu", MECHANISM(cpu)},
            {"cpus", MECHANISM(cpus)},
            {"cgroup", read_cgroup, LAYER(cgroup), .nullable = true},
            {"user_namespace", read_bool, LAYER(user_namespace)},
            {"network", read_choice, LAYER(network), .names = render_network_names},
            {"no_new_privs", read_bool, LAYER(no_new_privs)},
            {"capabilities", read_capabilities, LAYER(no_capabilities), .nullable = true},
            {"landlock_abi", read_int, LAYER(landlock_abi), .most = INT32_MAX,
             .nullable = true},
            {"seccomp_sha256", read_sha256, LAYER(seccomp_sha256), .nullable = true},
            {"policy", read_name, LAYER(policy),
             .most = sizeof((struct cupel_enforcement){0}.policy), .nullable = true},
            {"policy_sha256", read_sha256, LAYER(policy_sha256), .nullable = true},
            {0},
        },
};

/* Why the sandbox failed, which no other end has. Bytes that were no text take more room as
 * text: what does not fit is cut. */
static int finish_run(const struct read_place *place, void *object, struct cupel_error *err)
{
    static const struct read_key key = {.name = "error"};
    struct cupel_outcome *run = object;
    struct read_place member;
    const char *text = NULL;

    if (run->status != CUPEL_RUN_SANDBOX_ERROR)
        return 0;
    int r = read_member(place, key.name, &member, err);
    if (r == 0)
        r = read_string(&member, &key, &text, err);
    if (r < 0 || text == NULL)
        return r;
    size_t len = strnlen(text, sizeof(run->error) - 1);
    memcpy(run->error, text, cupel_text_utf8_prefix(text, len));
    return 0;
}

#define RUN(member) .offset = offsetof(struct cupel_outcome, member)

const struct read_shape read_run_shape = {
    .finish = finish_run,
    .keys =
        (const struct read_key[]){
            {.name = "schema", .read = read_nothing},
            {"status", read_choice, RUN(status), .names = render_run_status_names},
            {"exit_code", read_exit_code, RUN(exit_code), .most = EXIT_CODE_MAX},
            {"signal", read_signal, RUN(signal), .most = SIGNAL_MAX, .nullable = true},
            {"limit", read_limit, RUN(limit), .names = cupel_limit_names, .nullable = true},
            {"denied_syscalls", read_denied, .nullable = true},
            {"wall_seconds", read_seconds, RUN(wall_ns), .nullable = true},
            {"user_seconds", read_seconds, RUN(user_ns), .nullable = true},
            {"system_seconds", read_seconds, RUN(system_ns), .nullable = true},
            {"cpu_seconds", read_cpu, .nullable = true},
            {"memory_peak_bytes", read_u64, RUN(memory_peak_bytes), .nullable = true},
            {"processes_peak", read_u64, RUN(processes_peak), .nullable = true},
            {"stdout_bytes", read_u64, RUN(stdout_bytes), .nullable = true},
            {"stderr_bytes", read_u64, RUN(stderr_bytes), .nullable = true},
            {"limits", read_object, RUN(limits), .shape = &limits_shape},
            {"enforcement", read_object, RUN(enforcement), .shape = &enforcement_shape},
            {0},
        },
};
