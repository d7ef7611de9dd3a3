#include "grader/schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "grader/copies.h"

enum state { OPEN, GIVEN, PASSED, NOT_PASSED };

struct progress {
    size_t left;     /* tests of a group that are not done */
    bool not_passed; /* one of them */
};

struct cupel_schedule {
    const struct cupel_grader *grader;
    unsigned char *states; /* enum state of each test */
    struct progress *groups;
    size_t first; /* all tests before it were given out */
    bool stuck;   /* nothing was found since a test was last done */
};

int cupel_schedule_new(const struct cupel_grader *grader, struct cupel_schedule **ret)
{
    struct cupel_schedule *schedule = calloc(1, sizeof(*schedule));

    if (schedule == NULL)
        return -ENOMEM;
    schedule->grader = grader;
    schedule->states = cupel_copy_room(grader->test_count, sizeof(*schedule->states));
    schedule->groups = cupel_copy_room(grader->group_count, sizeof(*schedule->groups));
    if (schedule->states == NULL || schedule->groups == NULL) {
        cupel_schedule_free(schedule);
        return -ENOMEM;
    }
    for (size_t i = 0; i < grader->test_count; i++) {
        if (grader->tests[i].group != CUPEL_NO_GROUP)
            schedule->groups[grader->tests[i].group].left++;
    }
    *ret = schedule;
    return 0;
}

void cupel_schedule_free(struct cupel_schedule *schedule)
{
    if (schedule == NULL)
        return;
    free(schedule->states);
    free(schedule->groups);
    free(schedule);
}

static enum state state_of(const struct cupel_schedule *schedule, const struct cupel_need *need)
{
    if (!need->is_group)
        return (enum state)schedule->states[need->index];
    const struct progress *group = &schedule->groups[need->index];
    if (group->not_passed)
        return NOT_PASSED;
    return group->left == 0 ? PASSED : OPEN;
}

/* The first need in the order of the definition that is not met decides, however many lanes
 * there are: a later one that is known to fail has to wait for it. */
static enum cupel_schedule_step check(const struct cupel_schedule *schedule,
                                      const struct cupel_needs *needs,
                                      struct cupel_need *ret_need)
{
    for (size_t i = 0; i < needs->count; i++) {
        enum state state = state_of(schedule, &needs->items[i]);
        if (state == PASSED)
            continue;
        *ret_need = needs->items[i];
        return state == NOT_PASSED ? CUPEL_SCHEDULE_SKIP : CUPEL_SCHEDULE_WAIT;
    }
    return CUPEL_SCHEDULE_RUN;
}

static enum cupel_schedule_step check_test(const struct cupel_schedule *schedule, size_t index,
                                           struct cupel_need *ret_need)
{
    const struct cupel_grader *grader = schedule->grader;
    const struct cupel_grader_test *test = &grader->tests[index];

    enum cupel_schedule_step step = check(schedule, &test->needs, ret_need);
    if (step == CUPEL_SCHEDULE_RUN && test->group != CUPEL_NO_GROUP)
        step = check(schedule, &grader->groups[test->group].needs, ret_need);
    return step;
}

/* The tests of a harness run together: the first stands for all. */
static void give(struct cupel_schedule *schedule, size_t index, enum cupel_schedule_step step)
{
    const struct cupel_grader *grader = schedule->grader;
    size_t count = 1;

    if (step == CUPEL_SCHEDULE_RUN && grader->tests[index].judging == CUPEL_JUDGED_BY_HARNESS)
        count = grader->harnesses[grader->tests[index].harness].test_count;
    for (size_t i = 0; i < count; i++)
        schedule->states[index + i] = GIVEN;
}

bool cupel_schedule_has_more(struct cupel_schedule *schedule)
{
    size_t count = schedule->grader->test_count;

    while (schedule->first < count && schedule->states[schedule->first] != OPEN)
        schedule->first++;
    return schedule->first < count;
}

enum cupel_schedule_step cupel_schedule_next(struct cupel_schedule *schedule, size_t *ret_test,
                                             struct cupel_need *ret_need)
{
    size_t count = schedule->grader->test_count;

    if (!cupel_schedule_has_more(schedule))
        return CUPEL_SCHEDULE_END;
    for (size_t i = schedule->first; !schedule->stuck && i < count; i++) {
        if (schedule->states[i] != OPEN)
            continue;
        enum cupel_schedule_step step = check_test(schedule, i, ret_need);
        if (step == CUPEL_SCHEDULE_WAIT)
            continue;
        give(schedule, i, step);
        *ret_test = i;
        return step;
    }
    schedule->stuck = true;
    return CUPEL_SCHEDULE_WAIT;
}

void cupel_schedule_done(struct cupel_schedule *schedule, size_t test, bool passed)
{
    size_t group = schedule->grader->tests[test].group;

    schedule->stuck = false;
    schedule->states[test] = passed ? PASSED : NOT_PASSED;
    if (group == CUPEL_NO_GROUP)
        return;
    schedule->groups[group].left--;
    if (!passed)
        schedule->groups[group].not_passed = true;
}
