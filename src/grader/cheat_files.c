#include "grader/cheat_files.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "grader/copies.h"

#define SPECIAL "*?[\\"

struct names {
    char **items; /* NULL-terminated */
    size_t count;
};

static int add(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0)
            return 0;
    }
    char **items = realloc(names->items, (names->count + 2) * sizeof(*items));
    if (items == NULL)
        return -ENOMEM;
    names->items = items;
    items[names->count] = NULL;
    if (cupel_copy_text(name, &items[names->count]) < 0)
        return -ENOMEM;
    items[++names->count] = NULL;
    return 0;
}

/* Words that could be files of the box: options, and names without a suffix, which are those of
 * programs, could not. argv: NULL of a harness's test. */
static int add_matching(struct names *names, char *const *argv, const char *pattern)
{
    for (; argv != NULL && *argv != NULL; argv++) {
        const char *name = strncmp(*argv, "./", 2) == 0 ? *argv + 2 : *argv;
        if (name[0] == '-' || strchr(name, '.') == NULL || !cupel_path_is_plain(name) ||
            fnmatch(pattern, name, FNM_PATHNAME) != 0)
            continue;
        int r = add(names, name);
        if (r < 0)
            return r;
    }
    return 0;
}

static int add_from_commands(struct names *names, const struct cupel_grader *grader,
                             const char *pattern)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < grader->build_count; i++)
        r = add_matching(names, grader->builds[i].argv, pattern);
    for (size_t i = 0; r == 0 && i < grader->test_count; i++)
        r = add_matching(names, grader->tests[i].step.argv, pattern);
    return r;
}

/* "src/?*.c" as "src/amain.c"; what is made of a bracket need not match, and is then refused
 * as missing. */
static int add_made(struct names *names, const char *pattern)
{
    char name[4 * CUPEL_SHA256_HEX_SIZE];
    size_t len = 0;

    for (; *pattern != '\0' && len + sizeof("main") < sizeof(name); pattern++) {
        if (*pattern == '*') {
            memcpy(name + len, "main", strlen("main"));
            len += strlen("main");
        } else {
            name[len++] = *pattern;
            if (*pattern == '?' || *pattern == '[' || *pattern == '\\')
                name[len - 1] = 'a';
        }
    }
    name[len] = '\0';
    return add(names, name);
}

static int add_pattern(struct names *names, const struct cupel_grader *grader,
                       const char *pattern)
{
    size_t before = names->count;

    if (strpbrk(pattern, SPECIAL) == NULL)
        return add(names, pattern);
    int r = add_from_commands(names, grader, pattern);
    return r == 0 && names->count == before ? add_made(names, pattern) : r;
}

int cupel_cheat_files(const struct cupel_grader *grader, char ***ret)
{
    struct names names = {.items = calloc(1, sizeof(*names.items))};
    char *const *patterns = grader->intake.files;
    int r = names.items == NULL ? -ENOMEM : 0;

    for (; r == 0 && patterns != NULL && *patterns != NULL; patterns++)
        r = add_pattern(&names, grader, *patterns);
    /* Nothing is required: whatever the commands name among what may be handed in. */
    for (patterns = grader->intake.optional;
         r == 0 && names.count == 0 && patterns != NULL && *patterns != NULL; patterns++)
        r = add_pattern(&names, grader, *patterns);
    if (r < 0) {
        cupel_strings_free(names.items);
        return r;
    }
    *ret = names.items;
    return 0;
}
