/*
 * Allocations that fault_calls counts and refuses: linked into the test builds of cupel,
 * cupel-cell and cupel-unpack. Without a tracer they are as ever.
 *
 * With FAULT_WRAP, it stands for what the executable's own parts call (-Wl,--wrap), as an
 * executable needs that is static or has a sanitizer's allocator. Else it is the process's
 * allocator, for all libraries.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault_calls.h"

#ifdef FAULT_WRAP
#define OURS(name)   __wrap_##name
#define THEIRS(name) __real_##name
char *OURS(strdup)(const char *text);
char *THEIRS(strdup)(const char *text);
char *OURS(strndup)(const char *text, size_t size);
char *THEIRS(strndup)(const char *text, size_t size);
int OURS(vasprintf)(char **ret, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
int THEIRS(vasprintf)(char **ret, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
int OURS(asprintf)(char **ret, const char *format, ...) __attribute__((format(printf, 2, 3)));
#elif defined(FAULT_WRAP_LIBC)
#define OURS(name)   __wrap___libc_##name
#define THEIRS(name) __real___libc_##name
#else
#define OURS(name)   name
#define THEIRS(name) __libc_##name
#endif

void *OURS(malloc)(size_t size);
void *THEIRS(malloc)(size_t size);
void *OURS(calloc)(size_t count, size_t size);
void *THEIRS(calloc)(size_t count, size_t size);
void *OURS(realloc)(void *old, size_t size);
void *THEIRS(realloc)(void *old, size_t size);

/* From here on the program is at work, and no more its loader. */
__attribute__((constructor)) static void tell_begin(void)
{
    (void)syscall(SYS_close, FAULT_MARK, 0L);
}

static bool is_refused(const void *place)
{
    int before = errno;
    bool refused = syscall(SYS_close, FAULT_MARK, place) == 0;

    errno = refused ? ENOMEM : before;
    return refused;
}

void *OURS(malloc)(size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : THEIRS(malloc)(size);
}

void *OURS(calloc)(size_t count, size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : THEIRS(calloc)(count, size);
}

void *OURS(realloc)(void *old, size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : THEIRS(realloc)(old, size);
}

#ifdef FAULT_WRAP
char *OURS(strdup)(const char *text)
{
    return is_refused(__builtin_return_address(0)) ? NULL : THEIRS(strdup)(text);
}

char *OURS(strndup)(const char *text, size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : THEIRS(strndup)(text, size);
}

int OURS(vasprintf)(char **ret, const char *format, va_list arguments)
{
    return is_refused(__builtin_return_address(0)) ? -1
                                                   : THEIRS(vasprintf)(ret, format, arguments);
}

int OURS(asprintf)(char **ret, const char *format, ...)
{
    va_list arguments;

    if (is_refused(__builtin_return_address(0)))
        return -1;
    va_start(arguments, format);
    int n = THEIRS(vasprintf)(ret, format, arguments);
    va_end(arguments);
    return n;
}
#endif
