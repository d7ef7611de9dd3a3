#include "cli/boxed.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/install.h"
#include "cli/job.h"
#include "cli/relay.h"
#include "cupel/cleanup.h"
#include "cupel/filters.h"
#include "grader/environment.h"
#include "grader/plan.h"

/* Everything that one run needs; zero-initialised. */
struct boxed {
    const char *command;
    const struct boxed_options *options;
    struct cupel_cli_paths paths;
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_limits limits;
    struct cupel_cell_mount *mounts;
    size_t mount_count;
    char **owned; /* sources and destinations of binds */
    size_t owned_count;
    const char *read_only[BOXED_LIST_MAX + 1]; /* destinations of binds, for Landlock */
    const char *writable[BOXED_LIST_MAX + 1];
    char **environment;
    struct cupel_cgroup_search search;
    struct cupel_cgroup *cgroup;
    struct cupel_cell *cell;
};

static int load_policy(struct boxed *boxed, struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};

    int r = cupel_policy_load(boxed->paths.policies, boxed->options->policy,
                              cupel_arch_native(), &diagnostics, &boxed->policy, err);
    if (r < 0 && !cupel_is_shortage(r) && cupel_diagnostics_errors(&diagnostics, 0) > 0) {
        cupel_cli_print_diagnostics(&diagnostics);
        (void)cupel_fail(err, r, "policy %s is invalid", boxed->options->policy);
    }
    cupel_diagnostics_clear(&diagnostics);
    if (r < 0)
        return r;
    if (boxed->options->has_network)
        boxed->policy->network = boxed->options->network;
    return 0;
}

static void set_limits(struct boxed *boxed)
{
    const struct boxed_options *options = boxed->options;

    boxed->limits = boxed->policy->limits;
    for (size_t i = 0; i < options->limit_count; i++) {
        memcpy((char *)&boxed->limits + options->limits[i].offset, &options->limits[i].value,
               sizeof(uint64_t));
        if (options->limits[i].offset == offsetof(struct cupel_limits, output_bytes))
            boxed->limits.stdout_bytes = boxed->limits.stderr_bytes = options->limits[i].value;
    }
}

/* Keep text until the end; NULL passes through. */
static char *own(struct boxed *boxed, char *text)
{
    if (text != NULL)
        boxed->owned[boxed->owned_count++] = text;
    return text;
}

/* Below the others a cell makes files of its own, which must not go to the host's folder. */
static bool can_be_bound_to(const char *path)
{
    static const char *const own[] = {"dev", "etc", "proc", "tmp"};
    const char *name = path + strspn(path, "/");
    size_t len = strcspn(name, "/");

    if (path[0] != '/' || len == 0)
        return false;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strlen(own[i]) == len && strncmp(name, own[i], len) == 0)
            return false;
    }
    return true;
}

static int add_bind(struct boxed *boxed, const char *text, bool writable, const char **ret,
                    struct cupel_error *err)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);
    CUPEL_AUTO_FREE char *given = strndup(text, len);
    char *source = given == NULL ? NULL : own(boxed, realpath(given, NULL));

    if (source == NULL)
        return cupel_fail_errno(err, "--bind%s %.*s", writable ? "" : "-ro", (int)len, text);
    char *destination = own(boxed, strdup(colon == NULL ? source : colon + 1));
    if (destination == NULL)
        return cupel_fail_errno(err, "--bind %s", text);
    if (!can_be_bound_to(destination))
        return cupel_fail(
            err, -EINVAL,
            "--bind%s %s: %s cannot be bound to; expected an absolute path outside "
            "of /dev, /etc, /proc and /tmp",
            writable ? "" : "-ro", text, destination);
    boxed->mounts[boxed->mount_count++] = (struct cupel_cell_mount){
        .source = source, .destination = destination, .writable = writable};
    *ret = destination;
    return 0;
}

static int make_mounts(struct boxed *boxed, struct cupel_error *err)
{
    const struct boxed_options *options = boxed->options;
    size_t binds = options->binds.count + options->read_only_binds.count;

    boxed->owned = calloc(2 * binds + 1, sizeof(*boxed->owned));
    if (boxed->owned == NULL)
        return cupel_fail_errno(err, "allocate the binds");
    int r = cupel_cell_mounts(&boxed->policy, 1, binds, &boxed->mounts, &boxed->mount_count);
    for (size_t i = 0; r == 0 && i < options->binds.count; i++)
        r = add_bind(boxed, options->binds.items[i], true, &boxed->writable[i], err);
    for (size_t i = 0; r == 0 && i < options->read_only_binds.count; i++)
        r = add_bind(boxed, options->read_only_binds.items[i], false, &boxed->read_only[i],
                     err);
    return r;
}

