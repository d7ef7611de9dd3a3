#include "cli/start.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

bool cli_open_standard_streams(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static int code;

static void *allocate(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL) {
        (void)fputs("cupel: out of memory\n", stderr);
        _exit(code);
    }
    return memory;
}

void cli_end_without_memory(int exit_code)
{
    code = exit_code;
    json_set_alloc_funcs(allocate, free);
}
