/* Policy: who may ask for which role, what must be true, who must agree, for how long. Read once
   from files, never changed after; everything here is pure. policies/README.md teaches the
   language. */
#pragma once

#include "base/form.h"
#include "base/text.h"
#include "model/facts.h"
#include "model/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy; /* opaque; counted, used by many threads */

enum {
    POLICY_FILE_LIMIT = 4 * 1024 * 1024,
    POLICY_RULES = 10000,
    REQUEST_ROLES = 10,
    APPROVAL_LINES = 8,
    LINE_STAGES = 5,
    APPROVAL_STAGES = APPROVAL_LINES * LINE_STAGES,
    REMINDERS = 4
};

/* Reads all `*.json` files of a folder as one policy. FAIL_INVALID when anything is wrong:
   `complaints` then name file and line as `soc.json:12: rules[0].limits.longest`. */
enum fail policy_read(const char *folder, struct policy **ret, struct complaints *complaints,
                      struct reason *why);
/* The same for whoever checks a folder: what is allowed but hardly meant (a request that nobody
   could approve, a role that nobody may ask for, a rule that demands too little) goes into
   `warnings`. */
enum fail policy_check(const char *folder, struct policy **ret, struct complaints *complaints,
                       struct complaints *warnings, struct reason *why);
/* The same from the text that `policy_text` gave. */
enum fail policy_parse(const char *text, struct policy **ret, struct complaints *complaints,
                       struct reason *why);
struct policy *policy_share(struct policy *policy);
void policy_free(struct policy *policy);
SCOPED(policy)

/* "sha256:" and the digest of policy_text, which is the canonical form of all files together. */
const char *policy_version(const struct policy *policy);
const char *policy_text(const struct policy *policy);

size_t policy_role_count(const struct policy *policy);
const struct role *policy_role(const struct policy *policy, size_t index);
const struct role *policy_find_role(const struct policy *policy, const char *id);

/* Roles that belong together and are asked for as one. */
struct bundle {
    const char *id, *name, *product;
    const char *opens; /* what it opens, in words; may be NULL */
    bool undo;         /* when one of them is not given, the others are given back */
    size_t role_count;
    const struct role **roles; /* in the order in which they start */
};

size_t policy_bundle_count(const struct policy *policy);
const struct bundle *policy_bundle(const struct policy *policy, size_t index);
const struct bundle *policy_find_bundle(const struct policy *policy, const char *id);

/* All groups that any rule speaks of: what has to be asked of the directory. */
size_t policy_groups(const struct policy *policy, const char *const **groups);
/* All authentication contexts that any rule names. */
size_t policy_contexts(const struct policy *policy, const char *const **contexts);
/* The longest that any rule lets somebody have the role, in seconds; 0 where no rule speaks of it.
 */
int64_t policy_longest(const struct policy *policy, const char *role);
/* Whether any rule demands something of a person's risk. */
bool policy_watches_risk(const struct policy *policy);
/* Whether any rule applies only at some risk. */
bool policy_asks_risk(const struct policy *policy);
/* Whether any rule applies by what somebody had before, or has. */
bool policy_asks_past(const struct policy *policy);
/* What else any rule needs read: of all rules together. */
struct required policy_requires(const struct policy *policy, struct arena *arena);
/* Whether any rule asks for MFA. */
bool policy_asks_mfa(const struct policy *policy);

/* What is wrong with who attests what the role's group is bound to, which no API tells: a code
   whose sentence `args` fill (the caller's; may come back NULL). NULL: nothing is, or the role is
   no group's. */
const char *binding_doubt(const struct role *role, int64_t now, json_t **args);

/* A set of people, by users and groups, and by those of other sets, each of which ends by itself;
   for approvers also the manager of whoever asks. */
struct people {
    const char *name;
    size_t user_count, group_count, part_count;
    const char **users, **groups;
    const struct people *parts; /* of other sets; they have none themselves */
    int64_t until;              /* from then on these users and groups are out; 0: never */
    bool manager;
};

size_t policy_people_count(const struct policy *policy);
const struct people *policy_people(const struct policy *policy, size_t index);
/* The people whose standing assignments are meant, and never touched; NULL where there are none. */
const struct people *policy_emergency(const struct policy *policy);
/* Whom alarms are told to. */
size_t policy_told(const struct policy *policy, const struct people *const **told);

/* In what PIM's own rules of a target ask less than the policy does. */
#define PIM_WEAKNESSES(X)                                                                          \
    X(TOO_LONG, "too_long")           /* an activation may last longer */                          \
    X(WITHOUT_MFA, "without_mfa")     /* an activation asks neither for MFA nor for a context */   \
    X(OTHER_CONTEXT, "other_context") /* an activation does not ask for the rule's context */      \
    X(WITHOUT_APPROVAL, "without_approval") /* it asks nobody, where it is to ask */               \
    X(FOR_GOOD, "for_good")                 /* assignments need not end */

