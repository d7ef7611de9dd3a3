#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/run.h"
#include "cupel/submission.h"
#include "cupel/text.h"
#include "grader/submission_tree.h"

#define EXIT_REJECTED    3 /* of cupel-unpack */
#define SAID_MAX         2048
#define REASON_BYTES_MAX 4096
#define PAGE_BYTES       4096U

/* What cupel-unpack prints: hostile input, since an archive may have taken it over. */
struct said {
    char text[2][SAID_MAX]; /* by enum cupel_stream */
    size_t len[2];
};

static void listen(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct said *said = owner;
    size_t room = SAID_MAX - said->len[stream];

    if (len > room)
        len = room;
    memcpy(said->text[stream] + said->len[stream], bytes, len);
    said->len[stream] += len;
}

/* The first line, made clean; the caller frees. NULL: no memory. */
static char *first_line(const struct said *said, enum cupel_stream stream)
{
    const char *text = said->text[stream];
    const char *end = memchr(text, '\n', said->len[stream]);
    size_t len = end == NULL ? said->len[stream] : (size_t)(end - text);
    char *clean;

    return cupel_text_clean(text, len, REASON_BYTES_MAX, &clean) < 0 ? NULL : clean;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

struct cupel_limits cupel_submission_limits(const struct cupel_policy *policy,
                                            const struct cupel_intake *intake)
{
    struct cupel_limits limits = policy->limits;

    limits.disk_bytes =
        larger(limits.disk_bytes, intake->max_size_bytes + intake->max_files * PAGE_BYTES);
    limits.inodes = larger(limits.inodes, intake->max_files + 2);
    limits.file_size_bytes = larger(limits.file_size_bytes, intake->max_size_bytes + 1);
    return limits;
}

static int run_unpack(struct cupel_cell *cell, int packed_fd, const struct cupel_grader *grader,
                      const struct cupel_intake *intake, struct said *said,
                      struct cupel_outcome *ret, struct cupel_error *err)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    static const char *const read_only[] = {"/cupel", NULL};
    CUPEL_AUTO_FREE char *folder = NULL;
    char max_size[24];
    char max_files[24];

    if (asprintf(&folder, "/box/%s", intake->folder != NULL ? intake->folder : "") < 0) {
        folder = NULL;
        return cupel_fail(err, -ENOMEM, "no memory");
    }
    (void)snprintf(max_size, sizeof(max_size), "%" PRIu64, intake->max_size_bytes);
    (void)snprintf(max_files, sizeof(max_files), "%" PRIu64, intake->max_files);
    const char *const argv[] = {"/cupel/unpack", "--max-size", max_size,
                                "--max-files",   max_files,    NULL};
    const struct cupel_filters *filters;
    struct cupel_run_request request = {
        .argv = argv,
        .environment = environment,
        .chdir = folder,
        .extra_read_only = read_only,
        .box = CUPEL_BOX_DIRECT,
        .input = {.kind = CUPEL_INPUT_FILE, .fd = packed_fd},
        .output = listen,
        .owner = said,
    };

    cupel_grader_unpack_policy(grader, &request.policy, &filters);
    request.filter = &filters->enforce;
    request.notify_filter = &filters->notify;
    request.limits = cupel_submission_limits(request.policy, intake);
    return cupel_run_wait(cell, 0, &request, ret, err);
}

