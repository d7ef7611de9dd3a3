/*
 * A supervisor that lives long, and meets one lie after the other: what each leaves behind adds
 * up, and is seen.
 *
 *   lied_to CELL POLICIES COMMAND [ARGUMENT…] <LIES
 *
 * CELL is a liar (liar.h), and each line of LIES one of its lies, with letters before it:
 *   f  the run keeps its files      b  it has a broker, to which nobody answers
 *   l  the cell has two lanes       2  two runs in turn in each lane; one otherwise
 *   s  a short time for each run
 * as in "fb started 1 swap 0 1", or "- honest".
 *
 * Under policy native. For each line, a line is printed, separated by tabs: what came of it
 * (the status of the run that failed first, else of the last; "cell" if there was none), the
 * time in ms, our CPU time in ms, open descriptors, children, the error.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/filters.h"
#include "cupel/run.h"
#include "cupel/units.h"

#define LANES_MAX 2U

struct supervisor {
    const char *cell_path;
    const char *exec_path;
    const char *const *command;
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_cell_mount *mounts;
    size_t mount_count;
    const char *letters;
};

struct meeting {
    struct supervisor *supervisor;
    struct cupel_loop *loop;
    struct cupel_cell *cell;
    const char *status;
    char error[512];
    unsigned left;
};

static const char *const statuses[] = {"exited", "signaled", "limit", "sandbox_error"};

static bool has(const struct supervisor *supervisor, char letter)
{
    return strchr(supervisor->letters, letter) != NULL;
}

static unsigned long long ms_of(clockid_t clock)
{
    struct timespec now = {0};

    (void)clock_gettime(clock, &now);
    return (unsigned long long)now.tv_sec * 1000U + (unsigned long long)now.tv_nsec / 1000000U;
}

static unsigned count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        (void)closedir(folder);
    return count - 3; /* ".", ".." and the folder's own */
}

/* There is no child that was not reaped. */
static unsigned count_children(void)
{
    return waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOWAIT | WNOHANG) < 0 ? 0 : 1;
}

static void on_broker(void *owner, struct cupel_run *run, int listener_fd)
{
    (void)owner;
    (void)run;
    (void)close(listener_fd);
}

static void on_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct meeting *meeting = owner;
    struct cupel_denied denied = outcome->denied;
    char *text = NULL;
    size_t len;

    if (meeting->error[0] == '\0') {
        meeting->status = statuses[outcome->status];
        (void)snprintf(meeting->error, sizeof(meeting->error), "%s", outcome->error);
    }
    if (cupel_run_read_file(run, "kept", 4096, &text, &len, NULL) == 0)
        free(text);
    cupel_denied_clear(&denied);
    meeting->left--;
}

static int run_in_lanes(struct meeting *meeting, unsigned lanes, struct cupel_error *err)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    const struct supervisor *supervisor = meeting->supervisor;
    struct cupel_run *runs[LANES_MAX] = {NULL};
    int r = 0;

    struct cupel_run_request request = {.argv = supervisor->command,
                                        .environment = environment,
                                        .policy = supervisor->policy,
                                        .filter = &supervisor->filters.enforce,
                                        .notify_filter = &supervisor->filters.notify,
                                        .limits = supervisor->policy->limits,
                                        .box = CUPEL_BOX_FRESH,
                                        .keeps_files = has(supervisor, 'f'),
                                        .has_broker = has(supervisor, 'b'),
                                        .broker = on_broker,
                                        .done = on_done,
                                        .owner = meeting};
    request.limits.wall_ns = (has(supervisor, 's') ? 2U : 30U) * CUPEL_NS_PER_S;
    request.limits.cpu_ns = 20U * CUPEL_NS_PER_S;
    for (unsigned i = 0; r == 0 && i < lanes; i++) {
        r = cupel_run_start(meeting->loop, meeting->cell, i, &request, &runs[i], err);
        meeting->left += r == 0 ? 1 : 0;
    }
    while (r == 0 && meeting->left > 0)
        r = cupel_loop_once(meeting->loop, -1, err);
    for (unsigned i = 0; i < lanes; i++)
        cupel_run_free(runs[i]);
    return r;
}

