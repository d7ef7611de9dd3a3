/* Whose fault it is, and what the result: what the exit of a child means for its job. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "service/worker.h"
#include "service/worker_document.h"
#include "service/worker_facts.h"

#define WHY_MAX        65536
#define GIVEN_BACK_MAX 100 /* times; then it counts as an attempt that failed */

void worker_end_clear(struct worker_end *end)
{
    free(end->why);
    free(end->status);
    free(end->facts);
    cupel_close_p(&end->result_fd);
    *end = (struct worker_end){.result_fd = -1};
}

void worker_end_failed(struct worker_job *job, const char *fmt, ...)
{
    CUPEL_AUTO_FREE char *text = NULL;
    va_list ap;

    worker_end_clear(&job->end);
    job->end.saying = WORKER_SAYS_FAILED;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        text = NULL;
    /* A message may have been cut within a character. */
    if (n < 0 || cupel_text_clean(text, (size_t)n, WHY_MAX, &job->end.why) < 0)
        job->end.why = NULL;
}

void worker_end_interrupted(struct worker_job *job, const char *why)
{
    if (job->asked->attempts == 1) {
        worker_end_failed(job, "interrupted: %s", why);
        return;
    }
    worker_end_failed(job, "given back while it ran: %s", why);
    job->end.saying = WORKER_SAYS_GIVEN_BACK;
}

/* Nothing is known of the job: it is not its fault, and no attempt; but not for ever. */
static void end_not_begun(struct worker_job *job, const char *why)
{
    worker_end_failed(job, "given back before it was begun: %s", why);
    if (job->lease.token <= (int64_t)job->asked->failures + GIVEN_BACK_MAX)
        job->end.saying = WORKER_SAYS_GIVEN_BACK;
}

void worker_end_unable(struct worker_job *job, int r, const struct cupel_error *err)
{
    worker_is_unwell(job->worker, r, err->text);
    end_not_begun(job, err->text);
}

/* Another machine may have it. */
static bool is_machines(int r)
{
    static const int errors[] = {EACCES, EDQUOT, EFBIG, EMFILE, ENFILE,
                                 ENOMEM, ENOSPC, EPERM, EROFS};

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (r == -errors[i])
            return true;
    }
    return false;
}

void worker_end_unprepared(struct worker_job *job, int r, const struct cupel_error *err)
{
    if (r == -EPIPE || r == -EAGAIN || r == -EBUSY) {
        (void)worker_has_lost(job->worker, r, err);
        end_not_begun(job, err->text);
    } else if (is_machines(r)) {
        worker_end_unable(job, r, err);
    } else {
        worker_end_failed(job, "%s", err->text);
    }
}

/* fd is taken over. */
static void end_with(struct worker_job *job, const json_t *document, const char *status, int fd)
{
    struct worker_end *end = &job->end;
    json_t *facts = worker_facts(document);

    end->result_fd = fd;
    end->status = strdup(status);
    end->facts = facts == NULL ? NULL : json_dumps(facts, JSON_COMPACT);
    json_decref(facts);
    end->saying = WORKER_SAYS_DONE;
    if (end->result_fd < 0 || end->status == NULL)
        worker_end_failed(job, "out of memory");
}

/* document is stolen. */
static void end_with_new(struct worker_job *job, json_t *document, const char *status)
{
    end_with(job, document, status, worker_document_fd(document));
    json_decref(document);
}

/* "exited with 4: why" */
static void fail_with_complaint(struct worker_job *job, const char *command, int status)
{
    CUPEL_AUTO_FREE char *complaint = worker_child_complaint(&job->child);
    const char *text = complaint == NULL ? "" : complaint;

    if (WIFSIGNALED(status))
        worker_end_failed(job, "cupel %s was killed by signal %d: %s", command,
                          WTERMSIG(status), text);
    else
        worker_end_failed(job, "cupel %s exited with %d: %s", command, WEXITSTATUS(status),
                          text);
}

/* What the child has printed, as JSON; NULL: it is none. */
static json_t *load_output(const struct worker_job *job)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    if (lseek(job->child.output_fd, 0, SEEK_SET) < 0 ||
        cupel_path_read_fd(job->child.output_fd, WORKER_RESULT_MAX, &text, &len) < 0)
        return NULL;
    return json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
}

