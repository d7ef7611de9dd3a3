#include "policy/files.h"

#include <string.h>

#include "cupel/path.h"
#include "cupel/text.h"
#include "policy/sources.h"

/* What is wrong with an element of a list, or NULL. */
typedef const char *check_fn(const char *item);

/* Whether one element is within another: what is within the parent's list widens nothing. */
typedef bool within_fn(const char *item, const char *whole);

static const char *const device_names[] = {"null", "zero", "full", "random", "urandom", NULL};

static const char *check_path(const char *path)
{
    if (path[0] != '/' || !cupel_path_is_plain(path + 1))
        return "expected an absolute path without \".\", \"..\" or \"//\"";
    return NULL;
}

static const char *check_device(const char *name)
{
    for (size_t i = 0; device_names[i] != NULL; i++) {
        if (strcmp(name, device_names[i]) == 0)
            return NULL;
    }
    return "expected one of null, zero, full, random, urandom";
}

static const char *check_variable(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char digits[] = "0123456789";

    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        bool digit = strchr(digits, name[i]) != NULL;
        if ((!digit || i == 0) && strchr(letters, name[i]) == NULL)
            return "expected a variable's name, of letters, digits and _";
    }
    if (strncmp(name, "LD_", 3) == 0)
        return "expected no variable of the dynamic linker";
    return NULL;
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool is_same(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

static bool is_within_any(const char *item, char *const *wholes, within_fn *within)
{
    for (; *wholes != NULL; wholes++) {
        if (within(item, *wholes))
            return true;
    }
    return false;
}

static bool check_item(const struct cupel_field *field, const char *item, check_fn *check)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *wrong = check(item);

    if (wrong == NULL)
        return true;
    return cupel_field_fail(field, "%s, found \"%s\"", wrong,
                            cupel_text_excerpt(item, excerpt));
}

static bool read_list(const struct cupel_field *field, check_fn *check, within_fn *within,
                      const struct cupel_widening *widening, char ***list)
{
    char **items;
    bool ok = true;

    if (!cupel_field_strings(field, &items))
        return false;
    for (size_t i = 0; items[i] != NULL; i++) {
        struct cupel_field item = cupel_field_at(field, i);
        if (!check_item(&item, items[i], check))
            ok = false;
        else if (!is_within_any(items[i], *list, within))
            ok = cupel_widening_check(widening, &item, "adds to the list") && ok;
    }
    cupel_strings_free(*list);
    *list = items;
    return ok;
}

bool cupel_files_read(const struct cupel_field *field, bool is_root,
                      const struct cupel_widening *widening, struct cupel_policy *policy)
{
    static const char *const keys[] = {"read_only", "writable", "devices", NULL};
    static const enum cupel_policy_part parts[] = {CUPEL_PART_READ_ONLY, CUPEL_PART_WRITABLE,
                                                   CUPEL_PART_DEVICE};
    char ***lists[] = {&policy->read_only, &policy->writable, &policy->devices};
    struct cupel_field given;

    if (!cupel_field_is_object(field))
        return false;
    bool ok = cupel_field_only_keys(field, keys);
    for (size_t i = 0; keys[i] != NULL; i++) {
        bool of_paths = lists[i] != &policy->devices;
        bool is_given = cupel_field_get(field, keys[i], &given);
        if (is_given)
            cupel_sources_note(policy->sources, parts[i]);
        if (is_given)
            ok = read_list(&given, of_paths ? check_path : check_device,
                           of_paths ? is_below : is_same, widening, lists[i]) &&
                 ok;
        else if (is_root)
            ok = cupel_field_require(field, keys[i], &given);
    }
    return ok;
}

bool cupel_environment_read(const struct cupel_field *field,
                            const struct cupel_widening *widening, struct cupel_policy *policy)
{
    cupel_sources_note(policy->sources, CUPEL_PART_ENVIRONMENT);
    return read_list(field, check_variable, is_same, widening, &policy->environment);
}
