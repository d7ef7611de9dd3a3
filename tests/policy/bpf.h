/* An interpreter of the classic BPF that seccomp(2) takes, to ask a filter what it would do. */
#ifndef CUPEL_TESTS_POLICY_BPF_H
#define CUPEL_TESTS_POLICY_BPF_H

#include <stddef.h>
#include <stdint.h>

#include <linux/seccomp.h>

#include "cupel/policy.h"

/* What the kernel cannot run, and so would not have loaded. */
#define BPF_INVALID UINT32_MAX

/* The filter's return value (SECCOMP_RET_…) for a call, and how many instructions it took
 * (steps may be NULL). */
uint32_t bpf_run(const struct cupel_filter *filter, const struct seccomp_data *data,
                 size_t *steps);

#endif
