/*
 * Which process of cupel's a traced one is, and which of its calls are counted and made to
 * fail: parts of fault_calls, the tracer that tests/hostile/test_faults.py starts.
 */
#ifndef FAULT_CALLS_H
#define FAULT_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* An allocation of a test build is announced by close(2) of this, which is no descriptor; where
 * that succeeds, the allocation fails. The second argument is the place in the code, or 0 when
 * main() is about to begin. */
#define FAULT_MARK (-0x0fa17)

enum fault_kind {
    FAULT_SUPERVISOR,
    FAULT_SPAWN, /* of the supervisor's, before it executes the cell */
    FAULT_CELL,
    FAULT_LANE,
    FAULT_INIT,
    FAULT_COMMAND, /* before it executes the command */
    FAULT_UNPACK,
    FAULT_OTHER, /* what is not cupel's: not traced any longer */
    FAULT_KINDS,
};

extern const char *const fault_kind_names[FAULT_KINDS];

/* The kind of a process that one of the given kind makes with the given call. */
enum fault_kind fault_kind_of_child(enum fault_kind parent, long call);
/* The kind of a process after it executed a program. */
enum fault_kind fault_kind_of_program(enum fault_kind before, pid_t pid);

struct fault_plan {
    bool all; /* only count: each call of each kind */
    enum fault_kind kind;
    const char *call; /* a system call's name, or "malloc" */
    unsigned long number;
    int error;
};

struct fault_tracee {
    pid_t pid;
    bool known; /* its kind */
    bool begun; /* main() */
    enum fault_kind kind;
    enum { FAULT_NONE, FAULT_SKIPPED, FAULT_REFUSED, FAULT_ALLOCATION, FAULT_AFTER } pending;
    unsigned long long first_argument;
};

/* The number of the call that a stopped process is in, or -1. */
long fault_call(pid_t pid);

/* Figures for the chain of those who make the call that a process is stopped in: of different
 * chains they differ. */
uint64_t fault_callers(pid_t pid, uint64_t instruction, uint64_t stack_pointer);

/* A system call begins, or ends. True: the plan's call was met. */
bool fault_enter(struct fault_tracee *tracee, const struct fault_plan *plan, FILE *out);
void fault_leave(struct fault_tracee *tracee, const struct fault_plan *plan);
void fault_print_counts(FILE *out);

#endif
