/* Results that cupel does not print itself. */
#ifndef CUPEL_SERVICE_WORKER_DOCUMENT_H
#define CUPEL_SERVICE_WORKER_DOCUMENT_H

#include <stdbool.h>

#include <jansson.h>

/* Files of a run job's folder. */
#define WORKER_STDIN  "in"
#define WORKER_STDOUT "out"
#define WORKER_STDERR "err"

/* All give a new reference; NULL if memory ran out. What is given is stolen, even then. */

/* cupel.result/1 of status grader_error, where the grader is invalid, so that none was printed;
 * message is not stolen, and NULL if none is known. */
json_t *worker_document_failure(const char *message);

/* cupel.run_result/1: the cupel.run/1, and the first 64 KiB of each of the files of folder. */
json_t *worker_document_run(json_t *report, const char *folder);

/* cupel.check/1. */
json_t *worker_document_check(bool passed, json_t *lint, json_t *test);

/* Lines of a file, as strings, without their ends; at most 1 MiB of it. */
json_t *worker_document_lines(int fd);

/* The document in memory, to be read; -1 if there is none, or memory ran out. */
int worker_document_fd(const json_t *document);

#endif
