#include "grader/test_lane.h"
int cupel_test_start_harness(struct cupel_lane *lane)
{
    (void)lane;
    return -12;
}
