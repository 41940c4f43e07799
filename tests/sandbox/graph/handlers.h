/* What the route table names of Graph. */
#pragma once

#include "sandbox/sandbox.h"

#define GRAPH_HANDLERS(X)                                                                          \
    X(access_policies)                                                                             \
    X(access_policy)                                                                               \
    X(audits)                                                                                      \
    X(batch)                                                                                       \
    X(check_member_groups)                                                                         \
    X(context_class)                                                                               \
    X(contexts)                                                                                    \
    X(device)                                                                                      \
    X(device_by_device_id)                                                                         \
    X(devices)                                                                                     \
    X(group)                                                                                       \
    X(group_approval)                                                                              \
    X(group_approval_decide)                                                                       \
    X(group_approval_old)                                                                          \
    X(group_approval_stage)                                                                        \
    X(group_approval_stages)                                                                       \
    X(group_approvals_to_decide)                                                                   \
    X(group_cancel)                                                                                \
    X(group_eligibilities)                                                                         \
    X(group_eligibility_schedules)                                                                 \
    X(group_instances)                                                                             \
    X(group_post)                                                                                  \
    X(group_request)                                                                               \
    X(group_requests)                                                                              \
    X(group_requests_to_decide)                                                                    \
    X(group_schedules)                                                                             \
    X(managed_device)                                                                              \
    X(managed_devices)                                                                             \
    X(me)                                                                                          \
    X(member_of)                                                                                   \
    X(members)                                                                                     \
    X(my_group_eligibilities)                                                                      \
    X(my_group_eligibility_schedules)                                                              \
    X(my_group_instances)                                                                          \
    X(my_group_requests)                                                                           \
    X(my_group_schedules)                                                                          \
    X(my_role_eligibilities)                                                                       \
    X(my_role_eligibility_schedules)                                                               \
    X(my_role_instances)                                                                           \
    X(my_role_requests)                                                                            \
    X(my_role_schedules)                                                                           \
    X(owners)                                                                                      \
    X(policy)                                                                                      \
    X(policy_assignment)                                                                           \
    X(policy_assignments)                                                                          \
    X(policy_rule)                                                                                 \
    X(policy_rules)                                                                                \
    X(registration)                                                                                \
    X(registrations)                                                                               \
    X(revoke_sessions)                                                                             \
    X(risky_user)                                                                                  \
    X(risky_users)                                                                                 \
    X(role_approval)                                                                               \
    X(role_approval_decide)                                                                        \
    X(role_approval_steps)                                                                         \
    X(role_assignments)                                                                            \
    X(role_cancel)                                                                                 \
    X(role_definition)                                                                             \
    X(role_definitions)                                                                            \
    X(role_eligibilities)                                                                          \
    X(role_eligibility_schedules)                                                                  \
    X(role_instances)                                                                              \
    X(role_post)                                                                                   \
    X(role_request)                                                                                \
    X(role_requests)                                                                               \
    X(role_requests_to_decide)                                                                     \
    X(role_schedules)                                                                              \
    X(send_mail)                                                                                   \
    X(sign_in)                                                                                     \
    X(sign_ins)                                                                                    \
    X(transitive_members)                                                                          \
    X(user)                                                                                        \
    X(user_manager)

#define X(name) void graph_##name(struct sandbox *sandbox, struct exchange *exchange);
GRAPH_HANDLERS(X)
#undef X
