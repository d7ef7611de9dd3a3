/* A family of counters or histograms, by labels; at most so many of them. Pure. */
#ifndef CUPEL_SERVICE_METRICS_FAMILY_H
#define CUPEL_SERVICE_METRICS_FAMILY_H

#include <stdint.h>
#include <stdio.h>

#define METRICS_SERIES_MAX 100
#define METRICS_LABELS     320 /* bytes of a series' labels */
#define METRICS_BUCKETS    12

extern const double metrics_bounds[METRICS_BUCKETS]; /* seconds; behind the last: +Inf */

struct metrics_series {
    char labels[METRICS_LABELS]; /* 'kind="grade"' */
    double sum;
    uint64_t count;
    uint64_t buckets[METRICS_BUCKETS];
};

struct metrics_family {
    const char *name;
    const char *help;
    const char *type;   /* "counter", "histogram" */
    const char *capped; /* labels of whatever is one too many: 'call="other"' */
    struct metrics_series series[METRICS_SERIES_MAX + 1];
    size_t count;
};

/* 'name="value"' as Prometheus reads it: backslash, quote and line feed are escaped; what does
 * not fit is cut. Returns ret. */
const char *metrics_label(const char *name, const char *value, size_t size, char *ret);

void metrics_count(struct metrics_family *family, const char *labels, uint64_t more);
void metrics_observe(struct metrics_family *family, const char *labels, double seconds);
void metrics_put(const struct metrics_family *family, FILE *out);

#endif
