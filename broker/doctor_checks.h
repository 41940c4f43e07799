/* What the files of doctor share: findings, and questions to Microsoft. */
#pragma once

#include "parts.h"
#include "policies/policy.h"

enum health { HEALTH_OK, HEALTH_WARNING, HEALTH_WRONG, HEALTH_UNKNOWN, HEALTHS };

struct finding {
    enum health health;
    const char *check; /* what was looked at, in one stable word */
    const char *about; /* which one of them; or NULL */
    const char *says;
    const char *mend; /* what to do; NULL when there is nothing to be done */
};

/* What somebody was asked who answers with an error or without one. */
struct told {
    struct doctor *doctor;
    bool asked, answered;
    enum fail fail;
    struct reason why;
};

/* What Entra granted to a registration, as its own token says. */
struct granted {
    struct told token;
    size_t count;
    const char **rights;
};

struct wanted {
    struct doctor *doctor;
    enum fact_kind kind;
    const char *subject;
    const char *lacks; /* a permission without which it is not even asked; or NULL */
    struct fact *fact; /* NULL: not answered */
    bool out;
    unsigned tries;
    int64_t due_ms; /* by the wall clock */
};

struct doctor {
    struct arena *arena;
    struct settings *settings;
    struct policy *policy; /* NULL: it cannot be read */
    struct parts parts;
    size_t finding_count;
    struct finding *findings;

    struct told issuers[2]; /* by enum token_version */
    struct granted directory, sign_in;
    bool dated;
    int64_t skew_seconds;
    size_t wanted_count, in_flight;
    struct wanted **wants;
    bool begun, asking, stopped;
    size_t silences;  /* questions that got no answer, while Graph has not answered any */
    int64_t until_ms; /* moment_ticks_ms */
};

/* Adds a finding; `about` and `mend` are borrowed for as long as doctor lives, and may be NULL. */
void doctor_found(struct doctor *doctor, enum health health, const char *check, const char *about,
                  const char *mend, const char *format, ...) PRINTF(6, 7);

/* doctor_here.c: what this machine alone can tell. */

/* False when the settings cannot be read: nothing else can be looked at. */
bool doctor_settings(struct doctor *doctor, const char *config);
void doctor_policy(struct doctor *doctor);
void doctor_certificates(struct doctor *doctor);
void doctor_service(struct doctor *doctor);

/* doctor_store.c. */

void doctor_store(struct doctor *doctor);

/* doctor_ask.c: all that is asked of Microsoft, at once. */

/* Returns when everything is answered, or after two minutes. */
void doctor_ask(struct doctor *doctor);
/* Has something asked; what was already is not asked again. Any one of the permissions of `needs`
   (separated by |) lets it be asked at all; NULL: none is needed. Only while doctor_ask runs. */
void doctor_want(struct doctor *doctor, enum fact_kind kind, const char *subject,
                 const char *needs);
/* The fact, or NULL when it is not known: `*why` (may be NULL) says in words why not. */
const struct fact *doctor_fact(const struct doctor *doctor, enum fact_kind kind,
                               const char *subject, const char **why);
/* Why Graph answers nothing, where it does not. */
const char *doctor_silence(const struct doctor *doctor);
/* How to mend what could not be read for a reason that was found already. */
extern const char *const doctor_see_above;
bool doctor_holds(const struct granted *granted, const char *right);

/* What is wanted to be known once the token is there, and what it means. */

void doctor_sign_in(struct doctor *doctor);
void doctor_graph(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);
void doctor_rights(struct doctor *doctor);

void doctor_want_contexts(struct doctor *doctor);
void doctor_contexts(struct doctor *doctor);

void doctor_want_targets(struct doctor *doctor);
void doctor_targets(struct doctor *doctor);

void doctor_want_people(struct doctor *doctor);
/* Whoever holds a strong role through a group is looked up as soon as that is known. */
void doctor_people_heard(struct doctor *doctor, const struct wanted *wanted);
void doctor_people(struct doctor *doctor);

void doctor_mail(struct doctor *doctor);
