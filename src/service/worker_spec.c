#include "service/worker_spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/limits.h"
#include "cupel/text.h"
#include "cupel/units.h"

#define COUNT_MAX    1000000
#define CPUS_MIN     0.01
#define STDIN_DIGITS 64

enum unit { TIME, SIZE, COUNT, CPUS };

static const struct {
    const char *name; /* of the option of cupel run, as that takes it */
    enum unit unit;
} limits[] = {
    {"wall", TIME},       {"cpu", TIME},         {"memory", SIZE},
    {"processes", COUNT}, {"output", SIZE},      {"disk", SIZE},
    {"file-size", SIZE},  {"open-files", COUNT}, {"cpus", CPUS},
};

#define LIMIT_COUNT     (sizeof(limits) / sizeof(limits[0]))
#define LIMIT_TEXT_SIZE 40

static json_t *parse(const char *spec)
{
    return json_loads(spec, JSON_REJECT_DUPLICATES, NULL);
}

int worker_spec_submission(const char *spec, struct worker_submission *ret,
                           struct cupel_error *err)
{
    struct worker_submission submission = {.document = parse(spec)};
    const char *form = "";

    if (json_unpack(submission.document, "{s:{s:s, s:s, s:s}}", "submission", "sha256",
                    &submission.sha256, "name", &submission.name, "form", &form) < 0 ||
        (strcmp(form, "file") != 0 && strcmp(form, "tree") != 0)) {
        json_decref(submission.document);
        return cupel_fail(err, -EPROTO,
                          "the job's spec names no submission: sha256, name, and form file or "
                          "tree were expected");
    }
    submission.is_tree = strcmp(form, "tree") == 0;
    *ret = submission;
    return 0;
}

static bool is_command(const json_t *command)
{
    json_t *word;
    size_t i;

    json_array_foreach(command, i, word)
    {
        if (!json_is_string(word))
            return false;
    }
    return json_array_size(command) > 0;
}

/* As the option's value. NULL: it is neither text nor a number. */
static const char *limit_text(const json_t *value, char buf[static LIMIT_TEXT_SIZE])
{
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        (void)snprintf(buf, LIMIT_TEXT_SIZE, "%jd", (intmax_t)json_integer_value(value));
    else if (json_is_real(value))
        (void)snprintf(buf, LIMIT_TEXT_SIZE, "%.17g", json_real_value(value));
    else
        return NULL;
    return buf;
}

static int check_number(const char *text, double min, double max, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char *end = NULL;
    double value = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

    if (end == NULL || *end != '\0' || !(value >= min && value <= max))
        return cupel_fail(err, -EINVAL, "expected a number from %g to %.0f, found \"%s\"", min,
                          max, cupel_text_excerpt(text, excerpt));
    return 0;
}

static int check_value(enum unit unit, const char *text, struct cupel_error *err)
{
    uint64_t value = 1;
    int r = 0;

    switch (unit) {
    case TIME:
        r = cupel_units_parse_duration(text, &value, err);
        break;
    case SIZE:
        r = cupel_units_parse_bytes(text, &value, err);
        break;
    case COUNT:
        if (text[strspn(text, "0123456789")] != '\0')
            return cupel_fail(err, -EINVAL, "expected a whole number");
        r = check_number(text, 1, COUNT_MAX, err);
        break;
    case CPUS:
        r = check_number(text, CPUS_MIN, CUPEL_CPUS_ALL / 1000.0, err);
        break;
    }
    return r == 0 && value == 0 ? cupel_fail(err, -EINVAL, "expected more than 0") : r;
}

static int check_limit(const char *name, const json_t *value, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char buf[LIMIT_TEXT_SIZE];
    const char *text = limit_text(value, buf);
    struct cupel_error why = {0};
    size_t i = 0;

    while (i < LIMIT_COUNT && strcmp(limits[i].name, name) != 0)
        i++;
    if (i == LIMIT_COUNT)
        return cupel_fail(err, -EINVAL,
                          "\"limits\": unknown limit \"%s\"; expected wall, cpu, memory, "
                          "processes, output, disk, file-size, open-files or cpus",
                          cupel_text_excerpt(name, excerpt));
    if (text == NULL)
        return cupel_fail(err, -EINVAL, "\"limits\".\"%s\": expected a string or a number",
                          name);
    return check_value(limits[i].unit, text, &why) < 0
               ? cupel_fail(err, -EINVAL, "\"limits\".\"%s\": %s", name, why.text)
               : 0;
}

static int check_limits(json_t *object, struct cupel_error *err)
{
    const char *name;
    json_t *value;
    int r = 0;

    if (object != NULL && !json_is_object(object))
        return cupel_fail(err, -EINVAL, "\"limits\": expected an object");
    json_object_foreach(object, name, value)
    {
        r = check_limit(name, value, err);
        if (r < 0)
            break;
    }
    return r;
}

