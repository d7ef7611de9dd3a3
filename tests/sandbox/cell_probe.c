/*
 * Runs commands in one cell with layers of choice, so that tests can show what each layer does
 * alone.
 *
 *   cell_probe CELL [OPTION…] -- COMMAND [ARGUMENT…] [-- COMMAND…]
 *
 *   lanes=N      lanes of the cell; the commands are run in lane N-1
 *   together     start a command in each lane instead of one after the other in one lane
 *   direct       what a command writes to /box stays for the next
 *   copy         no overlayfs
 *   loopback     bring up lo
 *   build        the same for the first command alone, as a build step and tests would
 *   unlisted     Landlock knows nothing of /shown
 *   everything   Landlock allows the whole root: only the mounts are left
 *   registry=F   lock file of the uids
 *   show=DIR     a folder of the host's, read-only at /shown
 *
 * There is no seccomp filter but one that allows everything. Each command's end is a line on
 * standard output: "end INDEX STATUS CODE".
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/run.h"

#define COMMANDS_MAX 8

struct probe {
    const char *cell_path;
    const char *uid_registry;
    struct cupel_cell_options cell;
    enum cupel_box_mode box;
    bool together;
    bool build;
    char **read_only;
    struct cupel_cell_mount mounts[8];
    const char *const *commands[COMMANDS_MAX];
    size_t command_count;
    size_t left;
};

static char *paths_of_host[] = {"/usr", "/bin", "/lib", "/lib64", "/shown", NULL};
static char *paths_of_usr[] = {"/usr", NULL};
static char *whole_root[] = {"/", NULL};
static char *paths_of_run[] = {"/box", "/tmp", NULL};
static char *devices[] = {"null", "zero", "full", "random", "urandom", NULL};
static char *nothing[] = {NULL};

static void on_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    (void)owner;
    (void)fwrite(bytes, 1, len, stream == CUPEL_STDOUT ? stdout : stderr);
}

struct one {
    struct probe *probe;
    size_t index;
};

static void report(size_t index, const struct cupel_outcome *outcome)
{
    static const char *const names[] = {"exited", "signaled", "limit", "sandbox_error"};

    (void)printf("end %zu %s %d\n", index, names[outcome->status],
                 outcome->signal != 0 ? outcome->signal : outcome->exit_code);
    if (outcome->status == CUPEL_RUN_SANDBOX_ERROR)
        (void)fprintf(stderr, "%s\n", outcome->error);
}

static void on_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct one *one = owner;

    (void)run;
    report(one->index, outcome);
    one->probe->left--;
}

static struct cupel_run_request make_request(const struct probe *probe, size_t index,
                                             const struct cupel_policy *policy,
                                             const struct cupel_filter *filter)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin:/usr/sbin", "HOME=/box",
                                              NULL};
    struct cupel_run_request request = {
        .argv = probe->commands[index],
        .environment = environment,
        .policy = policy,
        .filter = filter,
        .limits = {.wall_ns = 10000000000U,
                   .cpu_ns = 5000000000U,
                   .memory_bytes = 256U << 20,
                   .processes = 16,
                   .open_files = 64,
                   .file_size_bytes = 16U << 20,
                   .disk_bytes = 16U << 20,
                   .inodes = 256,
                   .output_bytes = 1U << 20,
                   .stdout_bytes = 1U << 20,
                   .stderr_bytes = 1U << 20,
                   .stack_bytes = 8U << 20},
        .box = probe->build && index == 0 ? CUPEL_BOX_DIRECT : probe->box,
        .output = on_output,
    };
    return request;
}

static int run_in_turn(const struct probe *probe, struct cupel_cell *cell,
                       const struct cupel_policy *policy, const struct cupel_filter *filter,
                       struct cupel_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < probe->command_count; i++) {
        struct cupel_run_request request = make_request(probe, i, policy, filter);
        struct cupel_outcome outcome;
        r = cupel_run_wait(cell, probe->cell.lanes - 1, &request, &outcome, err);
        if (r == 0)
            report(i, &outcome);
    }
    return r;
}

static int run_together(struct probe *probe, struct cupel_cell *cell,
                        const struct cupel_policy *policy, const struct cupel_filter *filter,
                        struct cupel_error *err)
{
    struct cupel_loop *loop = NULL;
    struct cupel_run *runs[COMMANDS_MAX] = {NULL};
    struct one ones[COMMANDS_MAX];

    int r = cupel_loop_new(&loop, err);
    for (size_t i = 0; r == 0 && i < probe->command_count; i++) {
        struct cupel_run_request request = make_request(probe, i, policy, filter);
        ones[i] = (struct one){probe, i};
        request.done = on_done;
        request.owner = &ones[i];
        r = cupel_run_start(loop, cell, (unsigned)i, &request, &runs[i], err);
    }
    probe->left = probe->command_count;
    while (r == 0 && probe->left > 0)
        r = cupel_loop_once(loop, -1, err);
    for (size_t i = 0; i < probe->command_count; i++)
        cupel_run_free(runs[i]);
    cupel_loop_free(loop);
    return r;
}

static bool parse_option(struct probe *probe, const char *text)
{
    if (strncmp(text, "lanes=", 6) == 0)
        probe->cell.lanes = (unsigned)strtoul(text + 6, NULL, 10);
    else if (strncmp(text, "show=", 5) == 0)
        probe->mounts[probe->cell.mount_count++] =
            (struct cupel_cell_mount){text + 5, "/shown", false, false};
    else if (strncmp(text, "registry=", 9) == 0)
        probe->uid_registry = text + 9;
    else if (strcmp(text, "together") == 0)
        probe->together = true;
    else if (strcmp(text, "direct") == 0)
        probe->box = CUPEL_BOX_DIRECT;
    else if (strcmp(text, "build") == 0)
        probe->build = true;
    else if (strcmp(text, "unlisted") == 0)
        probe->read_only = paths_of_usr;
    else if (strcmp(text, "copy") == 0)
        probe->cell.copy_box = true;
    else if (strcmp(text, "loopback") == 0)
        probe->cell.network = CUPEL_NETWORK_LOOPBACK;
    else if (strcmp(text, "everything") == 0)
        probe->read_only = whole_root;
    else
        return false;
    return true;
}

static bool parse(int argc, char **argv, struct probe *probe)
{
    int at = 2;

    if (argc < 2)
        return false;
    probe->cell_path = argv[1];
    while (at < argc && strcmp(argv[at], "--") != 0) {
        if (!parse_option(probe, argv[at++]))
            return false;
    }
    while (at < argc && probe->command_count < COMMANDS_MAX) {
        argv[at++] = NULL; /* the "--" ends the vector before */
        probe->commands[probe->command_count++] = (const char *const *)argv + at;
        while (at < argc && strcmp(argv[at], "--") != 0)
            at++;
    }
    return probe->command_count > 0;
}

