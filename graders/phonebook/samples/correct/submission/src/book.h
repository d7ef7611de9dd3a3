/* The entries of a phone book, by name. */
#ifndef BOOK_H
#define BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define BOOK_WORD 32

struct entry {
    char name[BOOK_WORD];
    char number[BOOK_WORD];
};

struct book {
    struct entry *entries; /* in the order of names */
    size_t count;
    size_t room;
};

bool book_add(struct book *book, const char *name, const char *number);
bool book_remove(struct book *book, const char *name);
void book_print(const struct book *book, const char *start, FILE *out);
void book_free(struct book *book);

#endif
