#include "service/http_routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each part of path is that of pattern, or stands for one in braces. */
static bool fits(const char *pattern, const char *path)
{
    for (;;) {
        size_t part = strcspn(pattern, "/");
        size_t other = strcspn(path, "/");
        bool is_variable = pattern[0] == '{';
        if (is_variable ? other == 0 : part != other || strncmp(pattern, path, part) != 0)
            return false;
        pattern += part;
        path += other;
        if (*pattern == '\0' || *path == '\0')
            return *pattern == *path;
        pattern++;
        path++;
    }
}

static int copy_variables(const char *pattern, const char *path, char **ret,
                          struct cupel_error *err)
{
    size_t count = 0;

    for (;;) {
        size_t len = strcspn(path, "/");
        if (pattern[0] == '{' && count < HTTP_PATH_PARTS) {
            ret[count] = strndup(path, len);
            if (ret[count++] == NULL)
                return cupel_fail(err, -ENOMEM, "out of memory");
        }
        pattern += strcspn(pattern, "/");
        if (*pattern == '\0')
            return 0;
        pattern++;
        path += len + 1;
    }
}

static void allow(char *list, const char *method)
{
    size_t len = strlen(list);

    (void)snprintf(list + len, HTTP_ALLOW_SIZE - len, "%s%s", len > 0 ? ", " : "", method);
}

int http_routes_match(const struct http_routes *const *tables, const char *method,
                      const char *path, struct http_match *ret, struct cupel_error *err)
{
    const char *served = strcmp(method, "HEAD") == 0 ? "GET" : method;

    *ret = (struct http_match){.route = NULL};
    for (; *tables != NULL; tables++) {
        for (size_t i = 0; i < (*tables)->count; i++) {
            const struct http_route *route = &(*tables)->items[i];
            if (!fits(route->pattern, path))
                continue;
            if (strcmp(route->method, served) == 0) {
                ret->route = route;
                ret->allow[0] = '\0';
                return copy_variables(route->pattern, path, ret->variables, err);
            }
            allow(ret->allow, route->method);
            if (strcmp(route->method, "GET") == 0)
                allow(ret->allow, "HEAD");
        }
    }
    return 0;
}
