/*
 * Locks of byte ranges. A program may have any number of them, for which the kernel takes
 * memory that it bills to nobody: no cgroup, no limit of a process. They end with the
 * descriptor's table, and are shown in its fdinfo.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "sandbox/sample_internal.h"

#define LOCK_BYTES 256U /* at the most */

static uint64_t count_at(int folder_fd, const char *name, uint64_t most)
{
    char *line = NULL;
    size_t size = 0;
    uint64_t count = 0;
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

    if (file == NULL) { /* closed meanwhile */
        cupel_close_p(&fd);
        return 0;
    }
    while (count < most && getline(&line, &size, file) > 0)
        count += strncmp(line, "lock:", 5) == 0 ? 1 : 0;
    free(line);
    (void)fclose(file);
    return count;
}

static uint64_t count(const struct sampler *sampler, const struct sample_process *process,
                      uint64_t most)
{
    char path[32];
    uint64_t count = 0;

    (void)snprintf(path, sizeof(path), "%d/fdinfo", process->view);
    DIR *folder = proc_open_folder(sampler->sources.proc_fd, path);
    if (folder == NULL)
        return 0;
    for (struct dirent *entry; count < most && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.')
            count += count_at(dirfd(folder), entry->d_name, most - count);
    }
    (void)closedir(folder);
    return count;
}

/* Of who has not run since, there are as many as there were. */
static int look(struct sampler *sampler, struct sample_process *process, uint64_t most)
{
    int r = sample_process_wake(sampler, process);

    if (r > 0)
        r = sample_process_see(sampler, process);
    else if (r == 0)
        return 0;
    if (r == 0)
        process->objects_bytes = count(sampler, process, most / LOCK_BYTES + 1) * LOCK_BYTES;
    return r;
}

int sampler_locks(struct sampler *sampler, uint64_t most, uint64_t *ret,
                  struct cupel_error *err)
{
    uint64_t bytes = 0;
    int r = sample_list_refresh(sampler);

    for (size_t i = 0; r == 0 && bytes <= most && i < sampler->count; i++) {
        r = look(sampler, &sampler->processes[i], most - bytes);
        if (r == -ESRCH) { /* it has ended, and its locks with it */
            sampler->processes[i].objects_bytes = 0;
            r = 0;
        }
        bytes += sampler->processes[i].objects_bytes;
    }
    if (r < 0)
        return cupel_fail(err, r, "look for locks of the run: %s", strerrordesc_np(-r));
    *ret = bytes;
    return 0;
}