/* The base, the variables that the policy passes on from our environment, and those asked for.
 */
static int make_environment(struct boxed *boxed, struct cupel_error *err)
{
    struct boxed_list passed = {0};
    char **with_passed = NULL;

    for (char **name = boxed->policy->environment; *name != NULL; name++) {
        for (char **variable = environ; *variable != NULL; variable++) {
            size_t len = strlen(*name);
            if (strncmp(*variable, *name, len) == 0 && (*variable)[len] == '=' &&
                passed.count < BOXED_LIST_MAX)
                passed.items[passed.count++] = *variable;
        }
    }
    int r = cupel_environment_merge(cupel_environment_base, passed.items, &with_passed);
    if (r == 0)
        r = cupel_environment_merge((const char *const *)with_passed,
                                    boxed->options->variables.items, &boxed->environment);
    cupel_strings_free(with_passed);
    return r < 0 ? cupel_fail(err, r, "out of memory") : 0;
}

static int set_up_cell(struct boxed *boxed, struct cupel_error *err)
{
    const struct cupel_cell_options options = {
        .mounts = boxed->mounts,
        .mount_count = boxed->mount_count,
        .lanes = 1,
        .box_bytes = boxed->limits.disk_bytes,
        .box_inodes = boxed->limits.inodes,
        .network = boxed->policy->network,
        .cgroup = boxed->cgroup,
    };

    return cupel_cell_set_up(boxed->cell, &options, err);
}

static unsigned required(const struct boxed *boxed)
{
    unsigned by_policy = boxed->policy != NULL ? boxed->policy->require : 0;

    return by_policy | boxed->options->require;
}

static int check_layers(const struct boxed *boxed, struct cupel_error *err)
{
    unsigned available = cupel_plan_layers(boxed->cgroup);

    if (cupel_cell_landlock_abi(boxed->cell) > 0)
        available |= 1U << CUPEL_LAYER_LANDLOCK;
    return cupel_plan_check_layers(required(boxed), available, err);
}

static int prepare(struct boxed *boxed, struct cupel_error *err)
{
    int r = cupel_cli_paths_find(&boxed->paths, err);
    if (r == 0) /* which a cell is started in */
        r = cli_job_cgroup(boxed->options->cgroup, boxed->paths.scope, &boxed->search,
                           &boxed->cgroup, err);
    if (r == 0) /* it has things to do until the policy is there */
        r = cupel_cell_start(boxed->paths.cell, NULL, &boxed->cell, err);
    if (r == 0)
        r = load_policy(boxed, err);
    if (r < 0)
        return r;
    set_limits(boxed);
    r = make_mounts(boxed, err);
    if (r == 0)
        r = make_environment(boxed, err);
    if (r == 0)
        r = set_up_cell(boxed, err);
    if (r == 0)
        r = cupel_filters_get(boxed->paths.filters, boxed->policy, &boxed->filters, err);
    if (r == 0)
        r = cupel_cell_wait(boxed->cell, err);
    if (r == 0)
        r = check_layers(boxed, err);
    return r;
}

static void clear(struct boxed *boxed)
{
    cupel_cell_free(boxed->cell);
    cupel_cgroup_free(boxed->cgroup);
    cupel_strings_free(boxed->environment);
    for (size_t i = 0; i < boxed->owned_count; i++)
        free(boxed->owned[i]);
    free(boxed->owned);
    free(boxed->mounts);
    cupel_filters_clear(&boxed->filters);
    cupel_policy_free(boxed->policy);
}

/* The run as the loop sees it. */
struct watched {
    struct cli_relay relays[2]; /* by enum cupel_stream */
    const struct boxed_options *options;
    bool done;
    struct cupel_outcome outcome;
};

static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct watched *watched = owner;

    cli_relay_put(&watched->relays[stream], bytes, len);
}

static void take_call(void *owner, int number, const uint64_t arguments[static 6])
{
    const struct boxed_options *options = ((struct watched *)owner)->options;

    options->learn(options->learner, number, arguments);
}

static void take_outcome(void *owner, struct cupel_run *run,
                         const struct cupel_outcome *outcome)
{
    struct watched *watched = owner;

    (void)run;
    watched->outcome = *outcome;
    watched->done = true;
}

