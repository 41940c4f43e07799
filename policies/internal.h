/* What the files of this folder share and nobody else sees. */
#pragma once

#include "policies/policy.h"

#include <stdatomic.h>

/* The circumstances in which a rule, or a stage of it, applies: all that are there must hold. */
struct when {
    int64_t longer_than_seconds; /* -1: however long */
    const struct zone *zone;     /* NULL: whatever the hour; otherwise outside of: */
    unsigned days;               /* a bit for each, 1 << 0 is Monday */
    int from, to;                /* minutes of the day; `to` before `from`: of the next */
    bool first_time;             /* never had the role */
    bool watches_risk;
    enum risk_level risk_at_least;
    size_t held_count;
    const struct role **held; /* any of them is held */
};

/* How a rule lets some people have its roles before they are approved. */
struct urgent {
    size_t who_count, from_count;
    const struct people **who, **from; /* who may, and who looks at it afterwards */
    int64_t longest_seconds, within_seconds;
};

struct rule {
    const char *name;
    size_t role_count, who_count, unless_count, stage_count, context_count;
    const struct role **roles;
    const struct people **who, **unless;
    bool has_when;
    struct when when;
    const char *deny; /* why whoever it matches is refused; NULL: it is no such rule */
    bool mfa, compliant_device, watch_risk;
    int64_t mfa_within_seconds;
    const char **contexts;
    enum risk_level risk_at_most;
    int64_t justification_least;
    struct required required;
    int64_t shortest_seconds, longest_seconds, default_seconds, start_within_seconds;
    int64_t start_ahead_seconds, cool_down_seconds;
    int64_t person_at_once, role_at_once, per_day;
    struct approval_demand *stages;
    const struct when **stage_whens; /* beside them: otherwise it is skipped; NULL: never */
    struct watch_demand watch;
    struct tell_demand tell[TELLS];
    const struct urgent *urgent; /* NULL: nobody may */
};

/* The rules that mention one role, in the order of their names: what deciding looks at, however
   many rules there are. */
struct rules_of_role {
    size_t count;
    const struct rule **rules;
};

/* Which part of the organisation may ask for anything yet. */
struct phases {
    enum { RING_EVALUATE, RING_PILOT, RING_FULL } open;
    size_t evaluate_count, pilot_count;
    const struct people **evaluate, **pilot;
};

struct policy {
    atomic_uint uses;
    struct arena *arena;
    char *text;
    char version[80];
    size_t role_count, bundle_count, people_count, rule_count, group_count, context_count;
    struct role *roles;
    struct bundle *bundles;
    struct people *people;
    struct rule *rules;
    struct rules_of_role *by_role;  /* beside roles */
    const struct people *emergency; /* NULL: no such set */
    size_t told_count;
    const struct people **told; /* whom alarms are told to */
    bool asks_risk, asks_past;  /* some rule or stage, by its circumstances */
    struct phases phases;
    const char **groups, **contexts;
    enum human_by human_by;
};

/* What demands nothing, to be added to. */
struct required required_nothing(void);
/* Adds one rule's: lists are united, spans and levels take the least. */
void required_add(struct required *all, const struct rule *rule, struct arena *arena);
json_t *required_pack(const struct required *required);
bool required_unpack(const json_t *packed, struct arena *arena, struct required *ret);

/* Why a text is no pattern that can be used, or NULL: POSIX extended, without back-references, and
   not so large that matching it costs much. */
const char *pattern_wrong(const char *pattern, struct arena *arena);
/* What of all that may be had before it is approved; and where that is asked for, the demands of
   it. After everything else. */
void urgent_settle(const struct policy *policy, size_t role_count, const struct role *const roles[],
                   const struct occasion *occasion, struct arena *arena, struct demands *demands);
/* For keeping demands (demand_keep.c). */
json_t *approvals_pack(size_t count, const struct approval_demand approvals[]);
bool approvals_unpack(const json_t *packed, struct arena *arena, size_t *count, size_t most,
                      struct approval_demand approvals[]);
json_t *urgent_pack(const struct demands *demands);
bool urgent_unpack(const json_t *packed, struct arena *arena, struct demands *ret);

/* What a role assigns; texts are copied, access is not. */
struct target policy_target(struct form *role, struct arena *arena);
/* How a rule stands to somebody who asks for one of its roles. */
struct stand {
    enum tri who;     /* it is about them */
    enum tri applies; /* and its circumstances are these */
    bool unsaid;      /* unknown only as long as nobody says how long it is to be */
};
struct stand rule_stand(const struct rule *rule, const struct role *role,
                        const struct occasion *occasion);
/* Sorts them by their names. */
void rules_sort(size_t count, const struct rule *rules[]);
/* Whether circumstances hold for somebody who asks for these roles; `unsaid` as above. */
enum tri when_holds(const struct when *when, size_t role_count, const struct role *const roles[],
                    const struct occasion *occasion, bool *unsaid);
/* Both hold; what is not known counts only where the other is no no. */
enum tri tri_both(enum tri one, enum tri other);
/* Whether whoever asks is in any of the sets. */
enum tri people_any_hold(size_t count, const struct people *const sets[],
                         const struct occasion *occasion);
/* Whether whoever asks is in a ring that is open, and which that is. */
enum tri phases_let_in(const struct phases *phases, const struct occasion *occasion);
const char *phases_open(const struct phases *phases);
/* No limits at all; and those of one rule besides. */
void limits_none(struct demands *demands);
void limits_add(const struct rule *rule, struct demands *demands);
/* Who attests what a group is bound to; nothing when nobody does. */
void policy_read_binding(struct policy *policy, struct role *role, struct form *form);

/* Adds what a rule has watched and told, of people who are in its sets at that moment. */
void policy_add_watching(struct demands *demands, const struct rule *rule, int64_t at,
                         struct arena *arena);
/* The members `watch` and `tell` of kept demands, and back from these; false when they are not
   there, or wrong. */
json_t *policy_pack_watch(const struct demands *demands);
bool policy_unpack_watch(const json_t *packed, struct demands *ret);
json_t *policy_pack_tell(const struct demands *demands);
bool policy_unpack_tell(const json_t *packed, struct arena *arena, struct demands *ret);
/* Sets of people, as one set of all that they hold. */
json_t *policy_pack_people(size_t count, const struct people *const sets[]);
bool policy_unpack_people(const json_t *packed, struct arena *arena, size_t *count,
                          const struct people *const **ret);

/* What is allowed, but hardly meant. */
void policy_warn(const struct policy *policy, struct complaints *warnings);
/* Fills the policy from the merged object of all files. */
void policy_build(struct policy *policy, const json_t *merged, struct complaints *complaints);

/* The stage with the sets of people as they are then. */
struct approval_demand approval_demand_at(const struct approval_demand *stage, int64_t at,
                                          struct arena *arena);
/* Texts as they are kept, and back; false when it is no list, or one of them is none. */
json_t *texts_pack(size_t count, const char *const texts[]);
bool texts_unpack(const json_t *list, struct arena *arena, size_t *count, const char ***ret);
