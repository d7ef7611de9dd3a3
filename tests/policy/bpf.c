#include "bpf.h"

#include <stdbool.h>
#include <string.h>

#include <linux/filter.h>

/* Whether a conditional jump is taken; *known is cleared for one that seccomp(2) refuses. */
static bool is_taken(const struct sock_filter *i, uint32_t accumulator, bool *known)
{
    switch (BPF_OP(i->code)) {
    case BPF_JEQ:
        return accumulator == i->k;
    case BPF_JGT:
        return accumulator > i->k;
    case BPF_JGE:
        return accumulator >= i->k;
    case BPF_JSET:
        return (accumulator & i->k) != 0;
    default:
        *known = false;
        return false;
    }
}

uint32_t bpf_run(const struct cupel_filter *filter, const struct seccomp_data *data,
                 size_t *steps)
{
    size_t uncounted = 0;
    const struct sock_filter *program = filter->instructions;
    uint32_t accumulator = 0;
    bool known = true;

    if (steps == NULL)
        steps = &uncounted;
    *steps = 0;
    for (size_t pc = 0; pc < filter->count && known; pc++) {
        const struct sock_filter *i = &program[pc];
        ++*steps;
        if (i->code == (BPF_LD | BPF_W | BPF_ABS) && i->k % 4 == 0 && i->k < sizeof(*data))
            memcpy(&accumulator, (const char *)data + i->k, sizeof(accumulator));
        else if (i->code == (BPF_ALU | BPF_AND | BPF_K))
            accumulator &= i->k;
        else if (i->code == (BPF_RET | BPF_K))
            return i->k;
        else if (i->code == (BPF_JMP | BPF_JA))
            pc += i->k;
        else if (BPF_CLASS(i->code) == BPF_JMP && BPF_SRC(i->code) == BPF_K)
            pc += is_taken(i, accumulator, &known) ? i->jt : i->jf;
        else
            known = false;
    }
    return BPF_INVALID;
}
