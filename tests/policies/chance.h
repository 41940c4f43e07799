/* Random small policies, for the tests of what holds for every policy. */
#pragma once

#include "policies/given.h"

/* A hundred thousand pairs of a policy and a request; reading a policy is what takes time. */
enum { ROUNDS = 10000, POLICIES = SPEC_ROUNDS(5000), REQUESTS = 20 };

/* A policy of up to three roles, four sets of people and five rules, always right; freed by the
   caller. */
json_t *random_policy(void);
/* One more rule for such a policy. */
json_t *random_rule(const char *name);
/* The same policy in another order, in one to three files of the folder of this case. */
void scatter(const json_t *policy);
/* Any of the persons and groups of random policies. */
const char *random_person(void);
/* Read or not read; in some of the groups. */
struct memberships random_memberships(void);
/* Somebody who asks, in circumstances of which any may not be known. */
struct occasion random_occasion(void);
