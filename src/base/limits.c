#include "cupel/limits.h"

#include <stdbool.h>
#include <stddef.h>

const char *const cupel_limit_names[] = {
    [CUPEL_LIMIT_NONE] = "none",
    [CUPEL_LIMIT_WALL_TIME] = "wall_time",
    [CUPEL_LIMIT_CPU_TIME] = "cpu_time",
    [CUPEL_LIMIT_MEMORY] = "memory",
    [CUPEL_LIMIT_PROCESSES] = "processes",
    [CUPEL_LIMIT_OUTPUT] = "output",
    [CUPEL_LIMIT_DISK] = "disk",
    [CUPEL_LIMIT_FILE_SIZE] = "file_size",
    [CUPEL_LIMIT_OPEN_FILES] = "open_files",
    [CUPEL_LIMIT_OPEN_FILES + 1] = NULL,
};

const char *cupel_limit_name(enum cupel_limit limit)
{
    bool named = limit != CUPEL_LIMIT_NONE && (size_t)limit <= CUPEL_LIMIT_OPEN_FILES;

    return named ? cupel_limit_names[limit] : NULL;
}
