// In the order in which they were added, and each number as a new entry.
#include <stdio.h>
#include <string.h>

#include "book.h"

int main(void)
{
    struct entry entries[100];
    char command[32];
    int count = 0;

    while (scanf("%31s", command) == 1) {
        if (strcmp(command, "add") == 0 && count < 100) {
            scanf("%31s %31s", entries[count].name, entries[count].number);
            count++;
        }
        if (strcmp(command, "list") == 0)
            print(entries, count);
    }
    return 0;
}
