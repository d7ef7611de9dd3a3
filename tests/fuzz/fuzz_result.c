/*
 * Results of whatever shape: each document that learners get is the same whatever a test did
 * that they do not see; JSON is read back as it was written, and differs in nothing from
 * itself.
 *
 * Input: two bytes a test, which say what is seen of it and how it ended; the rest is what it
 * says.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/score.h"
#include "cupel/text.h"
#include "grader/subset.h"
#include "require.h"

enum { TESTS = 4, SHAPE = 2 * TESTS + 2, FORMATS = 7, TEXT_MAX = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sample {
    struct cupel_test_result tests[TESTS];
    struct cupel_group_result group;
    struct cupel_penalty_result penalty;
    struct cupel_leaderboard_entry entry;
    struct cupel_result result;
    char *members[TESTS + 1];
};

/* What a test did, by a byte; and what is said of it. */
static void fill_outcome(struct cupel_test_result *test, uint8_t how, char *said)
{
    static const char *const marks[] = {"unknown", "SIGSEGV", "cpu", ""};

    test->verdict = (enum cupel_verdict)(how % (CUPEL_VERDICT_ERROR + 1));
    test->reason = (enum cupel_reason)(how % (CUPEL_REASON_HARNESS_FAILED + 1));
    test->ran = test->verdict != CUPEL_VERDICT_SKIPPED;
    test->score = test->verdict == CUPEL_VERDICT_PASSED    ? test->max_score
                  : test->verdict == CUPEL_VERDICT_PARTIAL ? test->max_score * (how % 7) / 7
                                                           : 0;
    test->by_platform = (how & 1) != 0;
    test->judge_ran = (how & 2) != 0;
    test->output = said;
    test->message = how > 9 ? said : NULL;
    test->difference = how > 99 ? said : NULL;
    test->judge_output = said;
    test->run = (struct cupel_outcome){.status = (enum cupel_run_status)(how % 3),
                                       .exit_code = how,
                                       .signal = 1 + how % 31,
                                       .limit = (enum cupel_limit)(how % 5),
                                       .wall_ns = how * 1000003ULL,
                                       .user_ns = how * 10007ULL,
                                       .memory_peak_bytes = how * 4096ULL,
                                       .stdout_bytes = how};
    test->judge_run = test->run;
    (void)strcpy(test->run.error, marks[how % 4]);
}

static void fill_test(struct cupel_test_result *test, char *id, const uint8_t shape[2],
                      char *said)
{
    *test = (struct cupel_test_result){
        .id = id,
        .title = (shape[0] & 4) != 0 ? id : NULL,
        .max_score = shape[0] >> 4,
        .bonus = (shape[0] & 8) != 0,
        .visibility = (enum cupel_visibility)(shape[0] & 3),
        .in_group = (shape[0] & 16) != 0,
    };
    fill_outcome(test, shape[1], said);
}

static void fill(struct sample *sample, const uint8_t shape[SHAPE], char *said)
{
    static char *const ids[] = {"a", "b", "c", "d"};
    static char *culprits[] = {"b", "c", NULL};
    size_t grouped = 0;

    for (size_t i = 0; i < TESTS; i++) {
        fill_test(&sample->tests[i], ids[i], shape + 2 * i, said);
        if (sample->tests[i].in_group)
            sample->members[grouped++] = ids[i];
    }
    sample->members[grouped] = NULL;
    sample->group =
        (struct cupel_group_result){.id = "g", .max_score = 10, .tests = sample->members};
    sample->penalty = (struct cupel_penalty_result){
        .id = "p", .is_percent = shape[8] % 2 == 1, .amount = shape[8], .tests = culprits};
    sample->entry = (struct cupel_leaderboard_entry){
        .name = "fastest", .withheld = sample->tests[0].visibility != CUPEL_VISIBLE};
    sample->result = (struct cupel_result){
        .grader_name = "grader",
        .grader_version = "1",
        .scoring = {.scaled = shape[9] % 2 == 1, .points = shape[9], .decimals = shape[9] % 7},
        .tests = sample->tests,
        .test_count = TESTS,
        .groups = &sample->group,
        .group_count = grouped > 0,
        .penalties = &sample->penalty,
        .penalty_count = 1,
        .leaderboard = &sample->entry,
        .leaderboard_count = 1,
    };
}

static void score(struct sample *sample, uint8_t rule)
{
    struct cupel_result *result = &sample->result;

    cupel_score_group(result, (enum cupel_group_rule)(rule % (CUPEL_GROUP_MIN + 1)),
                      &sample->group);
    cupel_score_total(result);
    sample->entry.value = cupel_score_measure(&sample->tests[0], CUPEL_MEASURE_CPU);
    require(isfinite(result->score) && result->score >= 0 && isfinite(result->learner_score) &&
            result->learner_score >= 0);
}

static char *json_of(const struct cupel_result *result, enum cupel_view view)
{
    struct cupel_subset_differences differences = {0};
    json_t *json = cupel_render_result(result, view);
    char *text = json != NULL ? cupel_render_json_text(json) : NULL;
    require(text != NULL);

    json_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *expected = cupel_subset_default(again);
    CUPEL_AUTO_FREE char *text_again = cupel_render_json_text(again);
    require(expected != NULL && text_again != NULL && strcmp(text, text_again) == 0);
    require(cupel_subset_compare(again, json, &differences) == 0 &&
            cupel_subset_compare(expected, json, &differences) == 0 && differences.count == 0);
    cupel_subset_clear(&differences);
    json_decref(expected);
    json_decref(again);
    json_decref(json);
    return text;
}

/* One of all the documents that are made of a result. */
static char *document(const struct cupel_result *result, enum cupel_view view, int format)
{
    char *text = NULL;

    switch (format) {
    case 0:
        return json_of(result, view);
    case 1:
        return cupel_render_result_text(result, view, true);
    case 2:
        return cupel_render_result_html(result, view);
    default:
        require(cupel_render_foreign((enum cupel_foreign_format)(format - 3), result, view,
                                     &text) == 0);
        return text;
    }
}

static void check_document(const struct sample *sample, const struct sample *other, int format)
{
    CUPEL_AUTO_FREE char *staff = document(&sample->result, CUPEL_VIEW_STAFF, format);
    CUPEL_AUTO_FREE char *learner = document(&sample->result, CUPEL_VIEW_LEARNER, format);
    CUPEL_AUTO_FREE char *same = document(&other->result, CUPEL_VIEW_LEARNER, format);

    require(staff != NULL && learner != NULL && same != NULL);
    require(cupel_text_is_utf8(staff, strlen(staff)));
    require(strcmp(learner, same) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sample sample;
    static struct sample other;
    char otherwise[] = "what nobody may know";
    CUPEL_AUTO_FREE char *said = NULL;

    if (size < SHAPE || cupel_text_clean(data + SHAPE, size - SHAPE, TEXT_MAX, &said) < 0)
        return 0;
    fill(&sample, data, said);
    fill(&other, data, said);
    for (size_t i = 0; i < TESTS; i++) {
        if (other.tests[i].visibility != CUPEL_VISIBLE)
            fill_outcome(&other.tests[i], (uint8_t)(255 - data[2 * i + 1]), otherwise);
    }
    score(&sample, data[9]);
    score(&other, data[9]);
    for (int format = 0; format < FORMATS; format++)
        check_document(&sample, &other, format);
    return 0;
}
