#include <stdio.h>
#include <string.h>

#include "book.h"

int main(int argc, char **argv)
{
    char line[200], command[40], name[40], number[40];
    int failed = 0;
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;

    while (file && fscanf(file, "%39s %39s", name, number) == 2)
        add(name, number);
    if (file)
        fclose(file);
    while (fgets(line, sizeof(line), stdin)) {
        strcpy(name, "");
        sscanf(line, "%39s %39s %39s", command, name, number);
        if (!strcmp(command, "add"))
            add(name, number);
        else if (!strcmp(command, "remove")) {
            if (!delete (name)) {
                printf("error: no entry %s\n", name);
                failed = 1;
            }
        } else
            list(name);
    }
    if (argc > 1 && freopen(argv[1], "w", stdout))
        list("");
    return failed;
}
