/* What a job's spec asks for. Pure. docs/queue.md tells the keys of each kind. */
#ifndef CUPEL_SERVICE_WORKER_SPEC_H
#define CUPEL_SERVICE_WORKER_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "cupel/error.h"
#include "service/worker_arguments.h"

/* The submission of a grade job. */
struct worker_submission {
    json_t *document; /* owned; what follows is borrowed from it */
    const char *sha256;
    const char *name; /* as its owner called it, hostile */
    bool is_tree;
};

/* *ret is the caller's to clear. -EPROTO: the spec is none. */
CUPEL_MUST_CHECK int worker_spec_submission(const char *spec, struct worker_submission *ret,
                                            struct cupel_error *err);

/* A run job. */
struct worker_run {
    json_t *document;  /* owned; what follows is borrowed from it */
    const char *input; /* SHA-256 of standard input; NULL: none */
};

/* Whether a worker would take a spec: each key has a value that `cupel run` takes. Which
 * policies there are is not looked at. -EINVAL with the key, what it is, and what was expected.
 */
CUPEL_MUST_CHECK int worker_spec_check_run(const json_t *document, struct cupel_error *err);

/* Whether its limit of memory, where it has one, is within what the job asks for. document: as
 * checked above. -EINVAL. */
CUPEL_MUST_CHECK int worker_spec_check_memory(const json_t *document, uint64_t memory_bytes,
                                              struct cupel_error *err);

/* As worker_spec_check_run(). Its policy is a name: whoever may ask for a run may not ask for
 * files of ours. */
CUPEL_MUST_CHECK int worker_spec_run(const char *spec, struct worker_run *ret,
                                     struct cupel_error *err);

/* The options of cupel run that it asks for, and its command: what is added last. Where it
 * limits no memory, that is what the job asks for. */
void worker_spec_add_options(const struct worker_run *run, uint64_t memory_bytes,
                             struct worker_arguments *ret);
void worker_spec_add_command(const struct worker_run *run, struct worker_arguments *ret);

#define WORKER_NAME_SIZE 256

/* A name for a file that holds what was called name: its last component, without control
 * characters; "submission" where nothing is left. Returns ret. */
const char *worker_file_name(const char *name, char ret[static WORKER_NAME_SIZE]);

#endif
