/*
 * Compiled filters, kept in files from one process to the next. A filter is found by everything
 * that it is made of, so nothing in the cache is ever out of date; and it is believed only if
 * no one but its owner, who is the user, could have written it.
 */
#ifndef CUPEL_FILTER_CACHE_H
#define CUPEL_FILTER_CACHE_H

#include "cupel/error.h"
#include "cupel/policy.h"

/*
 * The filter of a policy, from folder (an absolute path, made if need be, with its parent; NULL
 * or "": no cache), or compiled and then left there. A cache that cannot be used or written to
 * is no error. There is no filter that notifies, *ret is empty, where the policy denies what a
 * cell does between loading it and executing the command: nobody would listen yet. Returns 0
 * and fills *ret (cupel_filter_clear()), or as cupel_policy_compile().
 */
CUPEL_MUST_CHECK int cupel_filter_get(const char *folder, const struct cupel_policy *policy,
                                      enum cupel_filter_mode mode, struct cupel_filter *ret,
                                      struct cupel_error *err);

#endif
