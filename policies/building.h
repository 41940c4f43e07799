/* What the files that read a policy share; nobody else includes it. */
#pragma once

#include "base/moment.h"
#include "base/text.h"
#include "policies/internal.h"

enum {
    NAMES_MOST = 2000,
    NAME_BYTES = 100,
    MINUTE = 60,
    HOUR = 3600,
    DAY = 86400,
};

/* People and roles are shown to those who decide: no characters that hide or turn what stands
   there. NULL when the member is missing. */
const char *policy_read_words(struct form *form, const char *name, enum need need, size_t most);
/* The sets of people that a member names; those that there are not are complained of. */
const struct people **policy_read_sets(struct policy *policy, struct form *form, const char *name,
                                       size_t *count);
/* Adds each text that is not there yet; lists are short enough for a linear look. */
void policy_collect(const char **list, size_t *count, size_t more, const char *const texts[]);

/* One rule, of an array that `policy->rules` begins. */
void policy_read_rule(struct policy *policy, struct rule *rule, struct form *form);
/* Its members, each in a file of its own. */
void policy_read_require(struct policy *policy, struct rule *rule, struct form *parent);
void policy_read_limits(struct rule *rule, struct form *parent);
void policy_read_approval(struct policy *policy, struct rule *rule, struct form *parent);
