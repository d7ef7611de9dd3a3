/* Judges that are programs of staff's: how their cell is built, checkers and interactors. */
#include <inttypes.h>

#include "cupel/units.h"
#include "grader/definition.h"

#define MORE_NS CUPEL_NS_PER_S

void cupel_definition_read_judge(struct definition *definition, const struct cupel_field *root)
{
    static const char *const keys[] = {"build", NULL};
    struct cupel_grader *grader = definition->grader;
    struct cupel_field field;

    if (!cupel_field_get(root, "judge", &field) || !cupel_field_is_object(&field))
        return;
    (void)cupel_field_only_keys(&field, keys);
    cupel_definition_read_builds(definition, &field, &cupel_definition_no_defaults, "judge",
                                 &grader->judge_builds, &grader->judge_build_count);
}

static void read_decider(struct definition *definition, const struct cupel_field *object,
                         enum cupel_judging judging, struct cupel_grader_test *test)
{
    static const char *const keys[] = {"run", "protocol", "policy", "limits", "env", NULL};
    struct cupel_field field;
    size_t choice = 0;

    test->judging = judging;
    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, keys);
    cupel_definition_read_step(definition, object, &cupel_definition_no_defaults, "judge",
                               &test->judge);
    if (cupel_field_get(object, "protocol", &field) &&
        cupel_field_choice(&field, cupel_protocol_names, &choice))
        test->protocol = (enum cupel_protocol)choice;
}

void cupel_definition_read_decider(struct definition *definition,
                                   const struct cupel_field *object,
                                   struct cupel_grader_test *test)
{
    struct cupel_field check;
    struct cupel_field interact;
    bool has_check = cupel_field_get(object, "check", &check);
    bool has_interact = cupel_field_get(object, "interact", &interact);

    if (has_check && has_interact)
        (void)cupel_field_fail_key(&interact,
                                   "check is given as well; expected one of the two");
    if (has_check)
        read_decider(definition, &check, CUPEL_JUDGED_BY_CHECKER, test);
    else if (has_interact)
        read_decider(definition, &interact, CUPEL_JUDGED_BY_INTERACTOR, test);
}

void cupel_definition_check_patience(const struct cupel_field *field,
                                     const struct cupel_step *waiting,
                                     const struct cupel_step *awaited)
{
    char own[32];
    char others[32];

    if (waiting->policy == NULL || awaited->policy == NULL ||
        waiting->limits.wall_ns >= awaited->limits.wall_ns + MORE_NS)
        return;
    (void)cupel_field_fail(
        field,
        "its wall limit of %s must be at least 1 s longer than that of the program that it "
        "waits for, which is %s",
        cupel_units_format_duration(waiting->limits.wall_ns, own, sizeof(own)),
        cupel_units_format_duration(awaited->limits.wall_ns, others, sizeof(others)));
}

/* Input, output and answer are files of its run, which has room for so much. */
static void check_size(const struct cupel_field *check, const struct cupel_grader_test *test)
{
    uint64_t output =
        test->judging == CUPEL_JUDGED_BY_CHECKER ? test->step.limits.stdout_bytes : 0;
    char found[32];

    if (output <= CUPEL_RUN_FILES_BYTES &&
        output + test->stdin_len + test->expected_len <= CUPEL_RUN_FILES_BYTES)
        return;
    (void)cupel_field_fail(
        check,
        "is given input, output and answer, of at most 64 MiB together; this test's may come "
        "to %s",
        cupel_units_format_bytes(output > CUPEL_RUN_FILES_BYTES
                                     ? output
                                     : output + test->stdin_len + test->expected_len,
                                 found, sizeof(found)));
}

void cupel_definition_check_decider(const struct cupel_field *object,
                                    const struct cupel_grader_test *test)
{
    struct cupel_field field;

    if (test->judging == CUPEL_JUDGED_BY_INTERACTOR &&
        cupel_field_get(object, "interact", &field)) {
        cupel_definition_check_patience(&field, &test->judge, &test->step);
        check_size(&field, test);
    } else if (cupel_field_get(object, "check", &field)) {
        check_size(&field, test);
    }
}
