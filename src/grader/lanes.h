/* The lanes of a cell, shared by all who run something there. Pure. Internal to src/grader. */
#ifndef CUPEL_GRADER_LANES_H
#define CUPEL_GRADER_LANES_H

#include <stdbool.h>

#include "cupel/error.h"

struct cupel_lanes;

/* Who waits for a lane, and then has it until it is given back. Embedded in its owner. */
struct cupel_lane_claim {
    void (*given)(struct cupel_lane_claim *claim, unsigned lane);
    /* The lanes go away while it has one: whatever runs there is to be freed. */
    void (*abandon)(struct cupel_lane_claim *claim);
    void *owner;
    struct cupel_lane_claim *next; /* of lanes.c */
};

/* count: 1 to CUPEL_CELL_LANES_MAX, all of them free. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_lanes_new(unsigned count, struct cupel_lanes **ret);

/* Calls abandon() of the claims that have a lane, and must come before the cell and the loop
 * are freed; nobody may wait any more. NULL is allowed. */
void cupel_lanes_free(struct cupel_lanes *lanes);

/* Take a lane that nobody has and nobody waits for. */
bool cupel_lanes_take(struct cupel_lanes *lanes, unsigned *ret);

/* Wait for a lane: given() is called within if one is free, else in its turn, from
 * cupel_lanes_give_back(). */
void cupel_lanes_claim(struct cupel_lanes *lanes, struct cupel_lane_claim *claim);

/* Wait no more; nothing if it does not wait. */
void cupel_lanes_withdraw(struct cupel_lanes *lanes, struct cupel_lane_claim *claim);

void cupel_lanes_give_back(struct cupel_lanes *lanes, unsigned lane);

#endif
