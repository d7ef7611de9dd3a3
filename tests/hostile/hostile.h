/*
 * What the programs of tests/hostile/programs share: one technique each, in the shortest form
 * that shows whether it works. suite.py reads their head comments, runs them, and judges how
 * they end; docs/testing.md tells what each key means.
 *
 *     exit 0, "done"           the deed worked
 *     exit 1, the errno's name the deed was refused
 *     a signal                 the deed was refused
 *     exit 77, the reason      what the deed is tried on is not here
 *
 * Anything else is a mistake of the program. A program knows no argument, and does no harm
 * where nothing stops it: it is killed after HOSTILE_SECONDS if it has not bounded itself.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

enum { HOSTILE_SECONDS = 20, HOSTILE_NOT_HERE = 77 };

/* Exit status of a program whose deed returned result, and failed with errno if below 0. */
int hostile_end(long result);

/* As hostile_end(), of a deed that was to make path in folder, a new one: both are removed. */
int hostile_end_in(const char *folder, const char *path, long result);

/* Exit status of a program whose deed was refused in another way than by errno. */
int hostile_refused(const char *why);

/* Exit status of a program that finds no kernel, device or file to try its deed on. */
int hostile_not_here(const char *why);

/*
 * Be killed after these seconds, whatever signals are blocked or ignored, and have no more than
 * as many of CPU time, 4 GiB of address space and 1 GiB in a file. A forked process inherits
 * the limits and not the time: it calls this again. Programs that take what is scarce call it
 * first.
 */
void hostile_bound(unsigned seconds);

#endif
