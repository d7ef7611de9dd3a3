/* Paths that a call names. In the learner's box they lead nowhere else, and a folder that is
 * not there is no fault of the sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/broker_call.h"

/* What follows prefix and a '/' in path; NULL if that is not how it begins. */
static const char *find_below(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

static const char *skip_dots(const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 1 + strspn(path + 1, "/");
    return strcmp(path, ".") == 0 ? "" : path;
}

int broker_absolute(const char *path, char **ret)
{
    bool is_top = strcmp(path, "/box") == 0 || strcmp(path, "/tmp") == 0;
    const char *prefix = "";

    if (path[0] != '/') {
        path = skip_dots(path);
        prefix = path[0] != '\0' ? "/box/" : "/box";
        if (path[0] != '\0' && !cupel_path_is_plain(path))
            return -EINVAL;
    } else if (!is_top) {
        const char *below = find_below(path, "/box");
        if (below == NULL)
            below = find_below(path, "/tmp");
        if (below == NULL || !cupel_path_is_plain(below))
            return -EINVAL;
    }
    char *joined = NULL;
    if (asprintf(&joined, "%s%s", prefix, path) < 0)
        return -ENOMEM;
    *ret = joined;
    return 0;
}

/* Whether each folder on the way may be entered: a build may have forbidden it. */
static bool is_open(int box_fd, const char *path)
{
    char part[PATH_MAX];
    struct stat st;

    for (size_t at = strcspn(path, "/");; at += 1 + strcspn(path + at + 1, "/")) {
        (void)snprintf(part, sizeof(part), "%.*s", (int)at, path);
        CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, part, O_PATH | O_DIRECTORY, NULL);
        if (fd < 0 || fstat(fd, &st) < 0 || (st.st_mode & S_IXUSR) == 0)
            return false;
        if (path[at] == '\0')
            return true;
    }
}

bool broker_has_folder(const struct broker_call *call)
{
    const char *below_box = find_below(call->chdir, "/box");
    bool made = strcmp(call->chdir, "/box") == 0 || strcmp(call->chdir, "/tmp") == 0;

    for (size_t i = 0; i < call->put_count; i++) {
        const char *path = call->puts[i].path;
        if (strcmp(path, call->chdir) == 0 || find_below(call->chdir, path) != NULL)
            return false; /* a file is there, or will be */
        made = made || find_below(path, call->chdir) != NULL;
    }
    return made || (below_box != NULL &&
                    is_open(cupel_cell_box_fd(call->broker->options.cell), below_box));
}
