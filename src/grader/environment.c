#include "grader/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "grader/copies.h"

/* LeakSanitizer traces its own process, which no policy allows: it would wait forever. */
const char *const cupel_environment_base[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/box", "LANG=C.UTF-8", "TMPDIR=/tmp",
    "LSAN_OPTIONS=detect_leaks=0",       NULL,
};

static size_t name_length(const char *variable)
{
    return strcspn(variable, "=");
}

static size_t count_of(const char *const *environment)
{
    size_t count = 0;

    while (environment != NULL && environment[count] != NULL)
        count++;
    return count;
}

/* The slot of merged that holds the name of variable, else the first free one. */
static char **slot_of(char **merged, const char *variable)
{
    size_t length = name_length(variable);

    while (*merged != NULL &&
           (name_length(*merged) != length || strncmp(*merged, variable, length) != 0))
        merged++;
    return merged;
}

static int put_all(char **merged, const char *const *variables)
{
    for (; variables != NULL && *variables != NULL; variables++) {
        char *copy = NULL;
        if (cupel_copy_text(*variables, &copy) < 0)
            return -ENOMEM;
        char **slot = slot_of(merged, copy);
        free(*slot);
        *slot = copy;
    }
    return 0;
}

int cupel_environment_merge(const char *const *base, const char *const *over, char ***ret)
{
    char **merged = calloc(count_of(base) + count_of(over) + 1, sizeof(*merged));
    if (merged == NULL)
        return -ENOMEM;
    int r = put_all(merged, base);
    if (r == 0)
        r = put_all(merged, over);
    if (r < 0) {
        cupel_strings_free(merged);
        return r;
    }
    *ret = merged;
    return 0;
}

bool cupel_environment_is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char others[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return name[0] != '\0' && strchr(letters, name[0]) != NULL &&
           name[strspn(name, others)] == '\0';
}

const char *cupel_environment_get(const char *const *environment, const char *name)
{
    size_t length = strlen(name);

    for (; environment != NULL && *environment != NULL; environment++) {
        if (name_length(*environment) == length && strncmp(*environment, name, length) == 0 &&
            (*environment)[length] == '=')
            return *environment + length + 1;
    }
    return NULL;
}
