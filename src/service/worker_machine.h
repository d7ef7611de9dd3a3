/* What this machine has for jobs, where the worker is in a cgroup with a limit, as in a
 * container. Sources: cgroups(7), the kernel's Documentation/admin-guide/cgroup-v2.rst. */
#ifndef CUPEL_SERVICE_WORKER_MACHINE_H
#define CUPEL_SERVICE_WORKER_MACHINE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* Bytes: the memory of the machine, or the least limit of the cgroups that we are in. */
uint64_t worker_machine_memory(void);

/* The text of memory.max, or of version 1's memory.limit_in_bytes; UINT64_MAX: there is none.
 */
uint64_t worker_machine_limit(const char *text);

/* The path of the cgroup (version 2) in the text of /proc/PID/cgroup. false: there is none. */
bool worker_machine_cgroup(const char *text, char ret[static PATH_MAX]);

#endif
