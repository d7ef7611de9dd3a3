/* Needs of random graders: circles against the plain definition of one, and schedules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grader/needs_circle.h"
#include "grader/schedule.h"
#include "random.h"

enum { TESTS = 9, GROUPS = 3, NEEDS = 3, ROUNDS = 20000 };

struct sample {
    struct cupel_grader_test tests[TESTS];
    struct cupel_grader_group groups[GROUPS];
    struct cupel_need needs[TESTS + GROUPS][NEEDS];
    char ids[TESTS + GROUPS][4];
    bool passes[TESTS];
    struct cupel_grader grader;
    uint64_t random;
};

static unsigned draw(struct sample *sample, unsigned below)
{
    return random_draw(&sample->random, below);
}

/* Mostly of tests before the owner, so that not everything ends in a circle. */
static struct cupel_needs draw_needs(struct sample *sample, size_t owner)
{
    struct cupel_needs needs = {.items = sample->needs[owner],
                                .count = draw(sample, 3) == 0 ? draw(sample, NEEDS) + 1 : 0};

    for (size_t i = 0; i < needs.count; i++) {
        bool is_group = draw(sample, 8) == 0;
        unsigned below = is_group              ? GROUPS
                         : owner == 0          ? 1
                         : owner > TESTS       ? TESTS / 2
                         : draw(sample, 8) > 0 ? (unsigned)owner
                                               : TESTS;
        needs.items[i] = (struct cupel_need){is_group, draw(sample, below)};
    }
    return needs;
}

static void fill(struct sample *sample, uint64_t seed)
{
    *sample = (struct sample){.random = seed,
                              .grader = {.tests = sample->tests,
                                         .test_count = TESTS,
                                         .groups = sample->groups,
                                         .group_count = GROUPS}};
    for (size_t i = 0; i < TESTS + GROUPS; i++)
        (void)snprintf(sample->ids[i], sizeof(sample->ids[i]), "n%zu", i);
    for (size_t i = 0; i < TESTS; i++) {
        unsigned group = draw(sample, 2 * GROUPS);
        sample->passes[i] = draw(sample, 4) > 0;
        sample->tests[i].step.id = sample->ids[i];
        sample->tests[i].group = group < GROUPS ? group : CUPEL_NO_GROUP;
        sample->tests[i].needs = draw_needs(sample, i);
    }
    for (size_t i = 0; i < GROUPS; i++) {
        sample->groups[i].id = sample->ids[TESTS + i];
        sample->groups[i].needs = draw_needs(sample, TESTS + i);
    }
}

/* What test from waits for, with the tests of groups in their place. */
static void mark(const struct sample *sample, const struct cupel_needs *needs, bool *waits)
{
    for (size_t i = 0; i < needs->count; i++) {
        const struct cupel_need *need = &needs->items[i];
        for (size_t j = 0; j < TESTS; j++) {
            if (need->is_group ? sample->tests[j].group == need->index : j == need->index)
                waits[j] = true;
        }
    }
}

static void find_waits(const struct sample *sample, bool waits[TESTS][TESTS])
{
    memset(waits, 0, sizeof(bool[TESTS][TESTS]));
    for (size_t i = 0; i < TESTS; i++) {
        const struct cupel_grader_test *test = &sample->tests[i];
        mark(sample, &test->needs, waits[i]);
        if (test->group != CUPEL_NO_GROUP)
            mark(sample, &sample->groups[test->group].needs, waits[i]);
    }
}

/* Warshall's closure: a test that waits for itself is in a circle. */
static bool has_circle(const struct sample *sample)
{
    bool waits[TESTS][TESTS];

    find_waits(sample, waits);
    for (size_t k = 0; k < TESTS; k++) {
        for (size_t i = 0; i < TESTS; i++) {
            for (size_t j = 0; j < TESTS; j++)
                waits[i][j] = waits[i][j] || (waits[i][k] && waits[k][j]);
        }
    }
    for (size_t i = 0; i < TESTS; i++) {
        if (waits[i][i])
            return true;
    }
    return false;
}

/* The graph has a node more than tests: a group of no tests that needs itself, which is told
 * though no test waits for it. */
static bool has_empty_group(const struct sample *sample)
{
    bool filled[GROUPS] = {false};

    for (size_t i = 0; i < TESTS; i++) {
        if (sample->tests[i].group != CUPEL_NO_GROUP)
            filled[sample->tests[i].group] = true;
    }
    return !(filled[0] && filled[1] && filled[2]);
}

