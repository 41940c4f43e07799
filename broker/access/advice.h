/* What lets somebody get by with less: a lesser role that was enough before, the time that past use
   suggests, and what the roles open together with what the person holds already. Advice decides
   nothing. */
#pragma once

#include "access/access.h"

struct advice_about {
    const struct person_key *person;
    size_t role_count;
    const struct role *roles[REQUEST_ROLES];
    int64_t duration_seconds;
    int64_t now;
};

/* As JSON (openapi.json, Advice), the caller's. Of what is held outside of Curfew it says what the
   watch read last. */
enum fail advice_give(const struct access *access, struct store *store,
                      const struct advice_about *about, struct arena *arena, json_t **ret,
                      struct reason *why);
