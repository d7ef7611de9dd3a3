/* Specs of jobs, and names of submissions: what a worker makes of them stays what it may be. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "service/worker_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_run(const struct worker_run *run)
{
    struct worker_arguments arguments = {.count = 0};

    worker_spec_add_options(run, 1048576, &arguments);
    for (size_t i = 0; i < arguments.count; i++) {
        if (strncmp(arguments.items[i], "--", 2) != 0 || arguments.items[i][2] == '\0' ||
            strncmp(arguments.items[i], "--bind", 6) == 0)
            abort(); /* an operand, or an option that no spec may ask for */
    }
    worker_spec_add_command(run, &arguments);
    worker_arguments_clear(&arguments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct worker_submission submission = {.document = NULL};
    struct worker_run run = {.document = NULL};
    char name[WORKER_NAME_SIZE];

    CUPEL_AUTO_FREE char *text = strndup((const char *)data, size);
    if (text == NULL)
        return 0;
    (void)worker_file_name(text, name);
    if (!cupel_path_is_plain(name) || strchr(name, '/') != NULL ||
        !cupel_text_is_utf8(name, strlen(name)))
        abort();
    if (worker_spec_submission(text, &submission, NULL) == 0) {
        (void)worker_file_name(submission.name, name);
        json_decref(submission.document);
    }
    if (worker_spec_run(text, &run, NULL) == 0) {
        int r = worker_spec_check_memory(run.document, 1048576, NULL);
        if (r != 0 && r != -EINVAL)
            abort();
        check_run(&run);
        json_decref(run.document);
    }
    return 0;
}
