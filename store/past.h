/* What people had, have and ask for, as far as rules and limits look at it. */
#pragma once

#include "model/person.h"
#include "store/store.h"

/* Each of these looks at what belongs to requests whose id is less than `before`. */

/* A role that a person was given at some time. */
struct stored_past {
    const char *role, *target;
    bool had;  /* it had been in force by `at` */
    bool held; /* it was then */
};
enum fail store_past(struct store *store, const struct person_key *person, int64_t at,
                     const char *before, struct arena *arena, size_t *count,
                     struct stored_past **ret, struct reason *why);

/* When the last access to the target ended, or ends: -1, there was none; INT64_MAX: nobody knows
   yet. */
enum fail store_past_end(struct store *store, const struct person_key *person, const char *target,
                         const char *before, int64_t *ended_at, struct reason *why);
/* How often it was asked for after `since`, and when first (-1: not at all); what came to nothing
   does not count. */
enum fail store_past_day(struct store *store, const struct person_key *person, const char *target,
                         int64_t since, const char *before, int64_t *count, int64_t *first_at,
                         struct reason *why);
/* The targets that the person holds or asks for. */
enum fail store_past_targets(struct store *store, const struct person_key *person,
                             const char *before, struct arena *arena, size_t *count,
                             const char ***ret, struct reason *why);
/* How many other persons hold the target or ask for it. */
enum fail store_past_holders(struct store *store, const struct person_key *person,
                             const char *target, const char *before, int64_t *count,
                             struct reason *why);
