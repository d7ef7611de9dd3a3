/* Prints sample documents as one JSON object: name → document. */
#include <stdio.h>

#include <jansson.h>

#include "../unit/render_samples.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"

static void add(json_t *documents, const char *name, json_t *document)
{
    if (json_object_set_new(documents, name, document) != 0)
        abort();
}

static void add_result(json_t *documents, const char *staff, const char *learner,
                       struct cupel_result result)
{
    add(documents, staff, cupel_render_result(&result, CUPEL_VIEW_STAFF));
    add(documents, learner, cupel_render_result(&result, CUPEL_VIEW_LEARNER));
    cupel_result_clear(&result);
}

static void add_runs(json_t *documents)
{
    struct cupel_outcome exited = sample_run();
    struct cupel_outcome limit = sample_limit_run();
    struct cupel_outcome error = sample_error_run();
    struct cupel_outcome signaled = sample_run();
    struct cupel_outcome not_executed = sample_run();

    struct cupel_outcome denied = sample_run();

    signaled.status = CUPEL_RUN_SIGNALED;
    signaled.signal = SIGSEGV;
    sample_denied(&denied);
    not_executed.exec_errno = 2;
    not_executed.exit_code = 127;
    add(documents, "run-exited", cupel_render_run(&exited, CUPEL_VIEW_STAFF));
    add(documents, "run-limit", cupel_render_run(&limit, CUPEL_VIEW_STAFF));
    add(documents, "run-error", cupel_render_run(&error, CUPEL_VIEW_STAFF));
    add(documents, "run-signaled", cupel_render_run(&signaled, CUPEL_VIEW_STAFF));
    add(documents, "run-denied", cupel_render_run(&denied, CUPEL_VIEW_STAFF));
    add(documents, "run-denied-learner", cupel_render_run(&denied, CUPEL_VIEW_LEARNER));
    cupel_denied_clear(&denied.denied);
    add(documents, "run-not-executed", cupel_render_run(&not_executed, CUPEL_VIEW_STAFF));
}

int main(void)
{
    json_t *documents = json_object();

    add_runs(documents);
    add_result(documents, "result-graded", "result-graded-learner", sample_graded());
    add_result(documents, "result-judged", "result-judged-learner", sample_judged());
    add_result(documents, "result-not-built", "result-not-built-learner", sample_not_built());
    add_result(documents, "result-rejected", "result-rejected-learner", sample_rejected());
    add_result(documents, "result-platform-error", "result-platform-error-learner",
               sample_platform_error());
    CUPEL_AUTO_FREE char *text = cupel_render_json_text(documents);
    json_decref(documents);
    if (text == NULL || fputs(text, stdout) == EOF)
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
