#include "file.h"

bool file_read(const char *path, struct book *book)
{
    char line[128];
    char name[BOOK_WORD];
    char number[BOOK_WORD];
    char rest;
    bool good = true;
    FILE *file = fopen(path, "r");

    while (good && file != NULL && fgets(line, sizeof(line), file) != NULL)
        good = sscanf(line, "%31s %31s %c", name, number, &rest) == 2 &&
               book_add(book, name, number);
    if (file != NULL)
        fclose(file);
    return good;
}

bool file_write(const char *path, const struct book *book)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        return false;
    book_print(book, "", file);
    return fclose(file) == 0;
}
