/* Requests: submitting and cancelling. What follows is the job of check.c. */
#pragma once

#include "access/caller.h"
#include "access/moves.h"
#include "base/form.h"
#include "store/requests.h"

enum { JUSTIFICATION_MOST = 4096, TICKET_MOST = 100 };

/* What somebody asks for, as read from their form. */
struct submission {
    struct act act;
    struct arena *arena; /* of the form */
    const struct caller *caller;
    size_t role_count;
    const char **roles;
    const char *bundle; /* that these are the roles of; NULL: they were asked for by themselves */
    bool undo;          /* of the bundle: when one is not given, the others are given back */
    int64_t duration_seconds;
    int64_t start_at; /* -1: as soon as may be */
    bool urgent;      /* before anybody approves it */
    const char *justification, *ticket;
    /* Found out by submission_check; borrowed. */
    const struct demands *demands;
    struct occasion occasion;
    /* Of FAIL_REFUSED_BY_POLICY by the change itself: which limit, in words. */
    const char *refused;
    /* Made by the change: as it is in the store, borrowing from all of the above. */
    struct request_id id;
    char mark[DIGEST_BASE64_SIZE];
    struct stored_request request;
    struct grant_id held; /* to be started by the sign-in they come from; "" when there is none */
    struct request_id
        stands_in_the_way; /* of FAIL_CONFLICT: the request that is open already; may be empty */
    const char *says; /* the same, where that request's grant cannot be prolonged so; or NULL */
    bool owes_review; /* which is one that was urgent */
};

/* Reads the members of a form, a bundle as its roles; what is wrong becomes complaints. */
void submission_read(const struct policy *policy, const json_t *body, struct complaints *complaints,
                     struct submission *ret);
/* What policy refuses outright, whatever the evidence: roles, duration, justification, limits. The
   memberships and the risks (NULL: not asked for) may be unknown. FAIL_REFUSED_BY_POLICY with
   complaints, FAIL_NONE when nothing speaks against it so far. */
enum fail submission_check(const struct access *access, struct store *store,
                           struct submission *submission, const struct memberships *memberships,
                           const struct risks *risks, int64_t now, struct complaints *complaints,
                           struct demands *demands, struct arena *arena, struct reason *why);
/* Whether one of its roles is activated in PIM before it is approved: by the sign-in that submits
   it. */
bool submission_is_held(const struct access *access, const struct submission *submission);
/* Inside a change: FAIL_CONFLICT for what is urgent while a review of the last one is owed. */
enum fail submission_check_owed(struct turn *turn, struct submission *submission,
                                struct reason *why);
/* The change: FAIL_TOO_MANY over the quota, FAIL_CONFLICT when one of the roles is asked for
   already, or held in a way that this would not prolong. */
enum fail submission_apply(struct turn *turn, void *submission, struct reason *why);

/* Whether the same would be refused with FAIL_CONFLICT now, before somebody signs in afresh for it.
 */
enum fail submission_is_free(struct turn *turn, struct submission *submission, struct reason *why);

struct cancellation {
    struct act act;
    struct request_id id;
    const struct caller *caller;
};

/* Takes the request back, or what of its grants has not started. FAIL_NOT_FOUND for strangers,
   FAIL_DENIED for who may see it but did not ask. */
enum fail cancellation_apply(struct turn *turn, void *cancellation, struct reason *why);