enum pim_weakness {
#define X(name, text) PIM_##name,
    PIM_WEAKNESSES(X)
#undef X
        PIM_WEAKNESS_COUNT
};

const char *pim_weakness_text(enum pim_weakness weakness);
/* A bit, 1 << weakness, for each weakness of a role's target; `rules` are known and exist. What is
   weaker in which mode: broker/access/README.md. */
unsigned policy_weaknesses(const struct policy *policy, const struct role *role,
                           enum activation mode, const struct admin_rules *admin,
                           const struct self_rules *self);
/* What fills the sentence `weaker_<weakness>`; the caller's. */
json_t *pim_weakness_args(const struct policy *policy, const struct role *role,
                          const struct self_rules *self);

/* The set as it is at a moment, in users and groups alone. */
const struct people *people_at(const struct people *people, int64_t at, struct arena *arena);
/* Whether a person is in a set at a moment: a listed user is, whatever the groups are. */
enum tri people_hold_at(const struct people *people, const struct person_key *person,
                        const struct memberships *memberships, int64_t at);
/* The same of one that is users and groups alone, as people_at gives it. */
enum tri people_hold(const struct people *people, const struct person_key *person,
                     const struct memberships *memberships);

/* Words of which one must be there. */
struct any_of {
    size_t count;
    const char **words;
};

/* How a privileged workstation is known: it is in one of these groups of devices, or Intune has it
   in one of these categories. */
struct workstation {
    bool by_category;
    struct any_of names;
};

/* What a rule demands of evidence beside the oldest members, or all matching rules together. */
struct required {
    size_t method_count; /* lists of methods (amr): of each, one must be in the sign-in */
    const struct any_of *methods;
    bool managed_device;
    bool accepts_grace, accepts_config_manager; /* Intune's words that stand for "compliant" */
    int64_t synced_within_seconds;              /* 0: however long ago */
    size_t workstation_count;                   /* each must be met */
    const struct workstation *workstations;
    bool watch_sign_in_risk;
    enum risk_level sign_in_risk_at_most;
    bool modern_authentication;
    bool eligible; /* in PIM, in every mode */
    bool ticket, ticket_look_up;
    size_t ticket_pattern_count, justification_pattern_count; /* each must fit the whole text */
    const char **ticket_patterns, **justification_patterns;
};

/* One stage of one rule's approval. The stages of a rule make its line, and come in order; lines
   go side by side. */
struct approval_demand {
    const char *rule;
    int stage; /* as the rule counts them, from 1 */
    size_t from_count, to_count;
    const struct people *const *from;
    int64_t need, deny; /* so many agree; so many denials end the request */
    int64_t within_seconds;
    size_t remind_count;
    int64_t remind_seconds[REMINDERS]; /* before it is due, the first reminder first */
    int64_t escalate_seconds;          /* after so long `to` may decide too; -1: never */
    const struct people *const *to;
    bool needs_reason;
    bool is_signed; /* deciding takes a sign-in whose token says what was decided */
};

/* By what accounts are told to be one human's. */
enum human_by { HUMAN_BY_ACCOUNT, HUMAN_BY_EMPLOYEE_ID, HUMAN_BY_MAIL };
/* The value by which a person's accounts are one, or NULL: they have none, and cannot approve. */
const char *human_of(enum human_by by, const struct person *person);
/* Whether two accounts are one human's. */
bool human_is(enum human_by by, const struct person *one, const struct person *other);
/* What can be looked at again while access lives. */
enum watch_check {
    WATCH_ACCOUNT,
    WATCH_MEMBERSHIP,
    WATCH_DEVICE,
    WATCH_USER_RISK,
    WATCH_ELIGIBILITY,
    WATCH_CHECKS
};
/* As policy, evidence and database have it. */
const char *watch_check_text(enum watch_check check);

/* How often it is looked at, and how long it may be bad; INT64_MAX: never. */
struct watch_demand {
    int64_t every_seconds; /* INT64_MAX: nothing is */
    struct {
        int64_t warn_seconds;   /* then it is an alarm */
        int64_t revoke_seconds; /* then access is taken away */
    } checks[WATCH_CHECKS];
};

/* Whether any rule has that watched. */
bool policy_watches(const struct policy *policy, enum watch_check check);
void watch_nothing(struct watch_demand *watch);
bool watch_looks_at(const struct watch_demand *watch, enum watch_check check);

