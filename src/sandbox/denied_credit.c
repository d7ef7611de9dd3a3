#include "sandbox/denied_credit.h"

#define BURST_NS  500000000
#define EARNED_OF 10U /* ns that pass for one that is earned */
#define TIMES     4U  /* since there is more around a call than in it */

struct denied_credit denied_credit_full(uint64_t now_ns)
{
    return (struct denied_credit){.left_ns = BURST_NS, .earned_at_ns = now_ns};
}

bool denied_credit_earn(struct denied_credit *credit, uint64_t now_ns)
{
    credit->left_ns += (int64_t)((now_ns - credit->earned_at_ns) / EARNED_OF);
    if (credit->left_ns > BURST_NS)
        credit->left_ns = BURST_NS;
    credit->earned_at_ns = now_ns;
    return credit->left_ns > 0;
}

void denied_credit_charge(struct denied_credit *credit, uint64_t took_ns, uint64_t least_ns)
{
    uint64_t charged_ns = TIMES * took_ns;

    credit->left_ns -= (int64_t)(charged_ns > least_ns ? charged_ns : least_ns);
}
