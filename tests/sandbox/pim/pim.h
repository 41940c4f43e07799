/* Privileged Identity Management: what is held, by whom, until when. Time passes whenever somebody
   looks (pim_settle); nothing runs in between. */
#pragma once

#include "sandbox/sandbox.h"

/* Lets everything happen that was due until `now_ms`: starts, ends, removals. */
void pim_settle(struct sandbox *sandbox, int64_t now_ms);

/* What the principal holds of the target through PIM, now or later; NULL when nothing.
   Assigned comes before Activated. */
struct assignment *pim_find(const struct tenant *tenant, const char *principal,
                            const struct target *target, enum manner manner);
/* Has it go at `at_ms`. */
void pim_remove(struct assignment *assignment, int64_t at_ms, const char *why);

/* The policy of a target, made with the defaults of contract 7 where there was none. */
struct pim_policy *pim_policy_of(struct tenant *tenant, const struct target *target,
                                 int64_t now_ms);
const json_t *pim_rule(const struct pim_policy *policy, const char *id);
/* The 17 rules as they stand in a new tenant. New reference. */
json_t *pim_default_rules(void);

/* An assignment with every detail, for the control API, the journal and the front page.
   New reference. */
json_t *pim_show(const struct tenant *tenant, const struct assignment *assignment);
/* The name of the group or role; in the tenant's arena or its structs. */
const char *pim_target_name(const struct tenant *tenant, const struct target *target);

/* POST and GET of schedule requests, for groups and roles alike (pim_request.c). */
void pim_post_request(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind);

/* The views of Graph. New references. */
json_t *pim_show_request(const struct pim_request *request, bool fresh);
json_t *pim_show_instance(const struct assignment *assignment);
json_t *pim_show_schedule(const struct assignment *assignment);
