/*
 * What the commands of `cupel policy` print, as JSON documents first: the text of each command
 * is made of its document, so that both say the same. What returns json_t returns a new
 * reference, or NULL if memory ran out.
 */
#ifndef CUPEL_CLI_POLICY_MODEL_H
#define CUPEL_CLI_POLICY_MODEL_H

#include <stdbool.h>

#include <jansson.h>

#include "cupel/policy.h"
#include "policy/answers.h"
#include "policy/limits.h"
#include "render/page.h"

/* "schema", "policy", "why", "sha256", "arch", and "extends": the chain up to the root. */
json_t *policy_head_json(const char *schema, const struct cupel_policy *policy);

/* {"policy", "file", "line", "column"}; null if nothing gave it. */
json_t *policy_origin_json(const struct cupel_origin *origin);

/* "action", "by" (rule, unknown or invariant), "why", and "origin". */
json_t *policy_decision_json(const struct cupel_decision *decision);

/* An array of the above, with "when" and, of an invariant, "allowed_by". */
json_t *policy_answers_json(const struct cupel_answers *answers);

/* [{"key", "value", "text", "origin"}, …]: limits, files, network, environment, require. value
 * is a number, a text or an array of texts. */
json_t *policy_settings_json(const struct cupel_policy *policy);

#define POLICY_LIMIT_TEXT 32

/* "10 s", "256 MiB", "32", "as many as there are". Returns ret. */
const char *policy_limit_text(const struct cupel_limit_key *key, uint64_t value,
                              char ret[static POLICY_LIMIT_TEXT]);

/* A member that is a text; "" if it is none. Borrowed. */
const char *policy_text_of(const json_t *object, const char *key);

/* "native.json:12:7", of the whole path if it is asked for; "" for null. */
#define POLICY_PLACE_SIZE 512
const char *policy_place(const json_t *origin, bool whole_path,
                         char ret[static POLICY_PLACE_SIZE]);

/* The settings, a line each; ended by the place that each comes from if that is asked for. */
void policy_put_settings(struct page *page, const json_t *settings, bool with_places);

#endif
