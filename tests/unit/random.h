/* Numbers that are the same in each run, for tests that try many cases. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* From 0 to below - 1. xorshift64: Marsaglia, "Xorshift RNGs", 2003. state is not 0. */
static unsigned random_draw(uint64_t *state, unsigned below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (unsigned)(*state >> 33) % below;
}

#endif
