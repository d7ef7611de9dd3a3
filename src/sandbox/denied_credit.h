/*
 * What a run may cost us by what it has us asked: credit for CPU time, of which a share of the
 * time that passes is earned. Pure.
 */
#ifndef CUPEL_SANDBOX_DENIED_CREDIT_H
#define CUPEL_SANDBOX_DENIED_CREDIT_H

#include <stdbool.h>
#include <stdint.h>

struct denied_credit {
    int64_t left_ns; /* below 0: what the last call took too much has to be earned first */
    uint64_t earned_at_ns;
};

struct denied_credit denied_credit_full(uint64_t now_ns);

/* Add what was earned up to now. Returns whether there is any. */
bool denied_credit_earn(struct denied_credit *credit, uint64_t now_ns);

/* Of a call that took so much of our CPU time; a kind that costs more than is seen of it is
 * charged least_ns at least. */
void denied_credit_charge(struct denied_credit *credit, uint64_t took_ns, uint64_t least_ns);

#endif
