/* A child that widens what its parent gave says why. */
#ifndef CUPEL_POLICY_WIDENING_H
#define CUPEL_POLICY_WIDENING_H

#include <stdbool.h>

#include "cupel/document.h"

struct cupel_widening {
    bool is_root; /* there is nothing to widen */
    bool has_why; /* the document gives a reason at its top */
};

/* False with a diagnostic if field, which does what `what` says, has no reason. */
bool cupel_widening_check(const struct cupel_widening *widening,
                          const struct cupel_field *field, const char *what);

#endif
