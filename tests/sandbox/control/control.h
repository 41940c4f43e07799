/* The control API: how tests and onlookers see and change everything (README.md, "Control API"). */
#pragma once

#include "sandbox/sandbox.h"

/* {"error": "…"} */
void control_error(struct exchange *exchange, int status, const char *says);
/* A 400 that names every mistake; false when there is none. */
bool control_complained(struct exchange *exchange, const struct complaints *complaints);
/* The JSON object that was sent; an empty one for an empty body. NULL with a 400. New reference. */
json_t *control_body(struct exchange *exchange);
/* {"items": […]}. Steals the list. */
void control_items(struct exchange *exchange, json_t *list);

#define CONTROL_HANDLERS(X)                                                                        \
    X(access_policies)                                                                             \
    X(access_policy_change)                                                                        \
    X(app_change)                                                                                  \
    X(approval)                                                                                    \
    X(apps)                                                                                        \
    X(assignment_add)                                                                              \
    X(assignment_delete)                                                                           \
    X(assignments)                                                                                 \
    X(azure_scope_change)                                                                          \
    X(clock)                                                                                       \
    X(clock_set)                                                                                   \
    X(device_add)                                                                                  \
    X(device_change)                                                                               \
    X(device_delete)                                                                               \
    X(devices)                                                                                     \
    X(fault_add)                                                                                   \
    X(faults)                                                                                      \
    X(faults_delete)                                                                               \
    X(group_add)                                                                                   \
    X(group_change)                                                                                \
    X(group_delete)                                                                                \
    X(groups)                                                                                      \
    X(held)                                                                                        \
    X(journal)                                                                                     \
    X(keys)                                                                                        \
    X(keys_change)                                                                                 \
    X(mail)                                                                                        \
    X(mail_delete)                                                                                 \
    X(overview)                                                                                    \
    X(person_add)                                                                                  \
    X(person_change)                                                                               \
    X(person_delete)                                                                               \
    X(persons)                                                                                     \
    X(pim)                                                                                         \
    X(pim_change)                                                                                  \
    X(release)                                                                                     \
    X(reset)                                                                                       \
    X(sign_in_add)                                                                                 \
    X(switches)                                                                                    \
    X(switches_change)                                                                             \
    X(token_add)

#define X(name) void control_##name(struct sandbox *sandbox, struct exchange *exchange);
CONTROL_HANDLERS(X)
#undef X
