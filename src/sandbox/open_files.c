#include "sandbox/open_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/proc_text.h"

/* Bash moves its script to the highest number that it may have, but to 255 at the most. The
 * table grows for that one as well, and what bash starts inherits it. */
#define ABOVE_SHELLS 256U

bool open_files_table_tells(uint64_t limit)
{
    return limit >= ABOVE_SHELLS && (limit & (limit - 1)) == 0;
}

static uint64_t table_size(pid_t tid)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);
    char path[32];

    (void)snprintf(path, sizeof(path), "/proc/%d/status", tid);
    if (text == NULL || proc_read(AT_FDCWD, path, text) < 0)
        return 0;
    return proc_parse_number(text, "FDSize");
}

/* Up to one that is too many. */
static uint64_t count_open(pid_t tid, uint64_t limit)
{
    const struct dirent *entry;
    uint64_t count = 0;
    char path[32];

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", tid);
    DIR *folder = proc_open_folder(AT_FDCWD, path);
    if (folder == NULL)
        return 0;
    while (count <= limit && (entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.' ? 1 : 0;
    (void)closedir(folder);
    return count;
}

bool open_files_exceeded(int listener_fd, uint64_t id, pid_t tid, uint64_t limit)
{
    uint64_t found = open_files_table_tells(limit) ? table_size(tid) : count_open(tid, limit);

    /* If it waits still, the number was its own all the time. */
    return found > limit &&
           TEMP_FAILURE_RETRY(ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id)) == 0;
}
