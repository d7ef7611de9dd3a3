/*
 * Whose fault it is where memory is refused. An archive can ask for gigabytes at once, for its
 * dictionary, and is refused for that by who asked. No archive makes the kernel refuse little:
 * then the host has none, which says nothing of the submission. libarchive would say of both
 * that the archive is damaged, or crash; so this process ends before it can.
 */
#include <stdlib.h>

#include "unpack/memory.h"

#define LITTLE_BYTES (16U << 20)

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*): the linker's names (ld --wrap), and
 * glibc's own behind them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static void *check(void *memory, size_t size)
{
    if (memory != NULL || size == 0 || size > LITTLE_BYTES)
        return memory;
    cupel_unpack_give_up();
}

void *__wrap_malloc(size_t size)
{
    return check(__libc_malloc(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = (size_t)-1;
    return check(__libc_calloc(count, size), bytes);
}

void *__wrap_realloc(void *old, size_t size)
{
    return check(__libc_realloc(old, size), size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */
