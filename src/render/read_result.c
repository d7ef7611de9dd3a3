/* cupel.result/1, as src/render/result.c writes it for staff. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "cupel/render.h"
#include "render/names.h"
#include "render/read.h"
#include "render/view.h"

/* The one word that a key has. */
static int read_schema(const struct read_place *place, void *object, const struct read_key *key,
                       struct cupel_error *err)
{
    const char *text = json_string_value(place->json);

    (void)object;
    if (text == NULL || strcmp(text, key->names[0]) != 0)
        return read_fail_expected(place, key, key->names[0], err);
    return 0;
}

/* A failure that is not the learner's has no score. */
static int read_score(const struct read_place *place, void *object, const struct read_key *key,
                      struct cupel_error *err)
{
    struct cupel_result *result = object;
    double *score = read_target(object, key);

    if (render_is_scored(result))
        return read_points(place, object, key, err);
    *score = NAN;
    if (json_is_null(place->json))
        return 0;
    return read_fail(place, err, "expected null, as the status is \"%s\"",
                     cupel_status_names[result->status]);
}

/* RFC 3339, in UTC, as it is written: with all its digits. */
static int read_instant(const struct read_place *place, void *object,
                        const struct read_key *key, struct cupel_error *err)
{
    static const char format[] = "%Y-%m-%dT%H:%M:%SZ";
    struct timespec *ret = read_target(object, key);
    const char *text = json_string_value(place->json);
    struct tm utc = {0};
    struct tm same;
    char again[64] = "";

    const char *end = text != NULL ? strptime(text, format, &utc) : NULL;
    time_t seconds = timegm(&utc);
    if (end == NULL || *end != '\0' || gmtime_r(&seconds, &same) == NULL ||
        strftime(again, sizeof(again), format, &same) == 0 || strcmp(again, text) != 0)
        return read_fail_expected(place, key, "an instant such as \"2026-01-01T00:00:00Z\"",
                                  err);
    *ret = (struct timespec){.tv_sec = seconds};
    return 0;
}

#define BUILD(member) .offset = offsetof(struct cupel_build_result, member)

static const struct read_shape build_shape = {
    .size = sizeof(struct cupel_build_result),
    .keys =
        (const struct read_key[]){
            {"id", read_text, BUILD(id)},
            {"passed", read_bool, BUILD(passed)},
            {"output", read_text, BUILD(output)},
            {"message", read_text, BUILD(message), .nullable = true},
            {"run", read_object, BUILD(run), .beside = offsetof(struct cupel_build_result, ran),
             .shape = &read_run_shape, .nullable = true},
            {0},
        },
};

#define TEST(member) .offset = offsetof(struct cupel_test_result, member)

static const struct read_shape judge_shape = {
    .keys =
        (const struct read_key[]){
            {"output", read_text, TEST(judge_output)},
            {"run", read_object, TEST(judge_run), .shape = &read_run_shape},
            {0},
        },
};

/* A harness's tests have no run of their own, whether they ran or not. */
static int finish_test(const struct read_place *place, void *object, struct cupel_error *err)
{
    struct cupel_test_result *test = object;

    (void)place;
    (void)err;
    if (test->harness != NULL)
        test->ran = test->verdict != CUPEL_VERDICT_SKIPPED;
    return 0;
}

static const struct read_shape test_shape = {
    .size = sizeof(struct cupel_test_result),
    .finish = finish_test,
    .keys =
        (const struct read_key[]){
            {"id", read_text, TEST(id)},
            {"title", read_text, TEST(title), .nullable = true},
            {"verdict", read_choice, TEST(verdict), .names = cupel_verdict_names},
            {"reason", read_choice, TEST(reason), .names = cupel_reason_names,
             .nullable = true},
            {"score", read_points, TEST(score)},
            {"max_score", read_points, TEST(max_score)},
            {"bonus", read_bool, TEST(bonus)},
            {"visibility", read_choice, TEST(visibility), .names = cupel_visibility_names},
            {"separation", read_either, TEST(in_process), .names = render_separation_names},
            {"harness", read_text, TEST(harness), .nullable = true},
            {"output", read_text, TEST(output)},
            {"message", read_text, TEST(message), .nullable = true},
            {"difference", read_text, TEST(difference), .nullable = true},
            {"run", read_object, TEST(run), .beside = offsetof(struct cupel_test_result, ran),
             .shape = &read_run_shape, .nullable = true},
            {"judge", read_object, .beside = offsetof(struct cupel_test_result, judge_ran),
             .shape = &judge_shape, .nullable = true},
            {0},
        },
};

static const struct read_shape undeclared_shape = {
    .size = sizeof(struct cupel_undeclared_test),
    .keys =
        (const struct read_key[]){
            {"id", read_text, .offset = offsetof(struct cupel_undeclared_test, id)},
            {"verdict", read_choice, .offset = offsetof(struct cupel_undeclared_test, verdict),
             .names = cupel_verdict_names},
            {0},
        },
};

#define HARNESS(member) .offset = offsetof(struct cupel_harness_result, member)

static const struct read_shape harness_shape = {
    .size = sizeof(struct cupel_harness_result),
    .keys =
        (const struct read_key[]){
            {"id", read_text, HARNESS(id)},
            {"separation", read_either, HARNESS(in_process), .names = render_separation_names},
            {"passed", read_bool, HARNESS(passed)},
            {"message", read_text, HARNESS(message), .nullable = true},
            {"output", read_text, HARNESS(output)},
            {"run", read_object, HARNESS(run),
             .beside = offsetof(struct cupel_harness_result, ran), .shape = &read_run_shape,
             .nullable = true},
            {"undeclared", read_list, HARNESS(undeclared),
             .beside = offsetof(struct cupel_harness_result, undeclared_count),
             .shape = &undeclared_shape},
            {"withheld", read_bool, HARNESS(withheld)},
            {0},
        },
};

#define GROUP(member) .offset = offsetof(struct cupel_group_result, member)

static const struct read_shape group_shape = {
    .size = sizeof(struct cupel_group_result),
    .keys =
        (const struct read_key[]){
            {"id", read_text, GROUP(id)},
            {"title", read_text, GROUP(title), .nullable = true},
            {"score", read_points, GROUP(score)},
            {"max_score", read_points, GROUP(max_score)},
            {"bonus", read_bool, GROUP(bonus)},
            {"tests", read_strings, GROUP(tests)},
            {"withheld", read_bool, GROUP(withheld)},
            {0},
        },
};

#define PENALTY(member) .offset = offsetof(struct cupel_penalty_result, member)

static const struct read_shape penalty_shape = {
    .size = sizeof(struct cupel_penalty_result),
    .keys =
        (const struct read_key[]){
            {"id", read_text, PENALTY(id)},
            {"points", read_points, PENALTY(points)},
            {"tests", read_strings, PENALTY(tests)},
            {"learner_points", read_points, PENALTY(learner_points)},
            {"withheld", read_bool, PENALTY(withheld)},
            {0},
        },
};

#define ENTRY(member) .offset = offsetof(struct cupel_leaderboard_entry, member)

static const struct read_shape entry_shape = {
    .size = sizeof(struct cupel_leaderboard_entry),
    .keys =
        (const struct read_key[]){
            {"name", read_text, ENTRY(name)},
            {"value", read_number, ENTRY(value), .nullable = true},
            {"order", read_either, ENTRY(descending), .names = render_order_names},
            {"withheld", read_bool, ENTRY(withheld)},
            {0},
        },
};

#define RESULT(member) .offset = offsetof(struct cupel_result, member)
#define LIST(items, length, of_what)                                                           \
    read_list, RESULT(items), .beside = offsetof(struct cupel_result, length),                 \
                              .shape = &(of_what)

static const struct read_shape grader_shape = {
    .keys =
        (const struct read_key[]){
            {"name", read_text, RESULT(grader_name), .nullable = true},
            {"version", read_text, RESULT(grader_version), .nullable = true},
            {"sha256", read_sha256, RESULT(grader_sha256), .nullable = true},
            {0},
        },
};

static const struct read_shape submission_shape = {
    .keys =
        (const struct read_key[]){
            {"sha256", read_sha256, RESULT(submission_sha256), .nullable = true},
            {"files", read_u64, RESULT(submission_files), .nullable = true},
            {"bytes", read_u64, RESULT(submission_bytes), .nullable = true},
            {"warnings", read_strings, RESULT(warnings)},
            {0},
        },
};

/* Which tests are in a group: by a set, since they may be too many to look for each. */
static int read_membership(const struct read_place *place, void *object,
                           struct cupel_error *err)
{
    struct cupel_result *result = object;
    json_t *grouped = json_object();
    int r = 0;

    (void)place;
    for (size_t i = 0; i < result->group_count; i++) {
        for (char **id = result->groups[i].tests; id != NULL && *id != NULL; id++)
            r |= json_object_set_new_nocheck(grouped, *id, json_true());
    }
    for (size_t i = 0; i < result->test_count; i++)
        result->tests[i].in_group = json_object_get(grouped, result->tests[i].id) != NULL;
    json_decref(grouped);
    return r == 0 ? 0 : cupel_fail(err, -ENOMEM, "out of memory");
}

static const char *const schemas[] = {"cupel.result/1", NULL};

static const struct read_shape result_shape = {
    .finish = read_membership,
    .keys =
        (const struct read_key[]){
            {"schema", read_schema, .names = schemas},
            {"status", read_choice, RESULT(status), .names = cupel_status_names},
            {"grader", read_object, .shape = &grader_shape},
            {"submission", read_object, .shape = &submission_shape},
            {"score", read_score, RESULT(score)},
            {"max_score", read_points, RESULT(max_score)},
            {"learner_score", read_score, RESULT(learner_score)},
            {"learner_max_score", read_points, RESULT(learner_max_score)},
            {"message", read_text, RESULT(message), .nullable = true},
            {"build", LIST(builds, build_count, build_shape)},
            {"judge_build", LIST(judge_builds, judge_build_count, build_shape)},
            {"tests", LIST(tests, test_count, test_shape)},
            {"harnesses", LIST(harnesses, harness_count, harness_shape)},
            {"groups", LIST(groups, group_count, group_shape)},
            {"penalties", LIST(penalties, penalty_count, penalty_shape)},
            {"leaderboard", LIST(leaderboard, leaderboard_count, entry_shape)},
            {"started_at", read_instant, RESULT(started_at)},
            {"wall_seconds", read_seconds, RESULT(wall_ns)},
            {0},
        },
};

int cupel_render_read_result(const json_t *document, struct cupel_result *ret,
                             struct cupel_error *err)
{
    struct read_place root = {.json = document};
    struct cupel_result result = {0};

    int r = read_shaped(&root, &result, &result_shape, err);
    if (r < 0) {
        cupel_result_clear(&result);
        return r;
    }
    *ret = result;
    return 0;
}
