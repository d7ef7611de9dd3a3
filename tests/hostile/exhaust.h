/*
 * What programs of the family exhaustion share, beside tests/limits/crew.h. Most of what a
 * kernel has to give is taken by the programs of tests/limits already; a technique that is one
 * of theirs tells which, with how much.
 */
#ifndef EXHAUST_H
#define EXHAUST_H

#include <stddef.h>

/*
 * How a technique ends that a program of tests/limits carries out: exhaust_by("hoard", "heap",
 * "192", NULL). The words are its name and arguments, NULL at their end.
 */
int exhaust_by(const char *program, ...) __attribute__((sentinel));

/* Have count processes do work(index), which returns 0 or -1 with errno, then hold all of it
 * for as long as a look takes. Returns 0 or -1 with errno. */
int exhaust_crew(unsigned count, int (*work)(unsigned index));

/* Write 16 MiB of byte to standard output. Returns 0 or -1 with errno. */
int exhaust_output(char byte);

/* CPU time of the process. */
long exhaust_used_ms(void);

/* Keep what was taken until somebody must have looked. */
void exhaust_hold(void);

#endif
