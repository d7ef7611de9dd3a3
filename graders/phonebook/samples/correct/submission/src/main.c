#include <stdio.h>
#include <string.h>

#include "book.h"
#include "file.h"

/* False if the answer is an error. */
static bool obey(struct book *book, const char *line)
{
    char command[BOOK_WORD] = "";
    char name[BOOK_WORD] = "";
    char number[BOOK_WORD] = "";

    int words = sscanf(line, "%31s %31s %31s", command, name, number);
    if (words == 3 && strcmp(command, "add") == 0) {
        if (book_add(book, name, number))
            return true;
        puts("error: out of memory");
    } else if (words == 2 && strcmp(command, "remove") == 0) {
        if (book_remove(book, name))
            return true;
        printf("error: no entry %s\n", name);
    } else if (words >= 1 && (strcmp(command, "list") == 0 || strcmp(command, "find") == 0)) {
        book_print(book, name, stdout);
        return true;
    } else {
        printf("error: no command %s\n", command);
    }
    return false;
}

int main(int argc, char **argv)
{
    struct book book = {0};
    char line[128];
    int status = 0;

    if (argc > 1 && !file_read(argv[1], &book)) {
        fprintf(stderr, "%s holds what is no entry\n", argv[1]);
        return 2;
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (!obey(&book, line))
            status = 1;
    }
    if (argc > 1 && !file_write(argv[1], &book))
        status = 2;
    book_free(&book);
    return status;
}
