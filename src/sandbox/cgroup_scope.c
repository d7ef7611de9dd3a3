#include "sandbox/cgroup_scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "sandbox/cgroup_trial.h"
#include "sandbox/systemd.h"

bool cgroup_scope_holds(const char *text, const char *name)
{
    size_t name_len = strlen(name);

    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (strncmp(line, "0::/", 4) == 0)
            return len >= 4 + name_len && line[len - name_len - 1] == '/' &&
                   strncmp(line + len - name_len, name, name_len) == 0;
        line += len + (line[len] == '\n');
    }
    return false;
}

static bool is_in_scope(const char *scope)
{
    CUPEL_AUTO_FD fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len;

    return fd >= 0 && cupel_path_read_fd(fd, 65536, &text, &len) == 0 &&
           cgroup_scope_holds(text, scope);
}

/* Whatever was said or not said: where this process is decides. */
int cgroup_scope_enter(const char *helper, struct cupel_cgroup_trial *ret)
{
    struct wire_scope_answer answer = {.text = ""};
    char scope[WIRE_SCOPE_NAME];
    uint64_t number = 0;

    if (getrandom(&number, sizeof(number), 0) < 0)
        return cgroup_trial_fail(ret, CUPEL_CGROUP_FAILED, "getrandom: %s",
                                 strerrordesc_np(errno));
    (void)snprintf(scope, sizeof(scope), "cupel-%d-%016" PRIx64 ".scope", getpid(), number);
    int r = systemd_ask(helper, scope, &answer, ret);
    if (is_in_scope(scope))
        return 0;
    return r < 0 ? r
                 : cgroup_trial_fail(ret, CUPEL_CGROUP_FAILED,
                                     "systemd did not move this process to the scope %s: its "
                                     "job ended as %.100s",
                                     scope, answer.text);
}

int cgroup_scope_is_delegated(const char *helper, struct cupel_cgroup_trial *ret)
{
    struct cupel_cgroup_trial trial = {.obstacle = CUPEL_CGROUP_SERVES};
    struct wire_scope_answer answer = {.delegated = false};

    int r = systemd_ask(helper, "", &answer, &trial);
    if (r == 0 || trial.obstacle == CUPEL_CGROUP_REFUSED)
        return answer.delegated;
    *ret = trial;
    return r;
}
