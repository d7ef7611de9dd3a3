#ifndef FILE_H
#define FILE_H

#include "book.h"

/* A file that does not exist is an empty book; false: it holds what is no entry. */
bool file_read(const char *path, struct book *book);
bool file_write(const char *path, const struct book *book);

#endif
