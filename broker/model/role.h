/* A role that can be elevated to, and its target: what is assigned in the directory. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum target_kind { TARGET_GROUP, TARGET_DIRECTORY_ROLE, TARGET_AZURE_ROLE };

/* How access is activated: by Curfew, by the person's own token right after a fresh sign-in, or by
   that when they ask, and then by PIM once an approver's own token approved it there (design 6).
   Fixed for a grant when it is made. */
enum activation { ACTIVATION_APPLICATION, ACTIVATION_DELEGATED, ACTIVATION_PIM_APPROVAL };

/* Texts are echoed to the directory byte for byte (contract 4.1, scenario S80). */
struct target {
    enum target_kind kind;
    const char *id;     /* group id, or role definition id (GUIDs, lower-case) */
    const char *access; /* of a group: "member" or "owner"; otherwise NULL */
    const char *scope;  /* of a role: directory scope id or ARM scope; otherwise NULL */
};

/* Who says that what the product gives hangs on this group alone: no API tells it. */
struct binding {
    const char *attested_by; /* oid; NULL: nobody does */
    int64_t attested_at;
    bool this_group_only;  /* the product gives the role to nobody but this group */
    bool everyone_removed; /* "all users" were taken out of it */
};

struct role {
    const char *id;
    const char *name;
    const char *product;
    const char *opens; /* what it opens, in words; may be NULL */
    int tier;
    struct target target;
    bool has_activation; /* otherwise the setting's */
    enum activation activation;
    bool removes_unexplained; /* what nothing explains is taken away from people */
    size_t lesser_count;
    const char **lesser;           /* ids of roles that may do instead */
    int64_t usable_within_seconds; /* how long products may take to see it; -1: nobody says */
    bool closes_sessions;          /* when it is revoked, its holder is signed out everywhere */
    struct binding binding;        /* of a group */
};

const char *target_kind_text(enum target_kind kind);
bool target_kind_read(const char *text, enum target_kind *kind);
const char *activation_text(enum activation activation);
bool activation_read(const char *text, enum activation *activation);
/* Whether the person activates it, who must be eligible for it in PIM. */
bool activation_is_personal(enum activation activation);
/* How a role is activated: as it says itself, otherwise as the setting does. Approvals of PIM's own
   are not carried to Azure: where they are the setting, its roles are `delegated`. */
enum activation role_activation(const struct role *role, enum activation setting);
/* One text for one target, as the database keys it: `group/<id>/member`, `directory_role/<id>//`.
 */
const char *target_key(const struct target *target, struct arena *arena);
/* The way back from `target_key`; false when it is none. */
bool target_read(const char *key, struct arena *arena, struct target *target);
