/* What a policy shows of files, devices and of the environment's variables. */
#ifndef CUPEL_POLICY_FILES_H
#define CUPEL_POLICY_FILES_H

#include "cupel/policy.h"
#include "policy/widening.h"

/* Read "files" over policy. A root has to give all of it. False if diagnostics were added. */
bool cupel_files_read(const struct cupel_field *field, bool is_root,
                      const struct cupel_widening *widening, struct cupel_policy *policy);

/* The same for "environment". */
bool cupel_environment_read(const struct cupel_field *field,
                            const struct cupel_widening *widening, struct cupel_policy *policy);

#endif