static void take_score(struct worker_end *end, const json_t *document, const char *status)
{
    const json_t *score = json_object_get(document, "score");
    const json_t *max_score = json_object_get(document, "max_score");

    /* With any other status nothing is known of the submission. */
    if ((strcmp(status, "graded") != 0 && strcmp(status, "rejected") != 0) ||
        !json_is_number(score) || !json_is_number(max_score))
        return;
    end->has_score = true;
    end->score_micro = llround(json_number_value(score) * 1e6);
    end->max_score_micro = llround(json_number_value(max_score) * 1e6);
}

static void end_invalid_grader(struct worker_job *job)
{
    CUPEL_AUTO_FREE char *complaint = worker_child_complaint(&job->child);

    end_with_new(job, worker_document_failure(complaint), "grader_error");
}

static void end_grade(struct worker_job *job, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : CUPEL_EXIT_PLATFORM;

    if (code == CUPEL_EXIT_USAGE) {
        end_invalid_grader(job);
        return;
    }
    bool has_result =
        code == CUPEL_EXIT_OK || code == CUPEL_EXIT_REJECTED || code == CUPEL_EXIT_GRADER;
    json_t *document = has_result ? load_output(job) : NULL;
    const char *text = json_string_value(json_object_get(document, "status"));
    if (text != NULL) {
        end_with(job, document, text, cupel_take_fd(&job->child.output_fd));
        take_score(&job->end, document, text);
    } else {
        fail_with_complaint(job, "grade", status);
    }
    json_decref(document);
}

/* Whatever the command made of the exit code, its report tells. */
static void end_run(struct worker_job *job, int status)
{
    json_t *report = load_output(job);
    const char *text = json_string_value(json_object_get(report, "status"));

    if (text == NULL || strcmp(text, "sandbox_error") == 0) {
        fail_with_complaint(job, "run", status);
        json_decref(report);
        return;
    }
    char *kept = strdup(text);
    end_with_new(job, worker_document_run(report, job->folder), kept != NULL ? kept : "");
    free(kept);
}

/* What a grading takes, as `cupel test` says of its only grader. */
static json_int_t memory_of(const json_t *test)
{
    const json_t *grader = json_array_get(json_object_get(test, "graders"), 0);

    return json_integer_value(json_object_get(grader, "memory_bytes"));
}

/* Steals lint and test. */
static void end_check(struct worker_job *job, bool passed, json_t *test)
{
    json_t *lint = job->lint;
    json_int_t memory_bytes = passed ? memory_of(test) : 0;

    job->lint = NULL;
    end_with_new(job, worker_document_check(passed, lint, test), passed ? "passed" : "refused");
    job->end.grader_memory_bytes = memory_bytes > 0 ? (uint64_t)memory_bytes : 0;
}

static void end_lint(struct worker_job *job, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : CUPEL_EXIT_PLATFORM;

    if (code != CUPEL_EXIT_OK && code != CUPEL_EXIT_USAGE) {
        fail_with_complaint(job, "lint", status);
        return;
    }
    job->lint = worker_document_lines(job->child.output_fd);
    if (job->lint == NULL) {
        worker_end_failed(job, "out of memory");
    } else if (code == CUPEL_EXIT_USAGE) {
        end_check(job, false, json_null());
    } else {
        worker_child_close(&job->child);
        worker_job_start(job);
    }
}

static void end_test(struct worker_job *job, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : CUPEL_EXIT_PLATFORM;

    if (code == CUPEL_EXIT_OK || code == CUPEL_EXIT_DIFFERENT) {
        json_t *test = load_output(job);
        if (test != NULL)
            end_check(job, code == CUPEL_EXIT_OK, test);
        else
            fail_with_complaint(job, "test", status);
    } else if (code == CUPEL_EXIT_USAGE) {
        /* An invalid sample, which is told as what cupel lint tells. */
        json_t *said = worker_document_lines(job->child.complaint_fd);
        (void)json_array_extend(job->lint, said);
        json_decref(said);
        end_check(job, false, json_null());
    } else {
        fail_with_complaint(job, "test", status);
    }
}

void worker_end_of(struct worker_job *job, int status)
{
    switch (job->asked->kind) {
    case CUPEL_JOB_GRADE:
        end_grade(job, status);
        break;
    case CUPEL_JOB_RUN:
        end_run(job, status);
        break;
    case CUPEL_JOB_CHECK:
        if (job->lint == NULL)
            end_lint(job, status);
        else
            end_test(job, status);
        break;
    case CUPEL_JOB_KINDS:
    default:
        worker_end_failed(job, "the worker knows no such kind of job");
    }
}
