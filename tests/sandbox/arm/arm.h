/* Azure Resource Manager: roles of Azure through PIM (contract 8). What is asked for goes the way
   of all requests (pim/request.c); here is what differs. */
#pragma once

#include "sandbox/pim/wanted.h"

#define ARM_HANDLERS(X)                                                                            \
    X(cancel)                                                                                      \
    X(decide)                                                                                      \
    X(eligibilities)                                                                               \
    X(eligibility_schedules)                                                                       \
    X(instances)                                                                                   \
    X(policy_assignments)                                                                          \
    X(put)                                                                                         \
    X(request)                                                                                     \
    X(requests)                                                                                    \
    X(role_definition)                                                                             \
    X(schedules)                                                                                   \
    X(stages)                                                                                      \
    X(validate)

#define X(name) void arm_##name(struct sandbox *sandbox, struct exchange *exchange);
ARM_HANDLERS(X)
#undef X

/* Checks api-version and how many calls this caller made; false with a 400 or 429. */
bool arm_admit(struct sandbox *sandbox, struct exchange *exchange);
/* Adds the headers that every answer has. */
void arm_finish(struct exchange *exchange);

/* Whether the caller may change, or see, who holds what at a scope: by a role of Azure there. */
bool arm_administers(const struct tenant *tenant, const struct exchange *exchange,
                     const char *scope);
bool arm_reads(const struct tenant *tenant, const struct exchange *exchange, const char *scope);
/* Role, scope and principal are there; false with an answer. */
bool arm_check_nouns(struct sandbox *sandbox, struct exchange *exchange,
                     const struct wanted *wanted);
/* A locked scope, or PIM without rights of its own, lets no request through (F08, F10). */
bool arm_keeps_out(struct sandbox *sandbox, struct pim_request *request);

/* How everything looks. New references. */
json_t *arm_show_request(struct sandbox *sandbox, const struct pim_request *request);
/* `at` is the scope that was asked about: what is held above it is inherited. */
json_t *arm_show_view(struct sandbox *sandbox, const struct assignment *assignment,
                      enum pim_view view, const char *at);
json_t *arm_show_stage(struct sandbox *sandbox, const struct exchange *exchange,
                       const struct pim_request *request);
json_t *arm_show_policy(struct sandbox *sandbox, const struct pim_policy *policy);
/* {"value", "nextLink"} */
void arm_list(struct sandbox *sandbox, struct exchange *exchange, json_t *steals);

/* $filter: the functions joined by "and" that it has, and principalId. */
struct arm_filter {
    bool as_target, as_requestor, as_approver, at_scope;
    const char *principal, *role; /* NULL: any */
};
/* False with a 400 when it is malformed. */
bool arm_filter_read(struct exchange *exchange, struct arm_filter *filter);
