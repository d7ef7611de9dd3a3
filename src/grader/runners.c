#include "grader/runners.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"

#define PLACE    "/tmp/cupel/harness/"
#define FILE_MAX ((size_t)1 << 20)

static const char *const paths[CUPEL_RUNNERS_COUNT] = {PLACE "Run.java", PLACE "cupel.h",
                                                       PLACE "run.js", PLACE "run.py"};

int cupel_runners_read(const char *folder,
                       struct cupel_run_file ret[static CUPEL_RUNNERS_COUNT],
                       struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(err, "%s", folder);
    for (size_t i = 0; i < CUPEL_RUNNERS_COUNT; i++) {
        char *bytes = NULL;
        int r = cupel_path_read_beneath(fd, paths[i] + strlen(PLACE), FILE_MAX, &bytes,
                                        &ret[i].len, err);
        if (r < 0) {
            cupel_runners_clear(ret);
            return r;
        }
        ret[i].path = paths[i];
        ret[i].bytes = bytes;
    }
    return 0;
}

void cupel_runners_clear(struct cupel_run_file files[static CUPEL_RUNNERS_COUNT])
{
    for (size_t i = 0; i < CUPEL_RUNNERS_COUNT; i++) {
        free((char *)(uintptr_t)files[i].bytes);
        files[i] = (struct cupel_run_file){0};
    }
}