/* Takes over reason. */
static int reject(char *reason, struct cupel_submission *ret, struct cupel_error *err)
{
    if (reason == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    *ret = (struct cupel_submission){.rejected = true, .reason = reason};
    return 0;
}

/* No archive brings it there: it waits for nothing but processors, of which it may use less
 * than it has time, and has nobody in its run to kill it. */
static bool is_hosts_doing(const struct cupel_outcome *outcome)
{
    if (outcome->status == CUPEL_RUN_SIGNALED)
        return outcome->signal == SIGKILL;
    return outcome->status == CUPEL_RUN_LIMIT && outcome->limit == CUPEL_LIMIT_WALL_TIME;
}

/* The unpacker was ended: the archive brought it there, and the learner is told how. */
static int reject_ended(const struct cupel_outcome *outcome, struct cupel_submission *ret,
                        struct cupel_error *err)
{
    char *reason;
    int n;

    if (outcome->status == CUPEL_RUN_LIMIT)
        n = asprintf(&reason, "unpacking it was stopped at the limit of %s",
                     cupel_limit_name(outcome->limit));
    else
        n = asprintf(&reason, "unpacking it was ended by signal %s (SIG%s)",
                     sigdescr_np(outcome->signal), sigabbrev_np(outcome->signal));
    return reject(n < 0 ? NULL : reason, ret, err);
}

static int fail(const struct cupel_outcome *outcome, const struct said *said,
                struct cupel_error *err)
{
    if (outcome->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_fail(err, -EIO, "unpack: %s", outcome->error);
    if (is_hosts_doing(outcome))
        return cupel_fail(err, -EIO, "unpack: %s after %.1f s, with %.1f s of CPU time",
                          outcome->status == CUPEL_RUN_SIGNALED ? "killed from outside"
                                                                : "not done",
                          (double)outcome->wall_ns / 1e9,
                          (double)(outcome->user_ns + outcome->system_ns) / 1e9);
    if (outcome->exec_errno != 0)
        return cupel_fail(err, -EIO, "unpack: execute /cupel/unpack: %s",
                          strerrordesc_np(outcome->exec_errno));

    CUPEL_AUTO_FREE char *line = first_line(said, CUPEL_STDERR);
    return cupel_fail(err, -EIO, "unpack: exit status %d: %.180s", outcome->exit_code,
                      line == NULL ? "" : line);
}

/* cupel-unpack moves the offset of what it reads before it looks at it: see its main(). */
static bool has_begun(int packed_fd)
{
    return lseek(packed_fd, 0, SEEK_CUR) > 0;
}

static int take_end(struct cupel_cell *cell, int packed_fd, const struct cupel_intake *intake,
                    const struct said *said, const struct cupel_outcome *outcome,
                    struct cupel_submission *ret, struct cupel_error *err)
{
    if (is_hosts_doing(outcome))
        return fail(outcome, said, err);
    if (outcome->status == CUPEL_RUN_SIGNALED && !has_begun(packed_fd))
        return cupel_fail(err, -EIO, "unpack: ended by signal SIG%s before it began",
                          sigabbrev_np(outcome->signal));
    if (outcome->status == CUPEL_RUN_SIGNALED || outcome->status == CUPEL_RUN_LIMIT)
        return reject_ended(outcome, ret, err);
    if (outcome->status != CUPEL_RUN_EXITED || outcome->exec_errno != 0)
        return fail(outcome, said, err);
    if (outcome->exit_code == EXIT_REJECTED)
        return reject(said->len[CUPEL_STDOUT] > 0 ? first_line(said, CUPEL_STDOUT)
                                                  : strdup("unpacking it was refused"),
                      ret, err);
    if (outcome->exit_code != 0)
        return fail(outcome, said, err);
    if (intake->folder == NULL)
        return cupel_tree_take(cupel_cell_box_fd(cell), intake, ret, err);
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(cupel_cell_box_fd(cell), intake->folder,
                                               O_RDONLY | O_DIRECTORY, err);
    return fd < 0 ? fd : cupel_tree_take(fd, intake, ret, err);
}

int cupel_submission_unpack(struct cupel_cell *cell, int packed_fd,
                            const struct cupel_grader *grader,
                            const struct cupel_intake *intake, struct cupel_submission *ret,
                            struct cupel_error *err)
{
    struct cupel_outcome outcome = {0};
    struct said said = {0};

    int r = run_unpack(cell, packed_fd, grader, intake, &said, &outcome, err);
    if (r == 0)
        r = take_end(cell, packed_fd, intake, &said, &outcome, ret, err);
    cupel_denied_clear(&outcome.denied);
    return r;
}
