/* Which policies a folder has. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/policy.h"

#define SUFFIX ".json"

static int is_policy_file(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
           strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int cupel_policy_names(const char *folder, char ***ret, struct cupel_error *err)
{
    struct dirent **entries = NULL;

    int found = scandir(folder, &entries, is_policy_file, by_name);
    if (found < 0)
        return cupel_fail_errno(err, "%s", folder);
    char **names = calloc((size_t)found + 1, sizeof(*names));
    bool ok = names != NULL;
    for (int i = 0; i < found; i++) {
        const char *file = entries[i]->d_name;
        if (ok)
            names[i] = strndup(file, strlen(file) - strlen(SUFFIX));
        ok = ok && names[i] != NULL;
        free(entries[i]);
    }
    free(entries);
    if (ok) {
        *ret = names;
        return 0;
    }
    cupel_strings_free(names);
    return cupel_fail(err, -ENOMEM, "%s: out of memory", folder);
}
