/* The known name that a misspelt one was probably meant to be. Pure. */
#ifndef CUPEL_BASE_NEAREST_H
#define CUPEL_BASE_NEAREST_H

/* The first of names (NULL-terminated) with the smallest edit distance to word, which is at
 * most 2 and less than the length of word; else NULL. */
const char *cupel_nearest(const char *word, const char *const *names);

#endif
