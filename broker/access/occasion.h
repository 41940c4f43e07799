/* The circumstances in which somebody asks: gathered when they do, kept with the request, and the
   same for ever after. And what limits count. */
#pragma once

#include "policies/judge.h"
#include "store/requests.h"

/* Adds what the person had and held through Curfew by when they asked, by requests before `before`
   ("~": all), as roles of the policy, where any of its rules looks at that. */
enum fail occasion_past(struct store *store, const struct policy *policy, const char *before,
                        struct arena *arena, struct occasion *occasion, struct reason *why);
/* Adds the person's risk, where it was read (NULL: it was not asked for). */
void occasion_risk(const struct risks *risks, struct occasion *occasion);
/* As it is kept; in the arena. */
const char *occasion_pack(const struct occasion *occasion, struct arena *arena);
/* As it was kept with a request; what was not kept is not known. */
void occasion_of(const struct stored_request *request, const struct memberships *memberships,
                 struct arena *arena, struct occasion *ret);

/* Counts what the demands limit, for these targets, among requests before `before` ("~": all). */
enum fail occasion_count(struct store *store, const struct demands *demands,
                         const struct occasion *occasion, size_t target_count,
                         const char *const targets[], const char *before, struct arena *arena,
                         struct counts *ret, struct reason *why);
