/* Lists of Azure Resource Manager: what one holds or may activate, and who holds what at a scope.
 */
#include "sandbox/arm/arm.h"

#include "base/memory.h"
#include "sandbox/graph/graph.h"
#include "sandbox/tenant/members.h"

#include <string.h>

/* The last segment of a resource id; the text itself when it is none. */
static const char *last_segment(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash ? slash + 1 : id;
}

/* The operand of "{name} eq {operand}" or "{name}('{operand}')", with or without quotes. */
static const char *operand(struct exchange *exchange, const char *part, const char *before)
{
    if (!text_starts_with(part, before))
        return NULL;
    const char *from = part + strlen(before);
    from += *from == '\'';
    return arena_copy_bytes(exchange->arena, from, strcspn(from, "')"));
}

static bool read_part(struct exchange *exchange, const char *part, struct arm_filter *filter)
{
    const char *principal = operand(exchange, part, "principalId eq ");
    const char *role = operand(exchange, part, "roleDefinitionId eq ");
    if (!principal)
        principal = operand(exchange, part, "assignedTo(");
    if (text_equals(part, "asTarget()"))
        filter->as_target = true;
    else if (text_equals(part, "asRequestor()"))
        filter->as_requestor = true;
    else if (text_equals(part, "asApprover()"))
        filter->as_approver = true;
    else if (text_equals(part, "atScope()"))
        filter->at_scope = true;
    else if (principal)
        filter->principal = principal;
    else if (role)
        filter->role = last_segment(role);
    else
        return false;
    return true;
}

bool arm_filter_read(struct exchange *exchange, struct arm_filter *filter)
{
    const char *text = exchange_query(exchange, "$filter");
    *filter = (struct arm_filter){0};
    while (text && *text) {
        const char *end = strstr(text, " and ");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        if (!read_part(exchange, arena_copy_bytes(exchange->arena, text, length), filter)) {
            graph_error(exchange, 400, "InvalidFilter",
                        "The filter is not supported by this resource type.");
            return false;
        }
        text += length + (end ? strlen(" and ") : 0);
    }
    return true;
}

void arm_list(struct sandbox *sandbox, struct exchange *exchange, json_t *steals)
{
    json_auto_t *all = steals;
    int64_t skip = 0, page = sandbox->switches.arm_page ? sandbox->switches.arm_page : 1;
    const char *token = exchange_query(exchange, "$skiptoken");
    if (token && !text_read_number(token, INT32_MAX, &skip)) {
        graph_error(exchange, 400, "InvalidSkipToken", "The skip token is not valid.");
        return;
    }
    json_t *value = memory_needed(json_array());
    int64_t size = (int64_t)json_array_size(all);
    for (int64_t i = skip; i < size && i < skip + page; i++)
        (void)json_array_append(value, json_array_get(all, (size_t)i));
    json_t *answer = memory_needed(json_pack("{s:o}", "value", value));
    if (skip + page < size) { /* not @odata.nextLink (F11) */
        scoped(text_scoped) struct text link = TEXT_LIMIT(65536);
        text_addf(&link, "%s%s?", exchange->asked_at, exchange->path);
        for (size_t i = 0; i < exchange->query.count; i++) {
            const struct pair *pair = &exchange->query.list[i];
            if (text_equals(pair->name, "$skiptoken"))
                continue;
            text_addf(&link, "%s=", pair->name);
            percent_encode(&link, pair->value);
            text_add_char(&link, '&');
        }
        text_addf(&link, "$skiptoken=%lld", (long long)(skip + page));
        (void)json_object_set_new(answer, "nextLink", json_string(text_of(&link)));
    }
    answer_json(exchange, 200, answer);
}

