#include "book.h"

struct book {
    char names[100][32];
    int count;
};

void book_print(const struct book *book, FILE *out)
{
    for (int i = 0; i < book->count; i++)
        fprintf(out, "%s\n", book->names[i]);
}
