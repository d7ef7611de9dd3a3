#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "grader/lanes.h"

struct holder {
    struct cupel_lane_claim claim;
    struct cupel_lanes *lanes;
    struct holder **last; /* who was given a lane last */
    int lane;             /* -1: none */
    bool gives_back;
    bool abandoned;
};

static void given(struct cupel_lane_claim *claim, unsigned lane)
{
    struct holder *holder = claim->owner;

    holder->lane = (int)lane;
    *holder->last = holder;
    if (holder->gives_back)
        cupel_lanes_give_back(holder->lanes, lane);
}

static void abandon(struct cupel_lane_claim *claim)
{
    struct holder *holder = claim->owner;

    holder->abandoned = true;
}

static void ask(struct holder *holder, struct cupel_lanes *lanes, struct holder **last)
{
    holder->claim = (struct cupel_lane_claim){given, abandon, holder, NULL};
    holder->lanes = lanes;
    holder->last = last;
    holder->lane = -1;
    cupel_lanes_claim(lanes, &holder->claim);
}

static struct cupel_lanes *make(unsigned count)
{
    struct cupel_lanes *lanes = NULL;

    assert_int_equal(cupel_lanes_new(count, &lanes), 0);
    return lanes;
}

static void each_lane_is_taken_once(void **state)
{
    struct cupel_lanes *lanes = make(64);
    unsigned lane = 99;

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        assert_true(cupel_lanes_take(lanes, &lane));
        assert_int_equal(lane, i);
    }
    assert_false(cupel_lanes_take(lanes, &lane));
    cupel_lanes_give_back(lanes, 63);
    assert_true(cupel_lanes_take(lanes, &lane));
    assert_int_equal(lane, 63);
    cupel_lanes_free(lanes);
}

static void who_came_first_is_given_the_next_lane(void **state)
{
    struct cupel_lanes *lanes = make(2);
    struct holder holders[4] = {{.lane = -1}};
    struct holder *last = NULL;
    unsigned lane;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        ask(&holders[i], lanes, &last);
    assert_ptr_equal(last, &holders[1]);
    cupel_lanes_give_back(lanes, (unsigned)holders[1].lane);
    assert_ptr_equal(last, &holders[2]);
    assert_int_equal(holders[2].lane, 1);
    assert_false(cupel_lanes_take(lanes, &lane));
    cupel_lanes_give_back(lanes, 0);
    assert_ptr_equal(last, &holders[3]);
    cupel_lanes_give_back(lanes, 0);
    assert_true(cupel_lanes_take(lanes, &lane));
    cupel_lanes_give_back(lanes, 1);
    cupel_lanes_free(lanes);
}

static void who_waits_no_more_is_given_none(void **state)
{
    struct cupel_lanes *lanes = make(1);
    struct holder holders[4] = {{.lane = -1}};
    struct holder *last = NULL;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        ask(&holders[i], lanes, &last);
    cupel_lanes_withdraw(lanes, &holders[3].claim); /* the last: others follow behind it */
    cupel_lanes_withdraw(lanes, &holders[1].claim);
    cupel_lanes_withdraw(lanes, &holders[1].claim);
    cupel_lanes_withdraw(lanes, &holders[0].claim); /* it has one */
    ask(&holders[3], lanes, &last);
    cupel_lanes_give_back(lanes, 0);
    assert_ptr_equal(last, &holders[2]);
    cupel_lanes_give_back(lanes, 0);
    assert_ptr_equal(last, &holders[3]);
    assert_int_equal(holders[1].lane, -1);
    cupel_lanes_give_back(lanes, 0);
    cupel_lanes_free(lanes);
}

static void a_lane_may_be_given_back_at_once(void **state)
{
    struct cupel_lanes *lanes = make(1);
    struct holder *holders = calloc(10000, sizeof(*holders));
    struct holder *last = NULL;
    unsigned lane;

    (void)state;
    assert_non_null(holders);
    assert_true(cupel_lanes_take(lanes, &lane));
    for (size_t i = 0; i < 10000; i++) {
        holders[i].gives_back = true;
        ask(&holders[i], lanes, &last);
    }
    cupel_lanes_give_back(lanes, lane);
    assert_ptr_equal(last, &holders[9999]);
    assert_true(cupel_lanes_take(lanes, &lane));
    cupel_lanes_free(lanes);
    free(holders);
}

static void whoever_has_a_lane_at_the_end_is_told(void **state)
{
    struct cupel_lanes *lanes = make(2);
    struct holder holders[2] = {{.lane = -1}};
    struct holder *last = NULL;

    (void)state;
    ask(&holders[0], lanes, &last);
    ask(&holders[1], lanes, &last);
    cupel_lanes_give_back(lanes, 0);
    cupel_lanes_free(lanes);
    assert_false(holders[0].abandoned);
    assert_true(holders[1].abandoned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_lane_is_taken_once),
        cmocka_unit_test(who_came_first_is_given_the_next_lane),
        cmocka_unit_test(who_waits_no_more_is_given_none),
        cmocka_unit_test(a_lane_may_be_given_back_at_once),
        cmocka_unit_test(whoever_has_a_lane_at_the_end_is_told),
    };
    return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
