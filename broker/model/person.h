/* A person is an object id in a tenant; never a mail address, a user name or a name. */
#pragma once

#include "base/id.h"

#include <stdbool.h>

struct person_key {
    char tid[GUID_SIZE];
    char oid[GUID_SIZE];
};

/* What is shown of a person; name and mail may be NULL and prove nothing. */
struct person {
    struct person_key key;
    const char *name;
    const char *mail;
    const char *employee_id; /* as the directory says; NULL: none, or nobody asked */
};

/* False unless both texts are GUIDs, in any letter case; the key keeps them lower-case. */
bool person_key_read(const char *tid, const char *oid, struct person_key *key);
bool person_is(const struct person_key *one, const struct person_key *other);
