#include "cli/install.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int join(const char *prefix, const char *part, char ret[static PATH_MAX],
                struct cupel_error *err)
{
    int n = snprintf(ret, PATH_MAX, "%s/%s", prefix, part);

    if (n < 0 || n >= PATH_MAX)
        return cupel_fail(err, -ENAMETOOLONG, "%s/%s: path too long", prefix, part);
    return 0;
}

/* Take the last component off; the root stays empty, since a '/' follows. */
static void to_parent(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL)
        *slash = '\0';
}

/* By the XDG Base Directory Specification, which ignores relative paths. */
static int find_cache(char ret[static PATH_MAX], struct cupel_error *err)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    ret[0] = '\0';
    if (cache != NULL && cache[0] == '/')
        return join(cache, "cupel", ret, err);
    if (home != NULL && home[0] == '/')
        return join(home, ".cache/cupel", ret, err);
    return 0;
}

int cupel_cli_paths_find(struct cupel_cli_paths *ret, struct cupel_error *err)
{
    char prefix[PATH_MAX];

    ssize_t n = readlink("/proc/self/exe", prefix, sizeof(prefix) - 1);
    if (n < 0)
        return cupel_fail_errno(err, "/proc/self/exe");
    prefix[n] = '\0';
    to_parent(prefix);
    to_parent(prefix);
    const char *last = strrchr(prefix, '/');
    if (last != NULL && strcmp(last, "/libexec") == 0) /* it is one of the parts itself */
        to_parent(prefix);
    int r = join(prefix, "bin/cupel", ret->cupel, err);
    if (r == 0)
        r = join(prefix, "libexec/cupel/cupel-cell", ret->cell, err);
    if (r == 0)
        r = join(prefix, "libexec/cupel/cupel-unpack", ret->unpack, err);
    if (r == 0)
        r = join(prefix, "libexec/cupel/cupel-exec", ret->exec, err);
    if (r == 0)
        r = join(prefix, "libexec/cupel/cupel-scope", ret->scope, err);
    if (r == 0)
        r = join(prefix, "libexec/cupel/cupel-service", ret->service, err);
    if (r == 0)
        r = join(prefix, "share/cupel/policies", ret->policies, err);
    if (r == 0)
        r = join(prefix, "share/cupel/graders", ret->graders, err);
    if (r == 0)
        r = join(prefix, "share/cupel/harness", ret->harness, err);
    if (r == 0)
        r = find_cache(ret->filters, err);
    return r;
}
