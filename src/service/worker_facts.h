/* What metrics count of a result. Pure. */
#ifndef CUPEL_SERVICE_WORKER_FACTS_H
#define CUPEL_SERVICE_WORKER_FACTS_H

#include <jansson.h>

/*
 * Of a cupel.result/1 or a cupel.run_result/1:
 *
 *     {"verdicts": {"passed": 3}, "denied": {"ptrace": 1},
 *      "enforcement": {"memory": "cgroup", "processes": "cgroup", "landlock_abi": 7},
 *      "seconds": {"build": 0.1, "tests": 0.3, "wall": 0.5}}
 *
 * Denied calls and layers are those of learners' runs; without any, enforcement is {}. What the
 * document does not have counts as nothing. A new reference; NULL if memory ran out.
 */
json_t *worker_facts(const json_t *document);

#endif
