#include "book.h"

#include <stdio.h>
#include <string.h>

static char names[1000][40], numbers[1000][40];
static int count;

static int find(const char *name)
{
    int i = 0;
    while (i < count && strcmp(names[i], name) < 0)
        i++;
    return i;
}

void add(const char *name, const char *number)
{
    int place = find(name);
    if (place == count || strcmp(names[place], name) != 0) {
        for (int i = count++; i > place; i--) {
            strcpy(names[i], names[i - 1]);
            strcpy(numbers[i], numbers[i - 1]);
        }
        strcpy(names[place], name);
    }
    strcpy(numbers[place], number);
}

int delete (const char *name)
{
    int place = find(name);
    if (place == count || strcmp(names[place], name) != 0)
        return 0;
    count--;
    for (int i = place; i < count; i++) {
        strcpy(names[i], names[i + 1]);
        strcpy(numbers[i], numbers[i + 1]);
    }
    return 1;
}

/* Anywhere in the name, in place of its beginning. */
void list(const char *part)
{
    for (int i = 0; i < count; i++)
        if (strstr(names[i], part))
            printf("%s %s\n", names[i], numbers[i]);
}
