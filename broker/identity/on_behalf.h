/* A token in a person's name for a service behind Curfew (contract 2.5). */
#pragma once

#include "identity/oidc.h"
#include "identity/registration.h"

/* As identity_on_behalf. */
void on_behalf(struct registration *registration, const struct on_behalf *asked,
               void (*done)(void *context, enum fail fail, const struct refusal *refusal,
                            const struct secret *token),
               void *context);
