/* Values of arguments as people write them: AF_INET, CLONE_NEWNS|CLONE_NEWPID, 0x5400. Pure. */
#ifndef CUPEL_POLICY_CONSTANT_TEXT_H
#define CUPEL_POLICY_CONSTANT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/call.h"

#define CUPEL_CONSTANT_TEXT_SIZE 512

/* What can be read back: constants of this argument of this call where there are any, else a
 * number. Returns ret. */
const char *cupel_constant_text(const char *call, size_t argument, enum cupel_arch arch,
                                uint64_t value, char ret[static CUPEL_CONSTANT_TEXT_SIZE]);

#endif
