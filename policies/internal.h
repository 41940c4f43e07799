/* What the files of this folder share and nobody else sees. */
#pragma once

#include "policies/policy.h"

#include <stdatomic.h>

struct rule {
    const char *name;
    size_t role_count, who_count, from_count, context_count;
    const struct role **roles;
    const struct people **who;
    bool mfa, compliant_device, watch_risk, approval, is_signed;
    int64_t mfa_within_seconds;
    const char **contexts;
    enum risk_level risk_at_most;
    int64_t justification_least;
    int64_t longest_seconds, default_seconds, start_within_seconds;
    const struct people **from;
    int64_t need, within_seconds;
};

/* The rules that mention one role: what deciding looks at, however many rules there are. */
struct rules_of_role {
    size_t count;
    const struct rule **rules;
};

struct policy {
    atomic_uint uses;
    struct arena *arena;
    char *text;
    char version[80];
    size_t role_count, people_count, rule_count, group_count, context_count;
    struct role *roles;
    struct people *people;
    struct rule *rules;
    struct rules_of_role *by_role;  /* beside roles */
    const struct people *emergency; /* NULL: no such set */
    size_t told_count;
    const struct people **told; /* whom alarms are told to */
    const char **groups, **contexts;
};

/* What a role assigns; texts are copied, access is not. */
struct target policy_target(struct form *role, struct arena *arena);
/* Fills the policy from the merged object of all files. */
void policy_build(struct policy *policy, const json_t *merged, struct complaints *complaints);
