#include "service/worker_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "cupel/cleanup.h"

#define ROOT      "/sys/fs/cgroup"
#define FIRST     ROOT "/memory/memory.limit_in_bytes" /* version 1, as containers see theirs */
#define TEXT_SIZE 8192

uint64_t worker_machine_limit(const char *text)
{
    char *end = NULL;

    if (text[0] < '0' || text[0] > '9')
        return UINT64_MAX; /* "max" */
    errno = 0;
    unsigned long long bytes = strtoull(text, &end, 10);
    return errno == 0 && (*end == '\0' || *end == '\n') && bytes > 0 ? bytes : UINT64_MAX;
}

bool worker_machine_cgroup(const char *text, char ret[static PATH_MAX])
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (strncmp(line, "0::/", 4) == 0 && len - 3 < PATH_MAX) {
            memcpy(ret, line + 3, len - 3);
            ret[len - 3] = '\0';
            return true;
        }
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    return false;
}

static bool read_text(const char *path, char ret[static TEXT_SIZE])
{
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret, TEXT_SIZE - 1);

    if (n >= 0)
        ret[n] = '\0';
    return n >= 0;
}

static uint64_t read_limit(const char *path)
{
    char text[TEXT_SIZE];

    return read_text(path, text) ? worker_machine_limit(text) : UINT64_MAX;
}

/* Those above hold as well. */
static uint64_t least_limit(char path[static PATH_MAX])
{
    uint64_t least = UINT64_MAX;

    for (char *slash = path + strlen(path); slash != NULL; slash = strrchr(path, '/')) {
        char file[PATH_MAX + sizeof(ROOT "/memory.max")];
        *slash = '\0';
        (void)snprintf(file, sizeof(file), ROOT "%s/memory.max", path);
        uint64_t limit = read_limit(file);
        least = limit < least ? limit : least;
    }
    return least;
}

uint64_t worker_machine_memory(void)
{
    uint64_t least = read_limit(FIRST);
    struct sysinfo info;
    char path[PATH_MAX];
    char text[TEXT_SIZE];

    uint64_t limit =
        sysinfo(&info) < 0 ? UINT64_C(1) << 30 : (uint64_t)info.totalram * info.mem_unit;
    least = limit < least ? limit : least;
    if (!read_text("/proc/self/cgroup", text) || !worker_machine_cgroup(text, path))
        return least;
    limit = least_limit(path);
    return limit < least ? limit : least;
}
