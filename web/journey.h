/* A sign-in on its way out or back, what api_auth.c and journey.c share: the one has the way to
   Entra and back, the other what is done once somebody is there. */
#pragma once

#include "access/attempt.h"
#include "access/purposes.h"
#include "access/review.h"
#include "access/signing.h"
#include "web/asking.h"
#include "web/baggage.h"
#include "web/deciding.h"

struct journey {
    struct baggage baggage;
    bool has_purpose;
    struct purpose purpose;
    const char *url;
    size_t context_count, policy_count;
    const char **contexts, **policies;
    const char *code;
    struct secret *api_token; /* of a sign-in that starts something; wiped with the call */
    struct secret *id_token;  /* of a sign-in that signs something; the same */
    const char *key_set;      /* that it was checked with */
    enum fail fail;
    struct person person;
    struct sign_in sign_in;
    unsigned roles;
    char cookie[TOKEN_SIZE];
    struct asking asking;
    struct attempt attempt;
    struct review review;
    struct deciding deciding;
    struct signing signing;
    struct caller caller;
    struct arrival arrival;
    struct digest old_session;
    struct task *task;
    bool answered;
};

void journey_cookie(struct visit *visit, const char *name, const char *value, int64_t seconds,
                    const char *same_site);
bool journey_is_for(const struct journey *journey, const char *kind);
/* To the shell, which says it in words: never the provider's text. */
enum next journey_sorry(struct visit *visit, const char *code);
/* The purpose is used, the session opened, and what the sign-in was for is done. */
enum next journey_arrive(struct visit *visit);
/* Lets go of its tokens and of what it was about. */
void journey_free(void *journey);
