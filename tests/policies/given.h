/* What the tests of policies begin with: persons, groups, policies in short. Memory lives as long
 * as the case. */
#pragma once

#include "policies/judge.h"
#include "support/spec.h"

#define TENANT   "7e0c64f1-2d93-4d29-a1c8-4c9f2a0d3b11"
#define ANALYSTS "a0000000-0000-4000-8000-000000000001"
#define HUNTERS  "a0000000-0000-4000-8000-000000000002"
#define ALICE    "b0000000-0000-4000-8000-00000000000a"
#define BOB      "b0000000-0000-4000-8000-00000000000b"
#define CAROL    "b0000000-0000-4000-8000-00000000000c"

enum { NOW = 1768471200 };

struct arena *given_arena(void);
/* A policy written with ' for ". */
struct policy *given_policy(const char *text);
struct person_key given_person(const char *oid);
/* Memberships that were read at NOW: the groups up to a NULL. */
struct memberships given_groups(const char *first, ...);
/* What the person must meet for roles, named up to a NULL; they must be in the catalogue. */
struct demands given_demands(const struct policy *policy, const char *oid,
                             const struct memberships *memberships, const char *first, ...);

/* A whole file of the sources. */
const char *given_source(const char *path);
/* `text` with the one place where `old` stands replaced. */
const char *given_change(const char *text, const char *old, const char *new);

/* The code of the only piece in the list, after its verdict and sentence were looked at: every
   sentence must be whole, and what speaks against must not be silent about it. */
const char *judged(const struct evidence_list *list, enum verdict verdict);

/* Chance that is the same in every run, unless SEED in the environment says otherwise. */
unsigned chance(unsigned below);
