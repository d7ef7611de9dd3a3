#include "grader/lanes.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "cupel/cell.h"

_Static_assert(CUPEL_CELL_LANES_MAX <= 64, "each lane is a bit of uint64_t");

struct cupel_lanes {
    uint64_t free; /* a bit for each lane */
    struct cupel_lane_claim *holders[CUPEL_CELL_LANES_MAX];
    struct cupel_lane_claim *first; /* who waits */
    struct cupel_lane_claim **end;
    bool handing_out;
};

int cupel_lanes_new(unsigned count, struct cupel_lanes **ret)
{
    struct cupel_lanes *lanes = calloc(1, sizeof(*lanes));

    if (lanes == NULL)
        return -ENOMEM;
    lanes->free = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
    lanes->end = &lanes->first;
    *ret = lanes;
    return 0;
}

void cupel_lanes_free(struct cupel_lanes *lanes)
{
    if (lanes == NULL)
        return;
    for (unsigned i = 0; i < CUPEL_CELL_LANES_MAX; i++) {
        if (lanes->holders[i] != NULL)
            lanes->holders[i]->abandon(lanes->holders[i]);
    }
    free(lanes);
}

static unsigned take_first(struct cupel_lanes *lanes)
{
    unsigned lane = (unsigned)__builtin_ctzll(lanes->free);

    lanes->free &= lanes->free - 1;
    return lane;
}

bool cupel_lanes_take(struct cupel_lanes *lanes, unsigned *ret)
{
    if (lanes->free == 0 || lanes->first != NULL)
        return false;
    *ret = take_first(lanes);
    return true;
}

/* Who is given a lane may give it back within: the round that is under way goes on with it. */
static void hand_out(struct cupel_lanes *lanes)
{
    if (lanes->handing_out)
        return;
    lanes->handing_out = true;
    while (lanes->free != 0 && lanes->first != NULL) {
        struct cupel_lane_claim *claim = lanes->first;
        unsigned lane = take_first(lanes);
        cupel_lanes_withdraw(lanes, claim);
        lanes->holders[lane] = claim;
        claim->given(claim, lane);
    }
    lanes->handing_out = false;
}

void cupel_lanes_claim(struct cupel_lanes *lanes, struct cupel_lane_claim *claim)
{
    claim->next = NULL;
    *lanes->end = claim;
    lanes->end = &claim->next;
    hand_out(lanes);
}

void cupel_lanes_withdraw(struct cupel_lanes *lanes, struct cupel_lane_claim *claim)
{
    struct cupel_lane_claim **link = &lanes->first;

    while (*link != NULL && *link != claim)
        link = &(*link)->next;
    if (*link == NULL)
        return;
    *link = claim->next;
    if (lanes->end == &claim->next)
        lanes->end = link;
}

void cupel_lanes_give_back(struct cupel_lanes *lanes, unsigned lane)
{
    lanes->holders[lane] = NULL;
    lanes->free |= UINT64_C(1) << lane;
    hand_out(lanes);
}