static void circles_are_found_where_a_test_waits_for_itself(void **state)
{
    static struct sample sample;
    size_t circles = 0;
    size_t seen = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct cupel_needs_circle circle = {0};
        fill(&sample, seed);
        if (has_empty_group(&sample))
            continue;
        int found = cupel_needs_circle_find(&sample.grader, &circle);
        if (found != has_circle(&sample))
            fail_msg("seed %zu: %d %s", (size_t)seed, found, circle.text);
        if (found == 1) {
            const struct cupel_needs *needs = circle.owner_is_group
                                                  ? &sample.groups[circle.owner].needs
                                                  : &sample.tests[circle.owner].needs;
            assert_true(needs->count > 0 || !circle.owner_is_group);
            assert_true(strlen(circle.text) > 0);
            circles++;
        }
        seen++;
    }
    assert_in_range(circles, seen / 10, seen * 9 / 10);
}

static bool meets(const bool *waits, const bool *passed)
{
    for (size_t i = 0; i < TESTS; i++) {
        if (waits[i] && !passed[i])
            return false;
    }
    return true;
}

/* Play a schedule with so many lanes, whose tests end in random order: which tests ran. */
static void play(struct sample *sample, unsigned lanes, bool *ran)
{
    struct cupel_schedule *schedule = NULL;
    bool waits[TESTS][TESTS];
    bool passed[TESTS] = {false};
    bool given[TESTS] = {false};
    size_t busy[TESTS];
    unsigned busy_count = 0;
    struct cupel_need need;
    size_t test;

    find_waits(sample, waits);
    assert_int_equal(cupel_schedule_new(&sample->grader, &schedule), 0);
    for (;;) {
        enum cupel_schedule_step step = CUPEL_SCHEDULE_WAIT;
        if (busy_count < lanes)
            step = cupel_schedule_next(schedule, &test, &need);
        if (step == CUPEL_SCHEDULE_END && busy_count == 0)
            break;
        if (step == CUPEL_SCHEDULE_RUN || step == CUPEL_SCHEDULE_SKIP) {
            assert_false(given[test]);
            given[test] = true;
            ran[test] = step == CUPEL_SCHEDULE_RUN;
            if (ran[test])
                assert_true(meets(waits[test], passed));
        }
        if (step == CUPEL_SCHEDULE_RUN) {
            busy[busy_count++] = test;
        } else if (step == CUPEL_SCHEDULE_SKIP) {
            cupel_schedule_done(schedule, test, false);
        } else {
            assert_true(busy_count > 0); /* else nothing would ever come */
            unsigned pick = draw(sample, busy_count);
            test = busy[pick];
            busy[pick] = busy[--busy_count];
            passed[test] = sample->passes[test];
            cupel_schedule_done(schedule, test, passed[test]);
        }
    }
    for (size_t i = 0; i < TESTS; i++) {
        assert_true(given[i]);
        if (!ran[i])
            assert_false(meets(waits[i], passed));
    }
    cupel_schedule_free(schedule);
}

static void every_test_runs_whose_needs_pass_with_any_number_of_lanes(void **state)
{
    static struct sample sample;
    size_t skipped = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        bool first[TESTS];
        fill(&sample, seed);
        if (has_circle(&sample) || has_empty_group(&sample))
            continue;
        play(&sample, 1, first);
        for (unsigned lanes = 2; lanes <= 4; lanes++) {
            bool ran[TESTS];
            play(&sample, lanes, ran);
            assert_memory_equal(ran, first, sizeof(ran));
        }
        for (size_t i = 0; i < TESTS; i++)
            skipped += !first[i];
    }
    assert_in_range(skipped, ROUNDS / 10, (size_t)ROUNDS * TESTS);
}

static void tests_without_needs_keep_their_order(void **state)
{
    static struct sample sample;
    struct cupel_schedule *schedule = NULL;
    struct cupel_need need;
    size_t test = TESTS;

    (void)state;
    fill(&sample, 1);
    for (size_t i = 0; i < TESTS; i++) {
        sample.tests[i].needs.count = 0;
        sample.tests[i].group = CUPEL_NO_GROUP;
    }
    assert_int_equal(cupel_schedule_new(&sample.grader, &schedule), 0);
    for (size_t i = 0; i < TESTS; i++) {
        assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_RUN);
        assert_int_equal(test, i);
        assert_int_equal(cupel_schedule_has_more(schedule), i + 1 < TESTS);
    }
    assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_END);
    cupel_schedule_free(schedule);
}

