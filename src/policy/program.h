/*
 * Programs of the classic BPF that seccomp(2) takes, written from their last instruction to
 * their first: a jump goes forward only, so its target is there before it. Source:
 * Documentation /networking/filter.rst and kernel/seccomp.c, seccomp_check_filter().
 */
#ifndef CUPEL_POLICY_PROGRAM_H
#define CUPEL_POLICY_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include <linux/filter.h>

#include "cupel/error.h"

/* Zero-initialise; release with cupel_program_clear(). */
struct cupel_program {
    struct sock_filter *items; /* the last instruction first */
    size_t count;
    size_t capacity;
    int error; /* 0; -ENOMEM; -E2BIG: more instructions than seccomp(2) takes */
};

/* An instruction, as the number of those from it to the end, itself included. Where the program
 * is in error, any number. */
typedef size_t cupel_label;

/* End with a value, SECCOMP_RET_…. An instruction that does is used again if it is near. */
cupel_label cupel_program_return(struct cupel_program *program, uint32_t value);

/* Go to yes if the accumulator is k (is at least k), else to no. */
cupel_label cupel_program_if_equal(struct cupel_program *program, uint32_t k, cupel_label yes,
                                   cupel_label no);
cupel_label cupel_program_if_least(struct cupel_program *program, uint32_t k, cupel_label yes,
                                   cupel_label no);

/* Load a word of struct seccomp_data, at offset, or mask what was loaded; then go on with next.
 */
cupel_label cupel_program_load(struct cupel_program *program, size_t offset, cupel_label next);
cupel_label cupel_program_and(struct cupel_program *program, uint32_t mask, cupel_label next);

/* The instructions from the first to the last. Returns 0 and sets *ret (free()); -E2BIG;
 * -ENOMEM. */
CUPEL_MUST_CHECK int cupel_program_finish(const struct cupel_program *program,
                                          struct sock_filter **ret);

void cupel_program_clear(struct cupel_program *program);

#endif
