/* Random small policies, for the tests of what holds for every policy. */
#pragma once

#include "policies/given.h"

enum { ROUNDS = 10000 };

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
