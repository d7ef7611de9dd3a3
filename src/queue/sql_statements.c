#include "queue/sql_statements.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a null's type was inferred to be does not fit each value that may come there later. */
static bool is_for(const struct sql_statement *statement, const char *text,
                   const Oid types[static SQL_PARAMETERS_MAX])
{
    return strcmp(statement->text, text) == 0 &&
           memcmp(statement->types, types, sizeof(statement->types)) == 0;
}

struct sql_statement *sql_statements_find(struct sql_statements *statements, const char *text,
                                          const Oid types[static SQL_PARAMETERS_MAX])
{
    size_t i = 0;

    while (i < statements->count && !is_for(&statements->items[i], text, types))
        i++;
    if (i < statements->count)
        return &statements->items[i];
    char *copy = i < SQL_STATEMENTS_MAX ? strdup(text) : NULL;
    if (copy == NULL)
        return NULL;
    struct sql_statement *statement = &statements->items[statements->count++];
    *statement = (struct sql_statement){.text = copy};
    (void)snprintf(statement->name, sizeof(statement->name), "s%zu", i);
    memcpy(statement->types, types, sizeof(statement->types));
    return statement;
}

void sql_statements_forget(struct sql_statements *statements)
{
    for (size_t i = 0; i < statements->count; i++)
        free(statements->items[i].text);
    statements->count = 0;
}
