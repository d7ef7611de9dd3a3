/*
 * What programs share that make a call which some kernels were built without. Every policy
 * kills for these calls, so that ENOSYS is the kernel's own answer.
 */
#ifndef HOSTILE_SURFACE_H
#define HOSTILE_SURFACE_H

#include <errno.h>

#include "hostile.h"

/* As hostile_end(), but ENOSYS says that the kernel knows no such call. */
static inline int surface_end(long result)
{
    if (result < 0 && errno == ENOSYS)
        return hostile_not_here("a kernel without this call");
    return hostile_end(result);
}

/* The same for a call that looks at what it is given only if the caller may make it: to be told
 * off with this errno is to be let in. What is given does no harm. */
static inline int surface_end_at(long result, int error)
{
    return result < 0 && errno == error ? hostile_end(0) : surface_end(result);
}

#endif