static int meet_cell(struct meeting *meeting, struct cupel_error *err)
{
    const struct supervisor *supervisor = meeting->supervisor;
    const struct cupel_cell_options options = {.mounts = supervisor->mounts,
                                               .mount_count = supervisor->mount_count,
                                               .lanes = has(supervisor, 'l') ? LANES_MAX : 1,
                                               .exec_path = supervisor->exec_path,
                                               .box_bytes = 16U << 20,
                                               .box_inodes = 256};

    int r = cupel_cell_start(supervisor->cell_path, NULL, &meeting->cell, err);
    if (r == 0)
        r = cupel_cell_set_up(meeting->cell, &options, err);
    if (r == 0)
        r = cupel_cell_wait(meeting->cell, err);
    for (int i = 0; r == 0 && i < (has(supervisor, '2') ? 2 : 1); i++)
        r = run_in_lanes(meeting, options.lanes, err);
    cupel_cell_free(meeting->cell);
    return r;
}

static int meet(struct supervisor *supervisor)
{
    struct meeting meeting = {.supervisor = supervisor, .status = "cell"};
    struct cupel_error err = {0};
    unsigned long long wall_ms = ms_of(CLOCK_MONOTONIC);
    unsigned long long cpu_ms = ms_of(CLOCK_PROCESS_CPUTIME_ID);

    int r = cupel_loop_new(&meeting.loop, &err);
    if (r == 0)
        r = meet_cell(&meeting, &err);
    cupel_loop_free(meeting.loop);
    if (r < 0 && meeting.error[0] == '\0') {
        meeting.status = "cell";
        (void)snprintf(meeting.error, sizeof(meeting.error), "%s", err.text);
    }
    return printf("%s\t%llu\t%llu\t%u\t%u\t%s\n", meeting.status,
                  ms_of(CLOCK_MONOTONIC) - wall_ms, ms_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_ms,
                  count_descriptors(), count_children(), meeting.error);
}

static int tell_liar(const char *cell_path, const char *lie)
{
    char path[PATH_MAX];
    const char *slash = strrchr(cell_path, '/');

    (void)snprintf(path, sizeof(path), "%.*s/lie", (int)(slash - cell_path), cell_path);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return -errno;
    int r = fputs(lie, file);
    return fclose(file) == 0 && r >= 0 ? 0 : -EIO;
}

static int meet_all(struct supervisor *supervisor)
{
    char line[512];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        char *lie = strchr(line, ' ');
        if (lie == NULL)
            return -EINVAL;
        *lie++ = '\0';
        supervisor->letters = line;
        if (tell_liar(supervisor->cell_path, lie) < 0 || meet(supervisor) < 0 ||
            fflush(stdout) != 0)
            return -EIO;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct supervisor supervisor = {0};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};
    char exec_path[PATH_MAX];

    if (argc < 4)
        return 2;
    supervisor.cell_path = argv[1];
    supervisor.command = (const char *const *)argv + 3;
    const char *slash = strrchr(argv[1], '/');
    (void)snprintf(exec_path, sizeof(exec_path), "%.*s/cupel-exec", (int)(slash - argv[1]),
                   argv[1]);
    supervisor.exec_path = exec_path;
    int r = cupel_policy_load(argv[2], "native", cupel_arch_native(), &diagnostics,
                              &supervisor.policy, &err);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        r = cupel_filters_get(NULL, supervisor.policy, &supervisor.filters, &err);
    if (r == 0)
        r = cupel_cell_mounts(&supervisor.policy, 1, 0, &supervisor.mounts,
                              &supervisor.mount_count);
    if (r == 0)
        r = meet_all(&supervisor);
    if (r < 0)
        (void)fprintf(stderr, "lied_to: %s\n", err.text[0] != '\0' ? err.text : strerror(-r));
    free(supervisor.mounts);
    cupel_filters_clear(&supervisor.filters);
    cupel_policy_free(supervisor.policy);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
