/* The files that a policy was merged from, and which of them gave what. */
#ifndef CUPEL_POLICY_SOURCES_H
#define CUPEL_POLICY_SOURCES_H

#include "cupel/policy.h"
#include "policy/limits.h"

#define CUPEL_POLICY_DEPTH 8    /* of `extends` */
#define CUPEL_SOURCE_NONE  (-1) /* in none: a default */

struct cupel_policy_sources {
    struct cupel_document *documents[CUPEL_POLICY_DEPTH]; /* kept; the root first */
    char *names[CUPEL_POLICY_DEPTH];                      /* of the policies; owned */
    size_t count;
    int limits[CUPEL_LIMIT_KEYS]; /* indices of the above, by limit, */
    int parts[CUPEL_PART_RULE];   /* and by part, but for limits and rules */
};

/* For a policy that nothing was read to yet. NULL without memory. */
struct cupel_policy_sources *cupel_sources_make(void);

/* What is read from now on comes from this document. Returns 0, -ENOMEM or -E2BIG. */
CUPEL_MUST_CHECK int cupel_sources_add(struct cupel_policy_sources *sources,
                                       struct cupel_document *document, const char *name);

/* A part or a limit was given by the document that is read now. */
static inline void cupel_sources_note(struct cupel_policy_sources *sources,
                                      enum cupel_policy_part part)
{
    sources->parts[part] = (int)sources->count - 1;
}

static inline void cupel_sources_note_limit(struct cupel_policy_sources *sources, size_t index)
{
    sources->limits[index] = (int)sources->count - 1;
}

void cupel_sources_free(struct cupel_policy_sources *sources);

#endif
