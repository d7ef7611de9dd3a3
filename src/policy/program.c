#include "policy/program.h"

#include <errno.h>
#include <stdlib.h>

#define NEAR                                                                                   \
    250 /* a conditional jump skips up to 255; two instructions may come in between            \
         */

static cupel_label add(struct cupel_program *program, struct sock_filter instruction)
{
    if (program->error == 0 && program->count == BPF_MAXINSNS)
        program->error = -E2BIG;
    if (program->error == 0 && program->count == program->capacity) {
        size_t capacity = program->capacity == 0 ? 256 : 2 * program->capacity;
        void *items = reallocarray(program->items, capacity, sizeof(*program->items));
        if (items == NULL) {
            program->error = -ENOMEM;
        } else {
            program->items = items;
            program->capacity = capacity;
        }
    }
    if (program->error == 0)
        program->items[program->count++] = instruction;
    return program->count;
}

cupel_label cupel_program_return(struct cupel_program *program, uint32_t value)
{
    const struct sock_filter end = BPF_STMT(BPF_RET | BPF_K, value);

    for (size_t i = program->count; i > 0 && program->count - i < NEAR; i--) {
        if (program->items[i - 1].code == end.code && program->items[i - 1].k == value)
            return i;
    }
    return add(program, end);
}

/* The target itself, or an instruction that does the same and is so near. */
static cupel_label bring_near(struct cupel_program *program, cupel_label target, size_t near)
{
    if (program->error != 0 || program->count - target <= near)
        return target;
    struct sock_filter instruction = program->items[target - 1];
    if (BPF_CLASS(instruction.code) != BPF_RET)
        instruction =
            (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)(program->count - target));
    return add(program, instruction);
}

static cupel_label branch(struct cupel_program *program, uint16_t operation, uint32_t k,
                          cupel_label yes, cupel_label no)
{
    yes = bring_near(program, yes, NEAR);
    no = bring_near(program, no, NEAR);
    return add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | operation | BPF_K, k,
                                                     (uint8_t)(program->count - yes),
                                                     (uint8_t)(program->count - no)));
}

cupel_label cupel_program_if_equal(struct cupel_program *program, uint32_t k, cupel_label yes,
                                   cupel_label no)
{
    return branch(program, BPF_JEQ, k, yes, no);
}

cupel_label cupel_program_if_least(struct cupel_program *program, uint32_t k, cupel_label yes,
                                   cupel_label no)
{
    return branch(program, BPF_JGE, k, yes, no);
}

cupel_label cupel_program_load(struct cupel_program *program, size_t offset, cupel_label next)
{
    (void)bring_near(program, next, 0);
    return add(program,
               (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

cupel_label cupel_program_and(struct cupel_program *program, uint32_t mask, cupel_label next)
{
    (void)bring_near(program, next, 0);
    return add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
}

int cupel_program_finish(const struct cupel_program *program, struct sock_filter **ret)
{
    if (program->error != 0)
        return program->error;
    struct sock_filter *items = calloc(program->count, sizeof(*items));
    if (items == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < program->count; i++)
        items[i] = program->items[program->count - 1 - i];
    *ret = items;
    return 0;
}

void cupel_program_clear(struct cupel_program *program)
{
    free(program->items);
    *program = (struct cupel_program){0};
}
