/* Who may call, how often, and what must be there. */
#include "sandbox/arm/arm.h"

#include "base/text.h"
#include "sandbox/graph/graph.h"
#include "sandbox/tenant/members.h"

#include <string.h>

#define OWNER                     "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define USER_ACCESS_ADMINISTRATOR "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
#define RBAC_ADMINISTRATOR        "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
#define CONTRIBUTOR               "b24988ac-6180-42a0-ab88-20f7382dd24c"
#define READER                    "acdd72a7-3385-48ef-bd42-f606fba81ae7"

enum { CALL = 1000 }; /* buckets count thousandths of calls */

static bool holds(const struct tenant *tenant, const struct exchange *exchange, const char *role,
                  const char *scope)
{
    const char *who = exchange->delegated ? exchange->person->id : exchange->app->object_id;
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        const struct assignment *assignment = tenant->assignments[i];
        if (assignment->target.kind == TARGET_AZURE && text_equals(assignment->target.id, role) &&
            scope_covers(assignment->target.part, scope) &&
            assignment_holds(assignment, exchange->now_ms) &&
            (text_equals(assignment->principal, who) ||
             members_has(tenant, assignment->principal, who, exchange->now_ms)))
            return true;
    }
    return false;
}

static bool holds_one(const struct tenant *tenant, const struct exchange *exchange,
                      const char *scope, size_t count, const char *const roles[])
{
    for (size_t i = 0; i < count; i++)
        if (holds(tenant, exchange, roles[i], scope))
            return true;
    return false;
}

bool arm_administers(const struct tenant *tenant, const struct exchange *exchange,
                     const char *scope)
{
    static const char *const roles[] = {OWNER, USER_ACCESS_ADMINISTRATOR, RBAC_ADMINISTRATOR};
    return holds_one(tenant, exchange, scope, COUNT(roles), roles);
}

bool arm_reads(const struct tenant *tenant, const struct exchange *exchange, const char *scope)
{
    static const char *const roles[] = {READER, CONTRIBUTOR};
    return arm_administers(tenant, exchange, scope) ||
           holds_one(tenant, exchange, scope, COUNT(roles), roles);
}

static bool refuse(struct exchange *exchange, int status, const char *code, const char *message)
{
    graph_error(exchange, status, code, message);
    return false;
}

bool arm_check_nouns(struct sandbox *sandbox, struct exchange *exchange,
                     const struct wanted *wanted)
{
    const struct tenant *tenant = sandbox->tenant;
    const struct person *person = tenant_person(tenant, wanted->principal);
    bool young = person && exchange->now_ms - person->made_ms < sandbox->switches.new_principal_ms;
    if (!tenant_azure_role(tenant, wanted->target.id))
        return refuse(exchange, 400, "RoleDefinitionDoesNotExist",
                      "The specified role definition does not exist.");
    if (young || (!person && !tenant_group(tenant, wanted->principal) &&
                  !tenant_service(tenant, wanted->principal)))
        return refuse(exchange, 400, "SubjectNotFound", "The subject is not found.");
    return true;
}

bool arm_keeps_out(struct sandbox *sandbox, struct pim_request *request)
{
    const struct azure_scope *scope = tenant_azure_scope(sandbox->tenant, request->target.part);
    if (scope && scope->locked)
        request->status = "FailedAsResourceIsLocked";
    else if (!sandbox->switches.ms_pim_access)
        request->status = "Failed";
    else
        return false;
    return true;
}

/* The first two segments of the scope. */
static const char *subscription_of(struct exchange *exchange)
{
    const char *scope = exchange->scope ? exchange->scope : "";
    const char *second = *scope ? strchr(scope + 1, '/') : NULL;
    size_t length = second ? (size_t)(second - scope) + 1 + strcspn(second + 1, "/") : 0;
    return arena_copy_bytes(exchange->arena, scope, length);
}

