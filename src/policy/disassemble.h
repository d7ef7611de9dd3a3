/* Programs for seccomp(2) as text. Pure. */
#ifndef CUPEL_POLICY_DISASSEMBLE_H
#define CUPEL_POLICY_DISASSEMBLE_H

#include "cupel/policy.h"

/*
 * One instruction a line, numbered from 0; jumps name the numbers that they lead to. What the
 * accumulator holds is followed, so that numbers of calls and architectures have their names.
 * The caller frees; NULL without memory.
 */
char *cupel_filter_disassemble(const struct cupel_filter *filter, enum cupel_arch arch);

#endif