/* What people are told of whom a rule names. */
enum tell {
    TELL_ACTIVATED,
    TELL_ENDED,
    TELL_REVOKED,
    TELL_WARNED,
    TELL_FAILED,
    TELL_URGENT,
    TELLS
};
const char *tell_text(enum tell tell);
bool tell_read(const char *text, enum tell *tell);

struct tell_demand {
    size_t from_count;
    const struct people *const *from;
};

/* Access before approval, as the rules let somebody have it. */
struct urgent_demand {
    bool offered; /* every rule that wants an approval lets them pass it over, one for each role */
    bool asked;   /* it was asked for: then all other demands are those of it */
    int64_t longest_seconds;
    size_t review_count; /* who looks at it afterwards, for each rule that lets it happen */
    struct approval_demand reviews[APPROVAL_LINES];
};

/* What all matching rules demand together: requirements added up, limits at their least
 * (design 3.8). */
struct demands {
    bool allowed;       /* each role asked for is covered by a rule that lets this person ask */
    bool named;         /* each is by a rule that is about them, in whatever circumstances */
    bool unknown;       /* memberships or circumstances are not known: more rules may match */
    bool circumstances; /* it is (also) those that are not known */
    bool unsaid;        /* the same of nothing but how long it is to be */
    const char *denied, *denied_by; /* why a rule refuses them, and its name; NULL: none does */
    const char *ring;  /* the ring that is open, if they are in none that is; NULL: they are */
    size_t rule_count; /* the rules that had a say, by name */
    const char **rules;
    bool mfa;
    int64_t mfa_within_seconds; /* INT64_MAX: of any age */
    size_t context_count;
    const char **contexts;
    bool compliant_device;
    bool watch_risk;
    enum risk_level risk_at_most;
    int64_t justification_least; /* characters */
    struct required required;
    int64_t shortest_seconds, longest_seconds, default_seconds, start_within_seconds;
    int64_t start_ahead_seconds; /* how far ahead a start may be; INT64_MAX: as for everybody */
    int64_t cool_down_seconds;   /* between the end of one access and the next */
    int64_t person_at_once;      /* roles of one person; INT64_MAX: any number, as below */
    int64_t role_at_once;        /* persons with one role */
    int64_t per_day;             /* requests of a person for a role in 24 hours */
    size_t approval_count;       /* stages: those of one line side by side, in order */
    struct approval_demand approvals[APPROVAL_STAGES];
    bool too_many_approvals; /* more lines than can be kept: not `allowed` */
    enum human_by human_by;
    struct watch_demand watch;
    struct tell_demand tell[TELLS];
    struct urgent_demand urgent;
};

/* Who asks, and the circumstances that rules may look at. */
struct occasion {
    const struct person_key *person;
    const struct memberships *memberships;
    int64_t at;               /* when it was asked */
    int64_t duration_seconds; /* -1: not said yet */
    int64_t start_at;         /* -1: as soon as may be */
    bool past_known;          /* what the person had and holds through Curfew: */
    size_t had_count, held_count;
    const char *const *had, *const *held; /* ids of roles */
    bool risk_known;
    enum risk_level risk; /* of the person; RISK_HIGH as well where a compromise is confirmed */
    bool urgent;          /* before anybody approves it */
};

/* What whoever asks must meet to be given `roles` together. Memory of `arena` and of the policy. */
void policy_demand(const struct policy *policy, size_t role_count, const struct role *const roles[],
                   const struct occasion *occasion, struct arena *arena, struct demands *demands);

/* The reviews that urgent access owes, as if they were approvals: none where it was not asked for.
 */
struct demands urgent_reviews(const struct demands *demands);

/* Whether somebody may speak on a stage: by name, by a group, or as the manager of whoever asks;
   `to` counts once it was escalated. */
enum tri approval_holds(const struct approval_demand *stage, bool escalated,
                        const struct person_key *person, const struct memberships *memberships,
                        const struct manager *manager);
/* Whether any stage asks the manager of whoever asks. */
bool demands_ask_manager(const struct demands *demands);
/* Why each rule that speaks of one of the roles has a say or not: a line each, by their names. */
void policy_explain(const struct policy *policy, size_t role_count,
                    const struct role *const roles[], const struct occasion *occasion,
                    struct arena *arena, struct text *out);

/* Whether decisions are to be signed: any line that asks for it asks it of everybody who decides.
   Nobody decides on what is urgent. */
bool demands_ask_signed(const struct demands *demands);

/* The demands as they are kept with a request, and back: a request is judged by the policy it was
 * submitted under. False, `demands` untouched, when anything of it is missing or wrong. */
json_t *demands_pack(const struct demands *demands);
bool demands_unpack(const json_t *packed, struct arena *arena, struct demands *demands);
