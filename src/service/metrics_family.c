#include "service/metrics_family.h"

#include <string.h>

const double metrics_bounds[METRICS_BUCKETS] = {0.05, 0.1, 0.25, 0.5, 1,   2.5,
                                                5,    10,  30,   60,  300, 1800};

const char *metrics_label(const char *name, const char *value, size_t size, char *ret)
{
    size_t len = (size_t)snprintf(ret, size, "%s=\"", name);

    for (; *value != '\0' && len + 4 < size; value++) {
        if (*value == '\n' || *value == '"' || *value == '\\')
            ret[len++] = '\\';
        ret[len++] = *value == '\n' ? 'n' : *value;
    }
    /* A character that was cut in two is left out. */
    while (*value != '\0' && len > 0 && ((unsigned char)ret[len - 1] & 0x80U) != 0)
        len--;
    ret[len++] = '"';
    ret[len] = '\0';
    return ret;
}

static struct metrics_series *find(struct metrics_family *family, const char *labels)
{
    for (size_t i = 0; i < family->count; i++) {
        if (strcmp(family->series[i].labels, labels) == 0)
            return &family->series[i];
    }
    if (family->count > METRICS_SERIES_MAX)
        return &family->series[METRICS_SERIES_MAX];
    if (family->count == METRICS_SERIES_MAX)
        labels = family->capped;
    struct metrics_series *series = &family->series[family->count++];
    (void)snprintf(series->labels, sizeof(series->labels), "%s", labels);
    return series;
}

void metrics_count(struct metrics_family *family, const char *labels, uint64_t more)
{
    find(family, labels)->count += more;
}

void metrics_observe(struct metrics_family *family, const char *labels, double seconds)
{
    struct metrics_series *series = find(family, labels);

    series->count++;
    series->sum += seconds;
    for (size_t i = 0; i < METRICS_BUCKETS; i++)
        series->buckets[i] += seconds <= metrics_bounds[i] ? 1 : 0;
}

static void put_histogram(const char *name, const struct metrics_series *series, FILE *out)
{
    for (size_t i = 0; i < METRICS_BUCKETS; i++)
        (void)fprintf(out, "%s_bucket{%s,le=\"%g\"} %llu\n", name, series->labels,
                      metrics_bounds[i], (unsigned long long)series->buckets[i]);
    (void)fprintf(out, "%s_bucket{%s,le=\"+Inf\"} %llu\n", name, series->labels,
                  (unsigned long long)series->count);
    (void)fprintf(out, "%s_sum{%s} %.9g\n%s_count{%s} %llu\n", name, series->labels,
                  series->sum, name, series->labels, (unsigned long long)series->count);
}

void metrics_put(const struct metrics_family *family, FILE *out)
{
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
                  family->type);
    for (size_t i = 0; i < family->count; i++) {
        const struct metrics_series *series = &family->series[i];
        if (strcmp(family->type, "histogram") == 0)
            put_histogram(family->name, series, out);
        else
            (void)fprintf(out, "%s{%s} %llu\n", family->name, series->labels,
                          (unsigned long long)series->count);
    }
}
