#include "service/worker_facts.h"

struct facts {
    json_t *verdicts;
    json_t *denied;
    json_t *enforcement;
};

static void count(json_t *counts, const char *name, json_int_t more)
{
    if (name != NULL && more > 0)
        (void)json_object_set_new(
            counts, name,
            json_integer(json_integer_value(json_object_get(counts, name)) + more));
}

static double seconds_of(const json_t *run)
{
    return json_number_value(json_object_get(run, "wall_seconds"));
}

static void take_layers(const json_t *run, json_t *ret)
{
    static const char *const names[] = {"memory", "processes", "landlock_abi"};
    const json_t *enforcement = json_object_get(run, "enforcement");

    if (json_object_size(ret) > 0)
        return;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *value = json_object_get(enforcement, names[i]);
        if (value != NULL)
            (void)json_object_set(ret, names[i], value);
    }
}

/* A run of the learner's. */
static void take_run(const json_t *run, struct facts *facts)
{
    const json_t *calls = json_object_get(run, "denied_syscalls");

    for (size_t i = 0; i < json_array_size(calls); i++) {
        const json_t *call = json_array_get(calls, i);
        count(facts->denied, json_string_value(json_object_get(call, "name")),
              json_integer_value(json_object_get(call, "count")));
    }
    take_layers(run, facts->enforcement);
}

/* Steps of the learner's: builds or tests. Returns how long they took. */
static double take_steps(const json_t *steps, struct facts *facts)
{
    double seconds = 0;

    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        const json_t *run = json_object_get(step, "run");
        count(facts->verdicts, json_string_value(json_object_get(step, "verdict")), 1);
        take_run(run, facts);
        seconds += seconds_of(run);
    }
    return seconds;
}

/* Those of the judge. */
static double seconds_of_steps(const json_t *steps)
{
    double seconds = 0;

    for (size_t i = 0; i < json_array_size(steps); i++)
        seconds += seconds_of(json_object_get(json_array_get(steps, i), "run"));
    return seconds;
}

json_t *worker_facts(const json_t *document)
{
    const json_t *run = json_object_get(document, "run");
    struct facts facts = {
        .verdicts = json_object(), .denied = json_object(), .enforcement = json_object()};

    double build_seconds = take_steps(json_object_get(document, "build"), &facts) +
                           seconds_of_steps(json_object_get(document, "judge_build"));
    double test_seconds = take_steps(json_object_get(document, "tests"), &facts) +
                          seconds_of_steps(json_object_get(document, "harnesses"));
    take_run(run, &facts);
    return json_pack("{s:o, s:o, s:o, s:{s:f, s:f, s:f}}", "verdicts", facts.verdicts, "denied",
                     facts.denied, "enforcement", facts.enforcement, "seconds", "build",
                     build_seconds, "tests", test_seconds, "wall",
                     seconds_of(run != NULL ? run : document));
}
