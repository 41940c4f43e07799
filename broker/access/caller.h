/* Who calls: a person with a session, and what the sign-in behind it proved. */
#pragma once

#include "base/arena.h"
#include "base/digest.h"
#include "base/id.h"
#include "model/facts.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum special_role { ROLE_AUDITOR = 1, ROLE_ADMIN = 2 };

struct caller {
    struct person person;
    struct digest session;
    int64_t opened_at, ends_at;
    unsigned roles; /* of enum special_role, from the app roles of the sign-in */
    struct sign_in sign_in;
    const char *sign_in_json; /* the same as it is stored */
};

/* The evidence of a sign-in as it is kept with a session and with each request, and back. Texts of
 * the arena. */
json_t *sign_in_pack(const struct sign_in *sign_in, const char *name, unsigned roles);
bool sign_in_unpack(const char *json, struct arena *arena, struct sign_in *sign_in,
                    const char **name, unsigned *roles);
