/* What the files that read a policy share; nobody else includes it. */
#pragma once

#include "base/moment.h"
#include "base/text.h"
#include "policies/internal.h"

enum {
    NAMES_MOST = 2000,
    NAME_BYTES = 100,
    DENY_BYTES = 500,
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
/* The same of one that may be left out. */
const struct people **policy_read_more_sets(struct policy *policy, struct form *form,
                                            const char *name, size_t *count);
/* The same where approvers are named: there, and only there, a set may hold the manager. */
const struct people **policy_read_approvers(struct policy *policy, struct form *form,
                                            const char *name, size_t *count);
/* Adds each text that is not there yet; lists are short enough for a linear look. */
void policy_collect(const char **list, size_t *count, size_t more, const char *const texts[]);

/* Joins the sets that name other sets, once all are read; cycles are complained of. */
void policy_join_people(struct policy *policy, const json_t *merged, struct complaints *complaints);
/* The set of that name; NULL when there is none. */
const struct people *policy_find_people(const struct policy *policy, const char *name);

/* The roles that a member names; those that there are not are complained of. */
const struct role **policy_read_roles(struct policy *policy, struct form *form, const char *name,
                                      enum need need, size_t *count);
/* Which ring is open, and who is in which; all may ask where nothing is said. */
void policy_read_phases(struct policy *policy, struct form *all);
/* Complains of an id that is none; `noun` says of what it is to be one. */
void policy_check_id(struct form *form, const char *id, const char *noun);
/* The member `bundles`, which may be NULL; the roles are read. */
void policy_read_bundles(struct policy *policy, const json_t *value, struct complaints *complaints);

/* One rule, of an array that `policy->rules` begins. */
void policy_read_rule(struct policy *policy, struct rule *rule, struct form *form);
/* Its members, each in a file of its own. */
void policy_read_require(struct policy *policy, struct rule *rule, struct form *parent);
/* A preset, added to what was required. */
void policy_read_level(struct rule *rule, struct form *form);
/* `when` of a rule or a stage; false: it has none. */
bool policy_read_when(struct policy *policy, struct form *parent, struct when *ret);
void policy_read_limits(struct rule *rule, struct form *parent);
void policy_read_approval(struct policy *policy, struct rule *rule, struct form *parent);
/* After what the rule demands: nothing else of it can be watched. */
void policy_read_watch(struct rule *rule, struct form *parent);
void policy_read_tell(struct policy *policy, struct rule *rule, struct form *parent);
void policy_read_urgent(struct policy *policy, struct rule *rule, struct form *parent);
