#include "sandbox/cgroup_files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"

int cgroup_read(int folder_fd, const char *file, char *text, size_t size)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

    if (n < 0)
        return -errno;
    text[n] = '\0';
    return (int)n;
}

int cgroup_write(int folder_fd, const char *file, const char *text)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, file, O_WRONLY | O_CLOEXEC);

    return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

int cgroup_write_number(int folder_fd, const char *file, uint64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    return cgroup_write(folder_fd, file, text);
}

int cgroup_read_number(int folder_fd, const char *file, uint64_t *ret)
{
    char text[CGROUP_TEXT];
    char *end;

    int r = cgroup_read(folder_fd, file, text, sizeof(text));
    if (r < 0)
        return r;
    if (strcmp(text, "max\n") == 0) {
        *ret = UINT64_MAX;
        return 0;
    }
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\n')
        return -EPROTO;
    *ret = number;
    return 0;
}

uint64_t cgroup_find_key(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; line != NULL;) {
        if (strncmp(line, key, len) == 0 && line[len] == ' ' &&
            isdigit((unsigned char)line[len + 1]))
            return strtoull(line + len + 1, NULL, 10);
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return UINT64_MAX;
}

bool cgroup_has_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (text += strspn(text, " \n"); *text != '\0'; text += strspn(text, " \n")) {
        size_t found = strcspn(text, " \n");
        if (found == len && memcmp(text, word, len) == 0)
            return true;
        text += found;
    }
    return false;
}

int cgroup_find_own_path(const char *text, const char **ret)
{
    for (const char *line = text; line != NULL;) {
        if (strncmp(line, "0::/", 4) == 0) {
            *ret = line + 3;
            return (int)strcspn(line + 3, "\n");
        }
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return -ENOENT;
}

bool cgroup_is_taken_by_v1(const char *text, const char *controller)
{
    size_t len = strlen(controller);

    for (const char *line = text; line != NULL;) {
        if (strncmp(line, controller, len) == 0 && line[len] == '\t')
            return strtoul(line + len + 1, NULL, 10) != 0; /* number of its hierarchy */
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return false;
}

/* A change of cgroup.events is told by POLLPRI, each time to a fresh reader first. */
int cgroup_wait_empty(int folder_fd, int timeout_ms)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
    char text[CGROUP_TEXT];

    if (fd < 0)
        return -errno;
    for (;;) {
        struct pollfd events = {.fd = fd, .events = POLLPRI};
        ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
        if (n < 0)
            return -errno;
        text[n] = '\0';
        if (cgroup_find_key(text, "populated") == 0)
            return 0;
        if (TEMP_FAILURE_RETRY(poll(&events, 1, timeout_ms)) == 0)
            return -ETIMEDOUT;
    }
}
