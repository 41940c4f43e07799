#include "sandbox/graph/standing.h"

#include "base/text.h"
#include "sandbox/tenant/members.h"

#include <string.h>

#define GLOBAL_ADMINISTRATOR          "62e90394-69f5-4237-9190-012177145e10"
#define GLOBAL_READER                 "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
#define SECURITY_ADMINISTRATOR        "194ae4cb-b126-40b2-bd5b-6091b380977d"
#define SECURITY_OPERATOR             "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"
#define SECURITY_READER               "5d6b6bb7-de71-4623-b4af-96380a352509"
#define PRIVILEGED_ROLE_ADMINISTRATOR "e8611ab8-c189-46e8-94e1-60213ab1f814"
#define DIRECTORY_WRITERS             "9360feb5-f418-4baa-8175-e2a00bac4301"
#define GROUPS_ADMINISTRATOR          "fdd7a751-b60b-444a-984c-02652fe8fa1c"
#define GOVERNANCE_ADMINISTRATOR      "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"
#define USER_ADMINISTRATOR            "fe930be7-5e62-47db-91af-98c3a49a38b1"

bool standing_has_role(const struct tenant *tenant, const char *person, const char *role,
                       int64_t at_ms)
{
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        const struct assignment *assignment = tenant->assignments[i];
        if (assignment->target.kind == TARGET_ROLE && text_equals(assignment->target.id, role) &&
            text_equals(assignment->target.part, "/") && assignment_holds(assignment, at_ms) &&
            (text_equals(assignment->principal, person) ||
             members_has(tenant, assignment->principal, person, at_ms)))
            return true;
    }
    return false;
}

/* What the token says, not what is true by now. */
static bool has_one(const struct exchange *exchange, size_t count, const char *const roles[])
{
    for (size_t i = 0; i < count; i++)
        if (strstr(exchange->roles, arena_text(exchange->arena, " %s ", roles[i])))
            return true;
    return false;
}

bool standing_reads_pim(const struct exchange *exchange)
{
    static const char *const roles[] = {GLOBAL_READER,        SECURITY_READER,
                                        SECURITY_OPERATOR,    SECURITY_ADMINISTRATOR,
                                        GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR};
    return has_one(exchange, COUNT(roles), roles);
}

bool standing_writes_roles(const struct exchange *exchange)
{
    static const char *const roles[] = {PRIVILEGED_ROLE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR};
    return has_one(exchange, COUNT(roles), roles);
}

bool standing_writes_group(const struct sandbox *sandbox, const struct exchange *exchange,
                           const char *group)
{
    static const char *const roles[] = {DIRECTORY_WRITERS, GROUPS_ADMINISTRATOR,
                                        GOVERNANCE_ADMINISTRATOR, USER_ADMINISTRATOR};
    const struct group *found = tenant_group(sandbox->tenant, group);
    return standing_writes_roles(exchange) ||
           (found && !found->role_assignable && has_one(exchange, COUNT(roles), roles));
}
