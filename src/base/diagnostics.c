#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"

const char *const cupel_severity_names[] = {[CUPEL_SEVERITY_ERROR] = "error",
                                            [CUPEL_SEVERITY_WARNING] = "warning",
                                            [CUPEL_SEVERITY_NOTE] = "note"};

static void note_shortage(struct cupel_diagnostics *diagnostics)
{
    (void)cupel_fail(&diagnostics->shortage, -ENOMEM, "out of memory");
}

/* Without memory a diagnostic is lost; the call that reports it still says that it failed. */
void cupel_diagnostics_add(struct cupel_diagnostics *diagnostics, const char *file,
                           unsigned line, unsigned column, const char *fmt, ...)
{
    struct cupel_diagnostic item = {.line = line, .column = column};
    va_list ap;

    struct cupel_diagnostic *items =
        reallocarray(diagnostics->items, diagnostics->count + 1, sizeof(*items));
    if (items == NULL) {
        note_shortage(diagnostics);
        return;
    }
    diagnostics->items = items;

    va_start(ap, fmt);
    if (vasprintf(&item.text, fmt, ap) < 0)
        item.text = NULL;
    va_end(ap);
    item.file = strdup(file);
    if (item.text == NULL || item.file == NULL) {
        free(item.text);
        free(item.file);
        note_shortage(diagnostics);
        return;
    }
    items[diagnostics->count++] = item;
}

void cupel_diagnostics_clear(struct cupel_diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        free(diagnostics->items[i].file);
        free(diagnostics->items[i].text);
    }
    free(diagnostics->items);
    *diagnostics = (struct cupel_diagnostics){.remarks = diagnostics->remarks};
}

size_t cupel_diagnostics_errors(const struct cupel_diagnostics *diagnostics, size_t first)
{
    size_t count = 0;

    for (size_t i = first; i < diagnostics->count; i++)
        count += diagnostics->items[i].severity == CUPEL_SEVERITY_ERROR;
    return count;
}

static int compare(const void *left, const void *right)
{
    const struct cupel_diagnostic *a = left;
    const struct cupel_diagnostic *b = right;

    int r = strcmp(a->file, b->file);
    if (r == 0)
        r = (a->line > b->line) - (a->line < b->line);
    if (r == 0)
        r = (a->column > b->column) - (a->column < b->column);
    return r != 0 ? r : strcmp(a->text, b->text);
}

void cupel_diagnostics_sort(struct cupel_diagnostics *diagnostics, size_t first)
{
    if (diagnostics->count > first)
        qsort(diagnostics->items + first, diagnostics->count - first,
              sizeof(*diagnostics->items), compare);
}
