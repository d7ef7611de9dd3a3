#include "cupel/limits.h"

#include <stddef.h>

const char *cupel_limit_name(enum cupel_limit limit)
{
    static const char *const names[] = {
        [CUPEL_LIMIT_NONE] = NULL,
        [CUPEL_LIMIT_WALL_TIME] = "wall_time",
        [CUPEL_LIMIT_CPU_TIME] = "cpu_time",
        [CUPEL_LIMIT_MEMORY] = "memory",
        [CUPEL_LIMIT_PROCESSES] = "processes",
        [CUPEL_LIMIT_OUTPUT] = "output",
        [CUPEL_LIMIT_DISK] = "disk",
        [CUPEL_LIMIT_FILE_SIZE] = "file_size",
        [CUPEL_LIMIT_OPEN_FILES] = "open_files",
    };

    return (size_t)limit < sizeof(names) / sizeof(names[0]) ? names[limit] : NULL;
}
