/* Quantities as people write them: "256 MiB", "250 ms". Pure. */
#ifndef CUPEL_UNITS_H
#define CUPEL_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define CUPEL_NS_PER_S  1000000000ULL
#define CUPEL_NS_PER_US 1000ULL

/*
 * Parse a size: a decimal number (a fraction is allowed: "1.5 GiB"), optional blanks, and one
 * of B, KiB, MiB, GiB, TiB, kB, MB, GB, TB (no unit: bytes). ret: bytes, written on success
 * only. Returns 0; -EINVAL if malformed, with what was expected in err; -ERANGE past 2^63-1.
 */
CUPEL_MUST_CHECK int cupel_units_parse_bytes(const char *text, uint64_t *ret,
                                             struct cupel_error *err);

/* As above for durations: ns, us, ms, s, min, h; a number without unit is refused. ret: ns. */
CUPEL_MUST_CHECK int cupel_units_parse_duration(const char *text, uint64_t *ret,
                                                struct cupel_error *err);

/* "256 MiB", "1.5 GiB", "1000 B": at most two decimals, rounded down. Returns buf. */
const char *cupel_units_format_bytes(uint64_t bytes, char *buf, size_t size);

/* "1.03 s", "250 ms", "12 us", rounded down; what is exact in fewer decimals has fewer: "1 s",
 * "1.5 s". Returns buf. */
const char *cupel_units_format_duration(uint64_t ns, char *buf, size_t size);

#endif
