/*
 * What hostile programs share. Each stops by itself, should the limit under test fail: at the
 * amount that it is given, and after CREW_SECONDS. For each piece of what it takes it writes a
 * dot to standard output, so that a reader knows how far it came whatever ended it.
 */
#ifndef CREW_H
#define CREW_H

enum { CREW_SECONDS = 20, CREW_MIB = 1 << 20 };

/* End this process when its time is up. Forked processes need it again. */
void crew_bound(void);

void crew_dot(void);

/* Print errno's name to standard error. Returns -1. */
int crew_refused(void);

/* A number from 1 to max; ends the program with 2 otherwise. */
unsigned crew_number(const char *text, unsigned max);

void crew_sleep_ms(unsigned ms);

/* Touch each page of a MiB. */
void crew_touch(void *mib);

/* Write a MiB of bytes other than 0 and tell it by a dot. Returns 0, or -1 with it told why. */
int crew_write_mib(int fd);

/*
 * Have count processes do work(owner, index), which returns 0 or -1, and keep all of them until
 * the last is ready and hold_ms have passed. Returns 0 if all could be started and did it, or
 * -1.
 */
int crew_work(unsigned count, int (*work)(void *owner, unsigned index), void *owner,
              unsigned hold_ms);

#endif
