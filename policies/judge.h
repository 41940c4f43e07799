/* Judging: demands against what was found out. Pure; unknown is no, and a negative reading wins
 * (design 3.5). */
#pragma once

#include "model/evidence.h"
#include "policies/policy.h"

/* Everything the judgement looks at; a NULL fact is one that was not asked for. */
struct findings {
    int64_t now;
    const struct person_key *person;
    const struct sign_in *sign_in;
    const struct account *account;
    const struct memberships *memberships;
    const struct risks *risks;
    const struct device *device;
    const struct managed_devices *managed;
    const struct contexts *contexts;
    const struct memberships *device_groups;
    const struct sign_in_log *sign_ins;
    const char *client_id; /* of the registration that people sign in to */
    const struct registration_details *registration;
    const struct ticket *ticket;
    size_t claim_count;
    const struct context_claim *claims;
};

/* Each adds its pieces of evidence. */
void judge_membership(const struct demands *demands, const struct findings *findings,
                      struct evidence_list *list);
/* The limits once more, now that all rules are known: at submission the directory may have been
   silent. Adds nothing when they are kept. */
void judge_limits(const struct demands *demands, int64_t duration_seconds,
                  int64_t justification_characters, struct evidence_list *list);
/* What there is already, besides what is asked for now. */
struct counts {
    int64_t person_at_once; /* other roles that the person holds or asks for */
    int64_t role_at_once;   /* other persons who hold or ask for one of the roles: the most */
    int64_t per_day;        /* how often the person asked for one of them in 24 hours: the most */
    int64_t day_over_at;    /* when the first of those is longer ago */
    int64_t ended_at; /* when the person's last access to one of them ended, or ends; -1: they had
                         none, INT64_MAX: nobody knows yet */
};
/* Whether any demand takes counting. */
bool demands_count(const struct demands *demands);
void judge_counts(const struct demands *demands, const struct counts *counts, size_t role_count,
                  const struct occasion *occasion, struct evidence_list *list);
void judge_account(const struct findings *findings, struct evidence_list *list);
void judge_mfa(const struct demands *demands, const struct findings *findings,
               struct evidence_list *list);
/* Whether anything is demanded of the device. */
bool demands_device(const struct demands *demands);
void judge_device(const struct demands *demands, const struct findings *findings,
                  struct evidence_list *list);
void judge_risk(const struct demands *demands, const struct findings *findings,
                struct evidence_list *list);
/* Risk and client of the sign-in by which something is asked for, as the log has them. */
void judge_sign_in(const struct demands *demands, const struct findings *findings,
                   struct evidence_list *list);
/* From when on its entry may stand in the log. */
int64_t sign_in_logged_from(const struct sign_in *sign_in);
/* Adds something only when the person cannot bring a second factor: one more sign-in would be in
   vain. */
void judge_registration(const struct demands *demands, const struct findings *findings,
                        struct evidence_list *list);
/* Whether it is worth knowing: MFA is demanded, and this sign-in was without. */
bool registration_matters(const struct demands *demands, const struct sign_in *sign_in);
bool registration_lacks_mfa(const struct registration_details *details);
/* Whether what somebody typed has the form that is demanded: as complaints about a submission, and
   once more as evidence, now that all rules are known. Nothing is added when it has. */
void words_complain(const struct required *required, const char *justification, const char *ticket,
                    struct complaints *complaints);
void judge_words(const struct demands *demands, const char *justification, const char *ticket,
                 struct evidence_list *list);
void judge_ticket(const struct demands *demands, const struct findings *findings,
                  const char *ticket, struct evidence_list *list);
/* PIM's own rules for one target, in `application` mode. */
void judge_admin_rules(const struct admin_rules *rules, const char *role, int64_t duration_seconds,
                       struct evidence_list *list);

/* In the modes in which people activate it: whether the person may activate the target in PIM,
   themselves or through one of the groups of `through` (NULL: that was not asked, because they may
   themselves or nobody else may). */
void judge_eligibility(const struct eligibles *eligibles, const struct memberships *through,
                       const struct person_key *person, const char *role, int64_t now,
                       struct evidence_list *list);
/* Where somebody stands in the list themselves, or NULL. */
const struct eligible *eligible_self(const struct eligibles *eligibles,
                                     const struct person_key *person, int64_t now);
/* What makes somebody eligible: their own entry, otherwise that of a group they are in, or NULL. */
const struct eligible *eligible_of(const struct eligibles *eligibles,
                                   const struct memberships *through,
                                   const struct person_key *person, int64_t now);
/* PIM's rules for what the person activates in that mode; with the `sign_in` that it is to happen
   by, unless it is not there yet (NULL). An approval of PIM's own must be off in `delegated`, and
   on in `pim_approval`: there it would be in force before anybody agreed. */
void judge_self_rules(const struct self_rules *rules, enum activation mode,
                      const struct sign_in *sign_in, const char *role, int64_t duration_seconds,
                      struct evidence_list *list);

/* Where PIM holds it until an approver's token approves it there, some rule must ask somebody. Adds
   nothing when one does, or when that is not known yet. */
void judge_somebody_asked(const struct demands *demands, const char *role,
                          struct evidence_list *list);

/* Whether a context now stands for all that the operator says it proves, for this person. Unless
   the answer is no, `*proves` is what that is. */
enum tri context_backed(const char *context, const struct findings *findings, unsigned *proves);
/* Whether a fresh sign-in could mend what these pieces find wrong with the sign-in. */
bool sign_in_may_mend(const struct evidence_list *list);
