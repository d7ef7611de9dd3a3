#include "service/worker_spec.h"

#include <errno.h>
#include <string.h>

#include "cupel/text.h"

static const char *const limit_names[] = {"wall",   "cpu",  "memory",    "processes",
                                          "output", "disk", "file-size", "open-files",
                                          "cpus",   NULL};

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

static bool is_limit(const char *name, const json_t *value)
{
    bool is_known = false;

    for (size_t i = 0; limit_names[i] != NULL; i++)
        is_known = is_known || strcmp(limit_names[i], name) == 0;
    return is_known && (json_is_string(value) || json_is_number(value));
}

static bool are_limits(json_t *limits)
{
    const char *name;
    json_t *value;

    json_object_foreach(limits, name, value)
    {
        if (!is_limit(name, value))
            return false;
    }
    return limits == NULL || json_is_object(limits);
}

static bool is_absent_or_string(const json_t *document, const char *key)
{
    const json_t *value = json_object_get(document, key);

    return value == NULL || json_is_null(value) || json_is_string(value);
}

static const char *find_fault(const json_t *document)
{
    const char *policy = json_string_value(json_object_get(document, "policy"));

    if (!is_command(json_object_get(document, "command")))
        return "command is no list of strings";
    if (!is_absent_or_string(document, "policy") ||
        (policy != NULL && (strchr(policy, '/') != NULL || policy[0] == '\0')))
        return "policy is no name";
    if (!is_absent_or_string(document, "environment"))
        return "environment is no name";
    if (!is_absent_or_string(document, "stdin"))
        return "stdin is no SHA-256";
    return are_limits(json_object_get(document, "limits"))
               ? NULL
               : "limits are not those of cupel run";
}

int worker_spec_run(const char *spec, struct worker_run *ret, struct cupel_error *err)
{
    struct worker_run run = {.document = parse(spec)};
    const char *fault = json_is_object(run.document) ? find_fault(run.document) : "no object";

    if (fault != NULL) {
        json_decref(run.document);
        return cupel_fail(err, -EPROTO, "the job's spec is none of a run: %s", fault);
    }
    run.input = json_string_value(json_object_get(run.document, "stdin"));
    *ret = run;
    return 0;
}

static void add_limit(const char *name, const json_t *value, struct worker_arguments *ret)
{
    if (json_is_string(value))
        worker_arguments_add(ret, "--%s=%s", name, json_string_value(value));
    else if (json_is_integer(value))
        worker_arguments_add(ret, "--%s=%jd", name, (intmax_t)json_integer_value(value));
    else
        worker_arguments_add(ret, "--%s=%.17g", name, json_real_value(value));
}

void worker_spec_add_options(const struct worker_run *run, struct worker_arguments *ret)
{
    static const char *const names[] = {"policy", "environment"};
    const char *name;
    json_t *value;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = json_string_value(json_object_get(run->document, names[i]));
        if (text != NULL)
            worker_arguments_add(ret, "--%s=%s", names[i], text);
    }
    json_object_foreach(json_object_get(run->document, "limits"), name, value)
    {
        add_limit(name, value, ret);
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
