/* Who is in which group: whatever assignments say is in force at a moment. */
#pragma once

#include "sandbox/tenant/tenant.h"

/* In force at `at_ms`: begun, and not gone. */
bool assignment_holds(const struct assignment *assignment, int64_t at_ms);
/* Whether a scope of Azure Resource Manager is `wide`, or lies below it. */
bool scope_covers(const char *wide, const char *narrow);
bool target_equals(const struct target *one, const struct target *other);

/* Whether `principal` is a member of the group, directly or through groups in it. */
bool members_has(const struct tenant *tenant, const char *group, const char *principal,
                 int64_t at_ms);
/* Ids of those who have `part` (member or owner) of the group. New reference. */
json_t *members_list(const struct tenant *tenant, const char *group, const char *part,
                     bool transitive, int64_t at_ms);
/* Ids of the groups that `principal` is in, directly or through others. New reference. */
json_t *members_groups_of(const struct tenant *tenant, const char *principal, int64_t at_ms);
