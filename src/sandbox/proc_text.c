#include "sandbox/proc_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"

/* Numbers of /proc/PID/stat from the fourth on, by their place in proc(5). */
enum {
    FIRST_NUMBER = 4,
    UTIME = 14,
    STIME = 15,
    CUTIME = 16,
    CSTIME = 17,
    NUM_THREADS = 20,
};

/* Columns of /proc/sysvipc/shm, of which the first is 0. */
enum {
    SEGMENT_RSS = 14,
    SEGMENT_SWAP = 15,
};

int proc_read_again(int fd, char buf[static PROC_TEXT_SIZE])
{
    ssize_t n = pread(fd, buf, PROC_TEXT_SIZE - 1, 0);

    if (n < 0)
        return -errno;
    buf[n] = '\0';
    return 0;
}

int proc_read(int proc_fd, const char *path, char buf[static PROC_TEXT_SIZE])
{
    CUPEL_AUTO_FD fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    return proc_read_again(fd, buf);
}

int proc_parse_stat(const char *text, struct proc_stat *ret)
{
    uint64_t numbers[NUM_THREADS + 1] = {0};
    /* The name may hold blanks and parentheses; what follows the last one is the state. */
    const char *rest = strrchr(text, ')');

    if (rest == NULL || strlen(rest) < 4)
        return -EPROTO;
    char state = rest[2];
    rest += 3;
    for (size_t i = FIRST_NUMBER; i <= NUM_THREADS; i++) {
        char *end;
        numbers[i] = strtoull(rest, &end, 10); /* some are negative, none of those is used */
        if (end == rest)
            return -EPROTO;
        rest = end;
    }
    *ret = (struct proc_stat){.parent = numbers[FIRST_NUMBER],
                              .own_ticks = numbers[UTIME] + numbers[STIME],
                              .reaped_ticks = numbers[CUTIME] + numbers[CSTIME],
                              .threads = numbers[NUM_THREADS],
                              .running = state == 'R',
                              .stopped = state == 'T' || state == 't'};
    return 0;
}

DIR *proc_open_folder(int folder_fd, const char *path)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (folder != NULL)
        (void)cupel_take_fd(&fd);
    return folder;
}

static const char *find_value(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = text; line != NULL;) {
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            return line + len + 1;
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return NULL;
}

bool proc_has(const char *text, const char *name)
{
    return find_value(text, name) != NULL;
}

uint64_t proc_parse_number(const char *text, const char *name)
{
    const char *value = find_value(text, name);

    return value == NULL ? 0 : strtoull(value, NULL, 10);
}

uint64_t proc_parse_kib(const char *text, const char *name)
{
    return proc_parse_number(text, name) * 1024U;
}

struct proc_schedstat proc_parse_schedstat(const char *text)
{
    struct proc_schedstat ret = {0};
    char *end;

    ret.cpu_ns = strtoull(text, &end, 10);
    (void)strtoull(end, &end, 10); /* time spent waiting for a processor */
    ret.slices = strtoull(end, NULL, 10);
    return ret;
}

/* The line behind the current one, or NULL. */
static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end == NULL || end[1] == '\0' ? NULL : end + 1;
}

static uint64_t segment_bytes(const char *line)
{
    uint64_t bytes = 0;

    for (int column = 0; column <= SEGMENT_SWAP; column++) {
        char *end;
        uint64_t number =
            strtoull(line, &end, 10); /* keys may be negative, those are skipped */
        if (end == line)
            return 0;
        if (column >= SEGMENT_RSS)
            bytes += number;
        line = end;
    }
    return bytes;
}

uint64_t proc_parse_segments(const char *text)
{
    uint64_t bytes = 0;

    for (const char *line = text; line != NULL; line = next_line(line))
        bytes += segment_bytes(line);
    return bytes;
}

/* Move *text behind a number and the character that ends it. */
static bool take_number(const char **text, int base, char end, uint64_t *ret)
{
    char *behind;

    *ret = strtoull(*text, &behind, base);
    if (behind == *text || *behind != end)
        return false;
    *text = behind + 1;
    return true;
}

bool proc_parse_mapping(const char *line, struct proc_mapping *ret)
{
    uint64_t number; /* where it starts and ends, and its offset, are not needed */
    uint64_t major;
    uint64_t minor;

    if (!take_number(&line, 16, '-', &number) || !take_number(&line, 16, ' ', &number) ||
        strlen(line) < 5)
        return false;
    line += 5; /* permissions */
    if (!take_number(&line, 16, ' ', &number) || !take_number(&line, 16, ':', &major) ||
        !take_number(&line, 16, ' ', &minor))
        return false;
    *ret = (struct proc_mapping){.major = (unsigned)major,
                                 .minor = (unsigned)minor,
                                 .inode = strtoull(line, NULL, 10),
                                 .is_segment = strstr(line, " /SYSV") != NULL};
    return true;
}
