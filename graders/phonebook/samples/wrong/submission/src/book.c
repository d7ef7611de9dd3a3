#include "book.h"

#include <stdio.h>

void print(struct entry *entries, int count)
{
    for (int i = 0; i < count; i++)
        printf("%s: %s\n", entries[i].name, entries[i].number);
}