/* A string, or absent as null is; *ret is NULL then. */
static bool take_text(const json_t *document, const char *key, const char **ret)
{
    const json_t *value = json_object_get(document, key);

    *ret = json_string_value(value);
    return value == NULL || json_is_null(value) || *ret != NULL;
}

/* What `cupel run` takes for a path is none. */
static bool is_policy(const char *text)
{
    static const char suffix[] = ".json";
    size_t len = strlen(text);

    return len > 0 && strchr(text, '/') == NULL &&
           (len < strlen(suffix) || strcmp(text + len - strlen(suffix), suffix) != 0);
}

int worker_spec_check_run(const json_t *document, struct cupel_error *err)
{
    const char *text = NULL;

    if (!json_is_object(document))
        return cupel_fail(err, -EINVAL, "expected an object");
    if (!is_command(json_object_get(document, "command")))
        return cupel_fail(err, -EINVAL,
                          "\"command\": expected a list of strings, one at least");
    if (!take_text(document, "policy", &text) || (text != NULL && !is_policy(text)))
        return cupel_fail(err, -EINVAL, "\"policy\": expected the name of one");
    if (!take_text(document, "environment", &text) ||
        (text != NULL && strcmp(text, "host") != 0))
        return cupel_fail(err, -EINVAL, "\"environment\": expected host, the only one");
    if (!take_text(document, "stdin", &text) ||
        (text != NULL &&
         (strlen(text) != STDIN_DIGITS || strspn(text, "0123456789abcdef") != STDIN_DIGITS)))
        return cupel_fail(err, -EINVAL,
                          "\"stdin\": expected a SHA-256 as 64 lower-case digits");
    return check_limits(json_object_get(document, "limits"), err);
}

int worker_spec_check_memory(const json_t *document, uint64_t memory_bytes,
                             struct cupel_error *err)
{
    const json_t *value = json_object_get(json_object_get(document, "limits"), "memory");
    char buf[LIMIT_TEXT_SIZE];
    uint64_t limit = 0;

    if (memory_bytes == 0)
        return cupel_fail(err, -EINVAL, "\"memory\": expected more than 0");
    if (value == NULL)
        return 0;
    int r = cupel_units_parse_bytes(limit_text(value, buf), &limit, err);
    if (r < 0 || limit <= memory_bytes)
        return r;
    return cupel_fail(err, -EINVAL,
                      "\"limits\".\"memory\": expected no more than \"memory\", what the job "
                      "asks for: %ju bytes, found %ju",
                      (uintmax_t)memory_bytes, (uintmax_t)limit);
}

int worker_spec_run(const char *spec, struct worker_run *ret, struct cupel_error *err)
{
    struct worker_run run = {.document = parse(spec)};
    struct cupel_error why = {0};

    if (worker_spec_check_run(run.document, &why) < 0) {
        json_decref(run.document);
        return cupel_fail(err, -EPROTO, "the job's spec is none of a run: %s", why.text);
    }
    run.input = json_string_value(json_object_get(run.document, "stdin"));
    *ret = run;
    return 0;
}

void worker_spec_add_options(const struct worker_run *run, uint64_t memory_bytes,
                             struct worker_arguments *ret)
{
    static const char *const names[] = {"policy", "environment"};
    json_t *limited = json_object_get(run->document, "limits");
    const char *name;
    json_t *value;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = json_string_value(json_object_get(run->document, names[i]));
        if (text != NULL)
            worker_arguments_add(ret, "--%s=%s", names[i], text);
    }
    if (json_object_get(limited, "memory") == NULL)
        worker_arguments_add(ret, "--memory=%ju", (uintmax_t)memory_bytes);
    json_object_foreach(limited, name, value)
    {
        char buf[LIMIT_TEXT_SIZE];
        worker_arguments_add(ret, "--%s=%s", name, limit_text(value, buf));
    }
}

void worker_spec_add_command(const struct worker_run *run, struct worker_arguments *ret)
{
    json_t *word;
    size_t i;

    worker_arguments_add(ret, "--");
    json_array_foreach(json_object_get(run->document, "command"), i, word)
    {
        worker_arguments_add(ret, "%s", json_string_value(word));
    }
}

const char *worker_file_name(const char *name, char ret[static WORKER_NAME_SIZE])
{
    const char *slash = strrchr(name, '/');
    size_t len = 0;

    for (const char *c = slash == NULL ? name : slash + 1;
         *c != '\0' && len + 1 < WORKER_NAME_SIZE; c++) {
        if ((unsigned char)*c >= 0x20 && *c != 0x7f)
            ret[len++] = *c;
    }
    len = cupel_text_utf8_prefix(ret, len);
    ret[len] = '\0';
    if (len == 0 || strcmp(ret, ".") == 0 || strcmp(ret, "..") == 0)
        (void)strncpy(ret, "submission", WORKER_NAME_SIZE);
    return ret;
}
