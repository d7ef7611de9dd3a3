#include <stdio.h>

struct book;

void book_add(struct book *book, const char *name, const char *number);
void book_print(const struct book *book, FILE *out);
