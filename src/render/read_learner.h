/* What the document for staff says of learners only by the tests that it names. Internal to
 * src/render. */
#ifndef CUPEL_RENDER_READ_LEARNER_H
#define CUPEL_RENDER_READ_LEARNER_H

#include "render/read.h"

/*
 * Whether tests are in a group, what is withheld, and the learner's figures, of a struct
 * cupel_result whose keys are read. Where a test is hidden, the document does not tell all of
 * that: everything is withheld then that might tell of it, and figures are NaN. Returns 0 or
 * -ENOMEM.
 */
int read_learner(const struct read_place *place, void *object, struct cupel_error *err);

#endif
