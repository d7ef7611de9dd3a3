#include "policy/limits.h"

#include <string.h>

#include "cupel/policy.h"
#include "cupel/units.h"

#define KIB           1024ULL
#define MIB           (1024 * KIB)
#define TIB           (MIB * MIB)
#define HOUR          (3600 * CUPEL_NS_PER_S)
#define OFFSET(field) offsetof(struct cupel_limits, field)
#define FORMATTED     32

/* The least values are what a program needs to start at all; a size of 0 would mean "no limit"
 * to tmpfs. */
const struct cupel_limit_key cupel_limit_keys[CUPEL_LIMIT_KEYS] = {
    {"wall", OFFSET(wall_ns), 1000000, 24 * HOUR, CUPEL_UNIT_DURATION, false},
    {"cpu", OFFSET(cpu_ns), 1000000, 24 * HOUR, CUPEL_UNIT_DURATION, false},
    {"memory", OFFSET(memory_bytes), MIB, TIB, CUPEL_UNIT_BYTES, false},
    {"processes", OFFSET(processes), 1, 32768, CUPEL_UNIT_COUNT, false},
    {"open_files", OFFSET(open_files), 4, 65536, CUPEL_UNIT_COUNT, false},
    {"file_size", OFFSET(file_size_bytes), 0, TIB, CUPEL_UNIT_BYTES, false},
    {"disk", OFFSET(disk_bytes), 64 * KIB, TIB, CUPEL_UNIT_BYTES, false},
    {"inodes", OFFSET(inodes), 16, 16 * MIB, CUPEL_UNIT_COUNT, false},
    {"output", OFFSET(output_bytes), 0, TIB, CUPEL_UNIT_BYTES, false},
    {"stdout", OFFSET(stdout_bytes), 0, TIB, CUPEL_UNIT_BYTES, true},
    {"stderr", OFFSET(stderr_bytes), 0, TIB, CUPEL_UNIT_BYTES, true},
    {"stack", OFFSET(stack_bytes), 64 * KIB, TIB, CUPEL_UNIT_BYTES, false},
    {"cpus", OFFSET(cpus_milli), 10, CUPEL_CPUS_ALL, CUPEL_UNIT_MILLI, true},
};

uint64_t cupel_limit_value(const struct cupel_limits *limits, const struct cupel_limit_key *key)
{
    uint64_t value;

    memcpy(&value, (const char *)limits + key->offset, sizeof(value));
    return value;
}

static void set_value(struct cupel_limits *limits, const struct cupel_limit_key *key,
                      uint64_t value)
{
    memcpy((char *)limits + key->offset, &value, sizeof(value));
}

static const char *format(const struct cupel_limit_key *key, uint64_t value,
                          char buf[static FORMATTED])
{
    return key->unit == CUPEL_UNIT_DURATION ? cupel_units_format_duration(value, buf, FORMATTED)
                                            : cupel_units_format_bytes(value, buf, FORMATTED);
}

static bool read_milli(const struct cupel_field *field, const struct cupel_limit_key *key,
                       uint64_t *ret)
{
    double value;

    if (!cupel_field_number(field, (double)key->min / 1000, (double)key->max / 1000, &value))
        return false;
    *ret = (uint64_t)(value * 1000 + 0.5);
    return true;
}

static bool read_one(const struct cupel_field *field, const struct cupel_limit_key *key,
                     uint64_t *ret)
{
    char min[FORMATTED];
    char max[FORMATTED];
    char given[FORMATTED];
    uint64_t value;

    if (key->unit == CUPEL_UNIT_COUNT)
        return cupel_field_uint(field, key->min, key->max, ret);
    if (key->unit == CUPEL_UNIT_MILLI)
        return read_milli(field, key, ret);
    bool ok = key->unit == CUPEL_UNIT_DURATION ? cupel_field_duration(field, &value)
                                               : cupel_field_bytes(field, &value);
    if (!ok)
        return false;
    if (value < key->min || value > key->max)
        return cupel_field_fail(field, "expected %s to %s, found %s",
                                format(key, key->min, min), format(key, key->max, max),
                                format(key, value, given));
    *ret = value;
    return true;
}

/* One stream's share: where it is not given, it follows what both together may have. */
static bool settle_stream(const struct cupel_field *field, const char *key, uint64_t old_output,
                          uint64_t output, uint64_t *stream)
{
    struct cupel_field given;

    if (cupel_field_get(field, key, &given)) {
        if (*stream <= output)
            return true;
        return cupel_field_fail(&given, "more than \"output\", which is both streams together");
    }
    if (*stream == old_output || *stream > output)
        *stream = output;
    return true;
}

bool cupel_policy_read_limits(const struct cupel_field *field, struct cupel_limits *limits)
{
    const char *names[CUPEL_LIMIT_KEYS + 1] = {NULL};
    struct cupel_limits next = *limits;
    struct cupel_field given;

    if (!cupel_field_is_object(field))
        return false;
    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++)
        names[i] = cupel_limit_keys[i].key;
    bool ok = cupel_field_only_keys(field, names);
    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++) {
        uint64_t value;
        if (!cupel_field_get(field, cupel_limit_keys[i].key, &given))
            continue;
        if (read_one(&given, &cupel_limit_keys[i], &value))
            set_value(&next, &cupel_limit_keys[i], value);
        else
            ok = false;
    }
    if (!ok)
        return false;
    ok = settle_stream(field, "stdout", limits->output_bytes, next.output_bytes,
                       &next.stdout_bytes);
    ok = settle_stream(field, "stderr", limits->output_bytes, next.output_bytes,
                       &next.stderr_bytes) &&
         ok;
    if (ok)
        *limits = next;
    return ok;
}