int main(int argc, char **argv)
{
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const struct cupel_filter filter = {.instructions = allow, .count = 1};
    struct probe probe = {.mounts = {{"/usr", "/usr", false, true},
                                     {"/bin", "/bin", false, true},
                                     {"/lib", "/lib", false, true},
                                     {"/lib64", "/lib64", false, true}},
                          .cell = {.mounts = probe.mounts,
                                   .mount_count = 4,
                                   .lanes = 1,
                                   .box_bytes = 16U << 20,
                                   .box_inodes = 256},
                          .read_only = paths_of_host,
                          .box = CUPEL_BOX_FRESH};
    char name[] = "everything";
    struct cupel_error err = {0};
    struct cupel_cell *cell = NULL;

    if (!parse(argc, argv, &probe)) {
        (void)fputs("usage: cell_probe CELL [OPTION…] -- COMMAND…\n", stderr);
        return 2;
    }
    const struct cupel_policy policy = {.name = name,
                                        .read_only = probe.read_only,
                                        .writable = paths_of_run,
                                        .devices = devices,
                                        .environment = nothing,
                                        .network = probe.cell.network};
    int r = cupel_cell_start(probe.cell_path, probe.uid_registry, &cell, &err);
    if (r == 0)
        r = cupel_cell_set_up(cell, &probe.cell, &err);
    if (r == 0)
        r = cupel_cell_wait(cell, &err);
    if (r == 0)
        r = probe.together ? run_together(&probe, cell, &policy, &filter, &err)
                           : run_in_turn(&probe, cell, &policy, &filter, &err);
    cupel_cell_free(cell);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