static int failure_of(const struct watched *watched)
{
    int first = watched->relays[CUPEL_STDOUT].failure;

    return first < 0 ? first : watched->relays[CUPEL_STDERR].failure;
}

/* Until the run has ended, or nobody wants its output any more. */
static int run_loop(struct boxed *boxed, struct cupel_loop *loop, int input_fd,
                    struct watched *watched, struct cupel_error *err)
{
    struct cupel_run *run = NULL;
    const struct cupel_run_request request = {
        .argv = boxed->options->argv,
        .environment = (const char *const *)boxed->environment,
        .chdir = boxed->options->chdir,
        .policy = boxed->policy,
        .filter = &boxed->filters.enforce,
        .notify_filter = boxed->options->notify_filter != NULL ? boxed->options->notify_filter
                                                               : &boxed->filters.notify,
        .learn = boxed->options->learn != NULL ? take_call : NULL,
        .limits = boxed->limits,
        .extra_read_only = boxed->read_only,
        .extra_writable = boxed->writable,
        .last = true,
        .box = boxed->options->fresh_box ? CUPEL_BOX_FRESH : CUPEL_BOX_DIRECT,
        .input = {.kind = CUPEL_INPUT_RELAY, .fd = input_fd},
        .output = take_output,
        .done = take_outcome,
        .owner = watched,
    };

    int r = cupel_run_start(loop, boxed->cell, 0, &request, &run, err);
    while (r == 0 && !watched->done && failure_of(watched) == 0)
        r = cupel_loop_once(loop, -1, err);
    cupel_run_free(run);
    return r;
}

/* *ret_failure: a negative errno if an output could not be passed on, else 0. */
static int run_and_relay(struct boxed *boxed, const int fds[static 3],
                         struct cupel_outcome *ret, int *ret_failure, struct cupel_error *err)
{
    struct watched watched = {.options = boxed->options};
    struct cupel_loop *loop = NULL;

    int r = cupel_loop_new(&loop, err);
    if (r < 0)
        return r;
    for (int i = 0; i < 2; i++)
        cli_relay_init(&watched.relays[i], loop, fds[i + 1]);
    r = run_loop(boxed, loop, fds[0], &watched, err);
    for (int i = 0; i < 2; i++) {
        int failure = r == 0 ? cli_relay_finish(&watched.relays[i]) : 0;
        if (failure < 0)
            *ret_failure = failure;
        cli_relay_clear(&watched.relays[i]);
    }
    cupel_loop_free(loop);
    *ret = watched.outcome;
    return r;
}

static void tell_failure(const struct boxed *boxed, const struct cupel_error *err)
{
    const struct boxed_options *options = boxed->options;

    if (options->failure != NULL) {
        *options->failure = *err;
        return;
    }
    (void)cupel_cli_fail(boxed->command, -1, "%s", err->text);
    if (err->code == -ENOTSUP)
        cli_job_print_mends(options->cgroup, &boxed->search, boxed->cgroup, required(boxed),
                            boxed->paths.cell);
}

int boxed_run(const char *command, const struct boxed_options *options, const int fds[static 3],
              struct cupel_cgroup_search *ret_search, struct cupel_outcome *ret)
{
    CUPEL_AUTO_FREE struct boxed *boxed = calloc(1, sizeof(*boxed)); /* much for a stack */
    struct cupel_outcome outcome = {0};
    struct cupel_error err = {0};
    int failure = 0;

    if (boxed == NULL)
        return cupel_cli_fail(command, -1, "out of memory");
    boxed->command = command;
    boxed->options = options;
    int r = prepare(boxed, &err);
    if (r == 0)
        r = run_and_relay(boxed, fds, &outcome, &failure, &err);
    if (r < 0 && err.text[0] == '\0')
        (void)cupel_fail(&err, r, "%s", strerrordesc_np(-r));
    if (r < 0)
        tell_failure(boxed, &err);
    if (ret_search != NULL)
        *ret_search = boxed->search;
    clear(boxed);
    if (r < 0)
        return -1;
    if (failure < 0) {
        cupel_denied_clear(&outcome.denied);
        /* Nobody reads it: as of a program that SIGPIPE ends. */
        return cupel_cli_fail(command, failure == -EPIPE ? 128 + SIGPIPE : -1,
                              "write output: %s", strerrordesc_np(-failure));
    }
    *ret = outcome;
    return 0;
}
