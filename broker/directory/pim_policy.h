/* PIM's policy of a target: how its rules for administrators and for people themselves are asked
   for and taken apart (contract 7). */
#pragma once

#include "directory/entry.h"
#include "directory/reader.h"

/* The one step that brings all rules. */
bool pim_policy_ask(const struct asked *asked, unsigned step, struct text *path, json_t **body);
/* Hands each policy of this very target to `read`, until one fails. */
enum fail pim_policy_each(const struct asked *asked, const json_t *answer, struct fact *fact,
                          enum fail (*read)(struct entry *policy, struct fact *fact),
                          struct reason *why);
/* The rule of that id, spoilt when the policy has none. */
struct entry pim_rule(struct entry *policy, const char *id);
/* An expiration rule makes `*longest_seconds` less where it says less, and `*required` true where
   it demands an end. */
enum fail pim_expiration(struct entry *policy, const char *id, bool *required,
                         int64_t *longest_seconds);
/* An enablement rule makes `*mfa` true where it demands MFA. Every write gives reasons and a
   ticket; what else it asks for cannot be met, and spoils it. */
enum fail pim_enablement(struct entry *policy, const char *id, bool *mfa);