/* Whoever asks for more than what is theirs needs to read at the scope (F02). */
static bool may_list(struct sandbox *sandbox, struct exchange *exchange,
                     const struct arm_filter *filter)
{
    if ((exchange->delegated &&
         (filter->as_target || filter->as_requestor || filter->as_approver)) ||
        arm_reads(sandbox->tenant, exchange, exchange->scope))
        return true;
    graph_error(exchange, 403, "InsufficientPermissions",
                "The requestor does not have permissions for this request. Please use "
                "$filter=asTarget() to filter on the requestor's assignments.");
    return false;
}

static bool is_in_scope(const char *held_at, const char *asked_at, const struct arm_filter *filter)
{
    return scope_covers(held_at, asked_at) ||
           (!filter->at_scope && scope_covers(asked_at, held_at));
}

static bool fits(const struct sandbox *sandbox, const struct exchange *exchange,
                 const struct assignment *assignment, const struct arm_filter *filter)
{
    const char *person = exchange->delegated ? exchange->person->id : "";
    bool own = text_equals(assignment->principal, person) ||
               members_has(sandbox->tenant, assignment->principal, person, exchange->now_ms);
    return (!filter->as_target || own) &&
           (!filter->principal ||
            text_equals_ignoring_case(filter->principal, assignment->principal)) &&
           (!filter->role || text_equals_ignoring_case(filter->role, assignment->target.id)) &&
           is_in_scope(assignment->target.part, exchange->scope, filter);
}

static void list(struct sandbox *sandbox, struct exchange *exchange, enum pim_view view)
{
    struct arm_filter filter;
    int64_t at = sandbox_read_ms(sandbox, exchange);
    if (!arm_filter_read(exchange, &filter) || !may_list(sandbox, exchange, &filter))
        return;
    json_t *shown = memory_needed(json_array());
    bool nothing = view == INSTANCES && !*exchange->scope; /* whatever one holds (F03) */
    for (size_t i = 0; !nothing && i < sandbox->tenant->assignments_count; i++) {
        const struct assignment *assignment = sandbox->tenant->assignments[i];
        if (pim_is_shown(assignment, TARGET_AZURE, view, at) &&
            fits(sandbox, exchange, assignment, &filter))
            (void)json_array_append_new(shown,
                                        arm_show_view(sandbox, assignment, view, exchange->scope));
    }
    arm_list(sandbox, exchange, shown);
}

void arm_instances(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, INSTANCES);
}

void arm_schedules(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, SCHEDULES);
}

void arm_eligibilities(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, ELIGIBILITIES);
}

void arm_eligibility_schedules(struct sandbox *sandbox, struct exchange *exchange)
{
    list(sandbox, exchange, ELIGIBILITY_SCHEDULES);
}

static bool request_fits(struct sandbox *sandbox, const struct exchange *exchange,
                         const struct pim_request *request, const struct arm_filter *filter)
{
    const char *person = exchange->delegated ? exchange->person->id : "";
    bool all = !filter->as_target && !filter->as_requestor && !filter->as_approver;
    bool mine = (filter->as_target && text_equals(request->principal, person)) ||
                (filter->as_requestor && text_equals(request->made_by, person)) ||
                (filter->as_approver && request->approval.needed &&
                 pim_may_decide(sandbox, request, person, exchange->now_ms));
    return (all || mine) &&
           (!filter->principal ||
            text_equals_ignoring_case(filter->principal, request->principal)) &&
           is_in_scope(request->target.part, exchange->scope, filter);
}

void arm_requests(struct sandbox *sandbox, struct exchange *exchange)
{
    struct arm_filter filter;
    int64_t at = sandbox_read_ms(sandbox, exchange);
    if (!arm_filter_read(exchange, &filter) || !may_list(sandbox, exchange, &filter))
        return;
    json_t *shown = memory_needed(json_array());
    for (size_t i = 0; i < sandbox->tenant->requests_count; i++) {
        const struct pim_request *request = sandbox->tenant->requests[i];
        if (request->target.kind == TARGET_AZURE && request->made_ms <= at &&
            request_fits(sandbox, exchange, request, &filter))
            (void)json_array_append_new(shown, arm_show_request(sandbox, request));
    }
    arm_list(sandbox, exchange, shown);
}