/* As many as a definition may hold, and a stack that does not grow with them. */
static void a_circle_of_ten_thousand_tests_is_told_in_a_line(void **state)
{
    enum { COUNT = 10000 };
    struct cupel_grader_test *tests = calloc(COUNT, sizeof(*tests));
    struct cupel_need *needs = calloc(COUNT, sizeof(*needs));
    const struct cupel_grader grader = {.tests = tests, .test_count = COUNT};
    struct cupel_needs_circle circle;
    char id[] = "t";

    (void)state;
    assert_non_null(tests);
    assert_non_null(needs);
    for (size_t i = 0; i < COUNT; i++) {
        needs[i].index = (i + 1) % COUNT;
        tests[i].step.id = id;
        tests[i].group = CUPEL_NO_GROUP;
        tests[i].needs = (struct cupel_needs){&needs[i], 1};
    }
    assert_int_equal(cupel_needs_circle_find(&grader, &circle), 1);
    assert_int_equal(circle.owner, COUNT - 1);
    assert_string_equal(circle.text, "t, t, t, t, t, t, …, t");
    tests[COUNT - 1].needs.count = 0;
    assert_int_equal(cupel_needs_circle_find(&grader, &circle), 0);
    free(needs);
    free(tests);
}

/* A test, a harness of two that needs it, and a test that needs the second of these. */
static void the_tests_of_a_harness_are_given_out_as_one(void **state)
{
    struct cupel_need first = {.index = 0};
    struct cupel_need second = {.index = 2};
    struct cupel_grader_harness harness = {
        .first_test = 1, .test_count = 2, .needs = {.items = &first, .count = 1}};
    struct cupel_grader_test four[] = {
        {.group = CUPEL_NO_GROUP},
        {.group = CUPEL_NO_GROUP, .judging = CUPEL_JUDGED_BY_HARNESS, .needs = harness.needs},
        {.group = CUPEL_NO_GROUP, .judging = CUPEL_JUDGED_BY_HARNESS, .needs = harness.needs},
        {.group = CUPEL_NO_GROUP, .needs = {.items = &second, .count = 1}},
    };
    const struct cupel_grader grader = {
        .tests = four, .test_count = 4, .harnesses = &harness, .harness_count = 1};

    (void)state;
    for (unsigned passes = 0; passes < 4; passes++) {
        struct cupel_schedule *schedule;
        struct cupel_need need;
        size_t test = SIZE_MAX;
        bool first_passes = (passes & 1) != 0;
        bool second_passes = (passes & 2) != 0;
        assert_int_equal(cupel_schedule_new(&grader, &schedule), 0);
        assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_RUN);
        assert_int_equal(test, 0);
        assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_WAIT);
        cupel_schedule_done(schedule, 0, first_passes);
        if (first_passes) {
            assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_RUN);
            assert_int_equal(test, 1);
            assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_WAIT);
            cupel_schedule_done(schedule, 1, true);
            assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_WAIT);
            cupel_schedule_done(schedule, 2, second_passes);
        } else {
            for (size_t i = 1; i <= 2; i++) {
                assert_int_equal(cupel_schedule_next(schedule, &test, &need),
                                 CUPEL_SCHEDULE_SKIP);
                assert_int_equal(test, i);
                cupel_schedule_done(schedule, i, false);
            }
        }
        assert_int_equal(cupel_schedule_next(schedule, &test, &need),
                         first_passes && second_passes ? CUPEL_SCHEDULE_RUN
                                                       : CUPEL_SCHEDULE_SKIP);
        assert_int_equal(test, 3);
        cupel_schedule_done(schedule, 3, true);
        assert_int_equal(cupel_schedule_next(schedule, &test, &need), CUPEL_SCHEDULE_END);
        cupel_schedule_free(schedule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circles_are_found_where_a_test_waits_for_itself),
        cmocka_unit_test(every_test_runs_whose_needs_pass_with_any_number_of_lanes),
        cmocka_unit_test(tests_without_needs_keep_their_order),
        cmocka_unit_test(the_tests_of_a_harness_are_given_out_as_one),
        cmocka_unit_test(a_circle_of_ten_thousand_tests_is_told_in_a_line),
    };
    return cmocka_run_group_tests_name("needs", tests, NULL, NULL);
}