static struct bucket *find_bucket(struct sandbox *sandbox, const struct exchange *exchange,
                                  const char *key, int64_t most)
{
    struct tenant *tenant = sandbox->tenant;
    for (size_t i = 0; i < tenant->buckets_count; i++)
        if (text_equals(tenant->buckets[i]->key, key))
            return tenant->buckets[i];
    struct bucket *bucket = tenant_new_buckets(tenant);
    bucket->key = tenant_keep(tenant, key);
    bucket->left = most * CALL;
    bucket->at_ms = exchange->now_ms;
    return bucket;
}

/* A bucket for reads and one for writes, of each caller at each subscription (F07). */
static bool take_call(struct sandbox *sandbox, struct exchange *exchange)
{
    bool read = text_equals(exchange->method, "GET");
    int64_t most = read ? sandbox->switches.arm_reads : sandbox->switches.arm_writes;
    int64_t each_second = read ? 25 : 10;
    if (most == 0)
        return true;
    const char *who = exchange->delegated ? exchange->person->id : exchange->app->object_id;
    struct bucket *bucket =
        find_bucket(sandbox, exchange,
                    arena_text(exchange->arena, "%s %s %s", read ? "read" : "write", who,
                               subscription_of(exchange)),
                    most);
    int64_t passed_ms = exchange->now_ms - bucket->at_ms;
    if (passed_ms > 0)
        bucket->left += passed_ms * each_second * CALL / 1000;
    if (bucket->left > most * CALL || passed_ms < 0)
        bucket->left = most * CALL;
    bucket->at_ms = exchange->now_ms;
    bool enough = bucket->left >= CALL;
    if (enough)
        bucket->left -= CALL;
    answer_header(exchange,
                  read ? "x-ms-ratelimit-remaining-subscription-reads"
                       : "x-ms-ratelimit-remaining-subscription-writes",
                  arena_text(exchange->arena, "%lld", (long long)(bucket->left / CALL)));
    if (enough)
        return true;
    answer_header(exchange, "Retry-After", "1");
    return refuse(exchange, 429, "SubscriptionRequestsThrottled",
                  "Number of requests for the subscription exceeded the limit. Please try again "
                  "after '1' seconds.");
}

static bool check_version(struct exchange *exchange)
{
    static const char *const known[] = {"2020-10-01", "2020-10-01-preview", "2021-01-01-preview",
                                        "2022-04-01", "2022-04-01-preview"};
    const char *version = exchange_query(exchange, "api-version");
    if (!version)
        return refuse(exchange, 400, "MissingApiVersionParameter",
                      "The api-version query parameter (?api-version=) is required for all "
                      "requests.");
    for (size_t i = 0; i < COUNT(known); i++)
        if (text_equals(known[i], version))
            return true;
    return refuse(exchange, 400, "InvalidResourceType",
                  arena_text(exchange->arena, "The api-version '%s' is not supported.", version));
}

static bool check_scope(struct sandbox *sandbox, struct exchange *exchange)
{
    const char *scope = exchange->scope;
    if (!*scope || tenant_azure_scope(sandbox->tenant, scope))
        return true;
    if (strstr(scope, "/resourceGroups/"))
        return refuse(exchange, 404, "ResourceGroupNotFound",
                      arena_text(exchange->arena, "Resource group '%s' could not be found.",
                                 strrchr(scope, '/') + 1));
    return refuse(exchange, 404, "SubscriptionNotFound",
                  arena_text(exchange->arena, "The subscription '%s' could not be found.",
                             strrchr(scope, '/') + 1));
}

bool arm_admit(struct sandbox *sandbox, struct exchange *exchange)
{
    return check_version(exchange) && take_call(sandbox, exchange) &&
           check_scope(sandbox, exchange);
}

void arm_finish(struct exchange *exchange)
{
    answer_header(exchange, "x-ms-request-id", exchange->request_id);
    answer_header(exchange, "x-ms-correlation-request-id", exchange->request_id);
    answer_header(exchange, "Cache-Control", "no-cache");
}
