#include "book.h"

#include <stdlib.h>
#include <string.h>

/* Where name is, or belongs. */
static size_t place_of(const struct book *book, const char *name)
{
    size_t low = 0;
    size_t high = book->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(book->entries[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct book *book, size_t i, const char *name)
{
    return i < book->count && strcmp(book->entries[i].name, name) == 0;
}

static bool make_room(struct book *book)
{
    if (book->count < book->room)
        return true;
    size_t room = book->room > 0 ? 2 * book->room : 16;
    struct entry *entries = realloc(book->entries, room * sizeof(*entries));
    if (entries == NULL)
        return false;
    book->entries = entries;
    book->room = room;
    return true;
}

bool book_add(struct book *book, const char *name, const char *number)
{
    size_t i = place_of(book, name);

    if (!is_at(book, i, name)) {
        if (!make_room(book))
            return false;
        memmove(&book->entries[i + 1], &book->entries[i],
                (book->count - i) * sizeof(*book->entries));
        snprintf(book->entries[i].name, BOOK_WORD, "%s", name);
        book->count++;
    }
    snprintf(book->entries[i].number, BOOK_WORD, "%s", number);
    return true;
}

bool book_remove(struct book *book, const char *name)
{
    size_t i = place_of(book, name);

    if (!is_at(book, i, name))
        return false;
    book->count--;
    memmove(&book->entries[i], &book->entries[i + 1],
            (book->count - i) * sizeof(*book->entries));
    return true;
}

void book_print(const struct book *book, const char *start, FILE *out)
{
    size_t len = strlen(start);

    for (size_t i = place_of(book, start); i < book->count; i++) {
        if (strncmp(book->entries[i].name, start, len) != 0)
            break;
        fprintf(out, "%s %s\n", book->entries[i].name, book->entries[i].number);
    }
}

void book_free(struct book *book)
{
    free(book->entries);
}
