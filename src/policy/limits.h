/* The table of limits: their keys, units and ranges. */
#ifndef CUPEL_POLICY_LIMITS_H
#define CUPEL_POLICY_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/limits.h"

enum cupel_limit_unit {
    CUPEL_UNIT_DURATION,
    CUPEL_UNIT_BYTES,
    CUPEL_UNIT_COUNT,
    CUPEL_UNIT_MILLI, /* a number, kept in thousandths */
};

struct cupel_limit_key {
    const char *key;
    size_t offset; /* of a uint64_t in struct cupel_limits */
    uint64_t min;
    uint64_t max;
    enum cupel_limit_unit unit;
    bool optional; /* a policy that extends none need not give it */
};

#define CUPEL_LIMIT_KEYS 13 /* see CUPEL_PART_LIMIT */

extern const struct cupel_limit_key cupel_limit_keys[CUPEL_LIMIT_KEYS];

uint64_t cupel_limit_value(const struct cupel_limits *limits,
                           const struct cupel_limit_key *key);

#endif
