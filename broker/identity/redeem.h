/* The code of a callback becomes a person: redeemed, and both tokens checked (contract 2.7). */
#pragma once

#include "identity/oidc.h"
#include "identity/registration.h"

/* As identity_redeem. */
void redeem(struct registration *registration, const struct redemption *redemption,
            void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                         const struct signed_in *who),
            void *context);
