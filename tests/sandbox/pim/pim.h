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
/* Members of rules, each of which must be there already; nothing is changed when one is not. */
void pim_policy_change(struct pim_policy *policy, const json_t *rules,
                       struct complaints *complaints);
/* The 17 rules as they stand in a new tenant. New reference. */
json_t *pim_default_rules(void);

/* An assignment with every detail, for the control API, the journal and the front page.
   New reference. */
json_t *pim_show(const struct tenant *tenant, const struct assignment *assignment);
/* The name of the group or role; in the tenant's arena or its structs. */
const char *pim_target_name(const struct tenant *tenant, const struct target *target);

struct wanted;

/* Checks and does what is wanted. NULL with an answer when it is refused. */
struct pim_request *pim_submit(struct sandbox *sandbox, struct exchange *exchange,
                               const struct wanted *wanted);
/* What is granted for later, or waits for an approval, can be canceled (C06 to C08). */
bool pim_is_cancelable(const struct sandbox *sandbox, const struct pim_request *request);
void pim_cancel(struct sandbox *sandbox, struct exchange *exchange, struct pim_request *request);
/* Takes a dry run away again (B19). */
void pim_forget(struct tenant *tenant, const struct pim_request *request);
/* POST of a schedule request, for groups and roles alike (request.c). */
void pim_post_request(struct sandbox *sandbox, struct exchange *exchange, enum target_kind kind);

/* By what the person may activate the target: their own eligibility, or that of a group they are
   in; NULL when they may not. */
const struct assignment *pim_eligibility(const struct tenant *tenant, const char *person,
                                         const struct target *target, int64_t at_ms);

/* The target whose policy binds an activation: that of the eligibility, or the very one that is
   asked for (a switch). */
const struct target *pim_governing(const struct sandbox *sandbox, const char *person,
                                   const struct target *target, int64_t at_ms);

/* Approvals (approval.c). Who may decide: not whoever asked. */
bool pim_may_decide(struct sandbox *sandbox, const struct pim_request *request, const char *person,
                    int64_t now_ms);
/* Has the request go on, or end. `by` is a person's id, or "". */
void pim_decide(struct sandbox *sandbox, struct pim_request *request, bool approve, const char *by,
                const char *justification, int64_t now_ms);
/* The window of 24 hours is over (E07). */
void pim_lapse(struct sandbox *sandbox, struct pim_request *request);
struct pim_request *pim_find_request(const struct tenant *tenant, const char *id,
                                     enum target_kind kind);
/* Whether a person may see a request: their own, one they decide, or all as a reader. */
bool pim_may_read(struct sandbox *sandbox, const struct exchange *exchange,
                  const struct pim_request *request);

enum pim_view { INSTANCES, SCHEDULES, ELIGIBILITIES, ELIGIBILITY_SCHEDULES };

/* Whether the assignment is in that list at that moment. */
bool pim_is_shown(const struct assignment *assignment, enum target_kind kind, enum pim_view view,
                  int64_t at_ms);
json_t *pim_show_view(const struct assignment *assignment, enum pim_view view);

/* The views of Graph. New references. */
json_t *pim_show_request(const struct pim_request *request, bool fresh);
json_t *pim_show_instance(const struct assignment *assignment);
json_t *pim_show_schedule(const struct assignment *assignment);
