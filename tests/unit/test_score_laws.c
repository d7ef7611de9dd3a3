/*
 * What holds of every result: scores between 0 and the maximum, no order that matters, and
 * nothing in the learner's figures that depends on what a hidden test did. Random points and
 * outcomes, the same ones in each run.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/score.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TESTS = 12, GROUPS = 3, PENALTIES = 3, ROUNDS = 20000 };

struct sample {
    struct cupel_test_result tests[TESTS];
    struct cupel_group_result groups[GROUPS];
    enum cupel_group_rule rules[GROUPS];
    struct cupel_penalty_result penalties[PENALTIES];
    char names[TESTS][4];
    char *members[GROUPS][TESTS + 1];
    char *culprits[PENALTIES][3];
    struct cupel_result result;
    uint64_t random;
};

static unsigned draw(struct sample *sample, unsigned below)
{
    return random_draw(&sample->random, below);
}

static bool toss(struct sample *sample)
{
    return draw(sample, 2) == 1;
}

static double points(struct sample *sample)
{
    static const double odd[] = {0, NAN, INFINITY, -INFINITY, -1, 1e-9, 1e6, 1.0 / 3, 0.1};
    unsigned pick = draw(sample, 20);

    return pick < COUNT(odd) ? odd[pick] : (double)draw(sample, 100000) / 1000;
}

/* A verdict and points that need not go together. */
static void fill_outcome(struct sample *sample, struct cupel_test_result *test)
{
    test->verdict = (enum cupel_verdict)draw(sample, CUPEL_VERDICT_ERROR + 1);
    test->score = toss(sample) ? test->max_score * draw(sample, 8) / 7 : points(sample);
}

static void fill_groups(struct sample *sample)
{
    size_t used[GROUPS] = {0};

    for (size_t i = 0; i < GROUPS; i++) {
        sample->rules[i] = (enum cupel_group_rule)draw(sample, CUPEL_GROUP_MIN + 1);
        sample->groups[i] = (struct cupel_group_result){.max_score = points(sample),
                                                        .bonus = draw(sample, 8) == 0,
                                                        .tests = sample->members[i]};
    }
    for (size_t i = 0; i < TESTS; i++) {
        unsigned group = draw(sample, GROUPS + 1);
        sample->tests[i].in_group = group < GROUPS;
        if (group < GROUPS)
            sample->members[group][used[group]++] = sample->names[i];
    }
    for (size_t i = 0; i < GROUPS; i++)
        sample->members[i][used[i]] = NULL;
}

static void fill_penalties(struct sample *sample)
{
    for (size_t i = 0; i < PENALTIES; i++) {
        sample->culprits[i][0] = sample->names[draw(sample, TESTS)];
        sample->culprits[i][1] = toss(sample) ? sample->names[draw(sample, TESTS)] : NULL;
        sample->culprits[i][2] = NULL;
        sample->penalties[i] = (struct cupel_penalty_result){
            .is_percent = toss(sample),
            .amount = draw(sample, 4) == 0 ? points(sample) : draw(sample, 20),
            .tests = sample->culprits[i],
        };
    }
}

static void fill(struct sample *sample, uint64_t seed)
{
    sample->random = seed;
    for (size_t i = 0; i < TESTS; i++) {
        struct cupel_test_result *test = &sample->tests[i];
        (void)snprintf(sample->names[i], sizeof(sample->names[i]), "t%zu", i);
        *test = (struct cupel_test_result){
            .id = sample->names[i],
            .max_score = points(sample),
            .bonus = draw(sample, 8) == 0,
            .visibility = draw(sample, 4) == 0
                              ? (enum cupel_visibility)draw(sample, CUPEL_AFTER_PUBLISHED + 1)
                              : CUPEL_VISIBLE,
        };
        fill_outcome(sample, test);
    }
    fill_groups(sample);
    fill_penalties(sample);
    sample->result = (struct cupel_result){
        .tests = sample->tests,
        .test_count = TESTS,
        .groups = sample->groups,
        .group_count = GROUPS,
        .penalties = sample->penalties,
        .penalty_count = PENALTIES,
        .scoring = {.scaled = toss(sample),
                    .points = draw(sample, 200),
                    .decimals = draw(sample, CUPEL_DECIMALS_MAX + 1)},
    };
}

static void score(struct sample *sample)
{
    for (size_t i = 0; i < GROUPS; i++)
        cupel_score_group(&sample->result, sample->rules[i], &sample->groups[i]);
    cupel_score_total(&sample->result);
}

static bool is_between(double value, double low, double high)
{
    return isfinite(value) && value >= low && value <= high;
}

static void remove_bonus(struct sample *sample)
{
    for (size_t i = 0; i < TESTS; i++)
        sample->tests[i].bonus = false;
    for (size_t i = 0; i < GROUPS; i++)
        sample->groups[i].bonus = false;
}

static void scores_lie_between_0_and_the_maximum(void **state)
{
    static struct sample sample;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        const struct cupel_result *result = &sample.result;
        fill(&sample, seed);
        remove_bonus(&sample);
        score(&sample);
        bool good = is_between(result->max_score, 0, 1e8) &&
                    is_between(result->score, 0, result->max_score) &&
                    is_between(result->learner_max_score, 0, result->max_score) &&
                    is_between(result->learner_score, 0, result->learner_max_score);
        for (size_t i = 0; i < GROUPS; i++)
            good = good && is_between(sample.groups[i].score, 0, sample.groups[i].max_score);
        for (size_t i = 0; i < PENALTIES; i++)
            good = good && is_between(sample.penalties[i].points, 0, 1e9) &&
                   is_between(sample.penalties[i].learner_points, 0, 1e9);
        if (!good)
            fail_msg("seed %zu: %.9g of %.9g", (size_t)seed, result->score, result->max_score);
    }
}

