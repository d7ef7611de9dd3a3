/* All calls of a policy, grouped by what happens to them. */
#ifndef CUPEL_CLI_POLICY_TABLE_H
#define CUPEL_CLI_POLICY_TABLE_H

#include <jansson.h>

#include "cupel/policy.h"
#include "render/page.h"

/* What is not in the table of calls. */
#define POLICY_FOREIGN "entry by 32-bit and x32 calls: kill (invariant)"

/* [{"name", "number", "answers"}, …] by name; NULL with err on failure. */
json_t *policy_calls_json(const struct cupel_policy *policy, struct cupel_error *err);

#define POLICY_TITLES_MAX 64

/* The title of a call's group: its action, "by arguments" if there are several, or "without a
 * rule". Borrowed from it. */
const char *policy_call_title(const json_t *call);

/* The titles that there are: what is allowed, what depends, what is denied, the rest. Borrowed
 * from calls. Returns how many. */
size_t policy_call_titles(const json_t *calls, const char *ret[static POLICY_TITLES_MAX]);

/* The groups: how many calls, and their names; of those that depend on arguments, how. */
void policy_put_calls(struct page *page, const json_t *calls);

/* How many calls are in the group of that title: "allowed", …; see policy_table.c. */
size_t policy_count_calls(const json_t *calls, const char *title);

#endif
