#include "service/worker_arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void worker_arguments_add(struct worker_arguments *arguments, const char *fmt, ...)
{
    char *item = NULL;
    va_list ap;

    if (arguments->failed)
        return;
    char **items =
        reallocarray(arguments->items, arguments->count + 2, sizeof(*arguments->items));
    if (items != NULL)
        arguments->items = items;
    va_start(ap, fmt);
    int n = items == NULL ? -1 : vasprintf(&item, fmt, ap);
    va_end(ap);
    arguments->failed = n < 0;
    if (arguments->failed)
        return;
    items[arguments->count++] = item;
    items[arguments->count] = NULL;
}

void worker_arguments_clear(struct worker_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free(arguments->items[i]);
    free(arguments->items);
    *arguments = (struct worker_arguments){.count = 0};
}
