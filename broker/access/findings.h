/* Gathering what a judgement looks at, for a request or for a grant that is about to start. */
#pragma once

#include "access/worker.h"
#include "store/grants.h"
#include "store/requests.h"

/* What was found out about one request. Everything lives until the step ends. */
struct gathered {
    struct findings findings;
    struct occasion occasion;
    struct demands demands;
    size_t role_count;
    const struct role *roles[REQUEST_ROLES]; /* in force now; NULL: it left the catalogue */
    bool judged[REQUEST_ROLES]; /* all of a request's, or the one that a grant is about */
    enum activation modes[REQUEST_ROLES];
    const struct admin_rules *admin_rules[REQUEST_ROLES]; /* of mode `application` */
    const struct self_rules *self_rules[REQUEST_ROLES];   /* of mode `delegated` */
    const struct eligibles *eligibles[REQUEST_ROLES];
    const struct memberships *through[REQUEST_ROLES]; /* NULL: not asked */
    bool role_gone;
};

/* How a role is activated when a grant of it is made now. */
enum activation activation_of(const struct access *access, const struct role *role);

/* PIM's rules for what this person activates themselves; NULL: answer PACE_WAIT. */
const struct self_rules *findings_self_rules(struct task *task, const struct person_key *person,
                                             const char *target);
/* Which of these groups, and of those that Conditional Access leaves out of a context (`contexts`
   NULL: none), the person is in; NULL: answer PACE_WAIT. */
const struct fact *findings_memberships(struct task *task, size_t count, const char *const groups[],
                                        const struct contexts *contexts, const char *oid,
                                        int64_t age_ms);
/* Who may activate a target in PIM, and which of their groups the person is in, as
   judge_eligibility wants it; false: answer PACE_WAIT. */
bool findings_eligibility(struct task *task, const struct person_key *person, const char *target,
                          const struct eligibles **eligibles, const struct memberships **through);
/* The device of the sign-in that `findings` speaks of, which must name one, as judge_device wants
   it; false: answer PACE_WAIT. */
bool findings_device(struct task *task, const struct required *required, struct findings *findings,
                     int64_t age_ms);
/* The demands that were kept with a request; false when there are none, or they lost something. */
bool findings_kept_demands(const struct stored_request *request, struct arena *arena,
                           struct demands *demands);
/* What a policy demands of a request, in the circumstances it was submitted in; as policy_demand.
 */
void findings_policy_demand(const struct policy *policy, size_t role_count,
                            const struct role *const roles[], const struct stored_request *request,
                            const struct memberships *memberships, struct arena *arena,
                            struct demands *demands);
/* What the policy that it was submitted under demands of it: as it was kept, or as it is now while
   that is not known yet; false: answer PACE_WAIT. */
bool findings_demands(struct task *task, const struct stored_request *request,
                      struct demands *demands);
/* Asks for all facts that judging this request takes; false: answer PACE_WAIT. `sign_in` is the
   evidence it is judged by, `grant` the one that is about to start, or NULL. */
bool findings_gather(struct task *task, const struct stored_request *request,
                     const struct stored_grant *grant, const struct sign_in *sign_in,
                     struct gathered *ret);
/* Judges all of it; `with_sign_in` is false at an unattended start, when only what Graph knows is
   judged again, and what PIM wants of a sign-in counts only `at_start`. */
void findings_judge(const struct gathered *gathered, int64_t duration_seconds, bool with_sign_in,
                    bool at_start, struct evidence_list *list);