static void bonus_adds_what_it_has_to_give_and_no_more(void **state)
{
    static struct sample sample;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        const struct cupel_result *result = &sample.result;
        double bonus = 0;
        fill(&sample, seed);
        sample.result.scoring = (struct cupel_scoring){.decimals = CUPEL_DECIMALS_MAX};
        score(&sample);
        for (size_t i = 0; i < TESTS; i++) {
            const struct cupel_test_result *test = &sample.tests[i];
            if (test->bonus && !test->in_group && isfinite(test->max_score))
                bonus += test->max_score > 0 ? test->max_score : 0;
        }
        for (size_t i = 0; i < GROUPS; i++)
            bonus += sample.groups[i].bonus ? sample.groups[i].max_score : 0;
        if (!is_between(result->score, 0, result->max_score + bonus + 2e-5))
            fail_msg("seed %zu: %.9g of %.9g and %.9g", (size_t)seed, result->score,
                     result->max_score, bonus);
    }
}

static void swap_tests(struct sample *sample, size_t a, size_t b)
{
    struct cupel_test_result kept = sample->tests[a];

    sample->tests[a] = sample->tests[b];
    sample->tests[b] = kept;
}

static void shuffle(struct sample *sample)
{
    struct cupel_group_result group = sample->groups[0];
    enum cupel_group_rule rule = sample->rules[0];
    struct cupel_penalty_result penalty = sample->penalties[0];

    for (size_t i = TESTS - 1; i > 0; i--)
        swap_tests(sample, i, draw(sample, (unsigned)i + 1));
    sample->groups[0] = sample->groups[GROUPS - 1];
    sample->rules[0] = sample->rules[GROUPS - 1];
    sample->groups[GROUPS - 1] = group;
    sample->rules[GROUPS - 1] = rule;
    sample->penalties[0] = sample->penalties[PENALTIES - 1];
    sample->penalties[PENALTIES - 1] = penalty;
}

static bool are_equal(const struct cupel_result *a, const struct cupel_result *b)
{
    return a->score == b->score && a->max_score == b->max_score &&
           a->learner_score == b->learner_score && a->learner_max_score == b->learner_max_score;
}

static void no_order_matters(void **state)
{
    static struct sample sample;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        fill(&sample, seed);
        score(&sample);
        struct cupel_result before = sample.result;
        shuffle(&sample);
        score(&sample);
        if (!are_equal(&before, &sample.result))
            fail_msg("seed %zu: %.17g, %.17g", (size_t)seed, before.score, sample.result.score);
    }
}

static void learners_figures_do_not_depend_on_what_they_do_not_see(void **state)
{
    static struct sample sample;
    static struct sample other;
    size_t differing = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        fill(&sample, seed);
        fill(&other, seed);
        for (size_t i = 0; i < TESTS; i++) {
            if (other.tests[i].visibility != CUPEL_VISIBLE)
                fill_outcome(&other, &other.tests[i]);
        }
        score(&sample);
        score(&other);
        bool good = sample.result.learner_score == other.result.learner_score &&
                    sample.result.learner_max_score == other.result.learner_max_score;
        for (size_t i = 0; i < GROUPS; i++)
            good = good && (sample.groups[i].withheld ||
                            sample.groups[i].score == other.groups[i].score);
        for (size_t i = 0; i < PENALTIES; i++)
            good =
                good && sample.penalties[i].learner_points == other.penalties[i].learner_points;
        if (!good)
            fail_msg("seed %zu", (size_t)seed);
        differing += sample.result.score != other.result.score;
    }
    assert_in_range(differing, ROUNDS / 10, ROUNDS);
}

static void hidden_totals_that_are_shown_are_the_staffs(void **state)
{
    static struct sample sample;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        fill(&sample, seed);
        sample.result.scoring.shows_hidden_totals = true;
        score(&sample);
        assert_true(sample.result.learner_score == sample.result.score);
        assert_true(sample.result.learner_max_score == sample.result.max_score);
        for (size_t i = 0; i < GROUPS; i++)
            assert_false(sample.groups[i].withheld);
    }
}

static void scores_have_no_more_decimals_than_asked_for(void **state)
{
    static struct sample sample;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        fill(&sample, seed);
        score(&sample);
        double scaled = sample.result.score;
        for (unsigned i = 0; i < sample.result.scoring.decimals; i++)
            scaled *= 10;
        if (fabs(scaled - (double)(uint64_t)(scaled + 0.5)) > 1e-3)
            fail_msg("seed %zu: %.17g", (size_t)seed, sample.result.score);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_lie_between_0_and_the_maximum),
        cmocka_unit_test(bonus_adds_what_it_has_to_give_and_no_more),
        cmocka_unit_test(no_order_matters),
        cmocka_unit_test(learners_figures_do_not_depend_on_what_they_do_not_see),
        cmocka_unit_test(hidden_totals_that_are_shown_are_the_staffs),
        cmocka_unit_test(scores_have_no_more_decimals_than_asked_for),
    };
    return cmocka_run_group_tests_name("score_laws", tests, NULL, NULL);
}
