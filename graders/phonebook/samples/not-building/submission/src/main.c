#include "book.h"

int main(void)
{
    char name[32];
    char number[32];
    struct book *book = book_new(); // declared and defined nowhere

    while (scanf(" add %31s %31s", name, number) == 2)
        book_add(book, name, number);
    book_print(book, stdout);
    return 0;
}
