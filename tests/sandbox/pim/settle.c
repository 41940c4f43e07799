/* How time passes: what begins, ends, is removed, or is kept from ending. */
#include "sandbox/pim/pim.h"

#include "sandbox/graph/logs.h"
#include "sandbox/tenant/members.h"

static const int64_t give_up_ms = 30LL * 24 * 3600 * 1000; /* of the last owner (contract 5.3) */

static bool is_last_owner(const struct tenant *tenant, const struct assignment *assignment,
                          int64_t now_ms)
{
    if (assignment->target.kind != TARGET_GROUP || !text_equals(assignment->target.part, "owner"))
        return false;
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        const struct assignment *other = tenant->assignments[i];
        if (other != assignment && target_equals(&other->target, &assignment->target) &&
            tenant_person(tenant, other->principal) && assignment_holds(other, now_ms))
            return false;
    }
    return true;
}

/* When it should go, by removal or by its end; MOMENT_NEVER: not yet known. */
static int64_t due_ms(const struct sandbox *sandbox, const struct assignment *assignment)
{
    int64_t end = assignment->ends_ms;
    if (end != MOMENT_NEVER)
        end += sandbox->switches.expiry_ms;
    return assignment->removal_ms < end ? assignment->removal_ms : end;
}

static bool is_kept(const struct sandbox *sandbox, const struct assignment *assignment,
                    int64_t now_ms)
{
    bool expires = assignment->removal_ms == MOMENT_NEVER;
    return (expires && sandbox->switches.pim_outage) ||
           (assignment->manner != ELIGIBLE && assignment->starts_ms <= now_ms &&
            is_last_owner(sandbox->tenant, assignment, now_ms));
}

static void end(struct sandbox *sandbox, struct assignment *assignment, int64_t at_ms)
{
    bool expires = assignment->removal_ms == MOMENT_NEVER;
    assignment->gone_ms = at_ms;
    if (!assignment->why_gone)
        assignment->why_gone = expires ? "expired" : "removed";
    if (expires && assignment->starts_ms != MOMENT_NEVER)
        logs_pim(sandbox, assignment, at_ms, "Remove member from role (PIM activation expired)");
}

static void settle_request(struct sandbox *sandbox, struct pim_request *request, int64_t now_ms)
{
    static const int64_t approval_ms = 24LL * 3600 * 1000;
    if (text_equals(request->status, "PendingApproval") && now_ms - request->made_ms >= approval_ms)
        pim_lapse(sandbox, request);
    bool accepted = text_equals(request->status, "Granted") ||
                    text_equals(request->status, "PendingProvisioning");
    if (!accepted || request->starts_ms > now_ms || request->validation_only)
        return;
    request->status = "Provisioned";
    if (text_equals(request->action, "selfActivate"))
        logs_request(sandbox, request, request->starts_ms,
                     "Add member to role completed (PIM activation)");
}

void pim_settle(struct sandbox *sandbox, int64_t now_ms)
{
    struct tenant *tenant = sandbox->tenant;
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        struct assignment *assignment = tenant->assignments[i];
        int64_t due = due_ms(sandbox, assignment);
        if (assignment->gone_ms != MOMENT_NEVER || due > now_ms)
            continue;
        if (!is_kept(sandbox, assignment, now_ms)) {
            end(sandbox, assignment, assignment->delayed ? now_ms : due);
        } else if (now_ms - due > give_up_ms && !sandbox->switches.pim_outage) {
            assignment->ends_ms = assignment->removal_ms = MOMENT_NEVER; /* stays for good (D06) */
        } else {
            assignment->delayed = true;
        }
    }
    for (size_t i = 0; i < tenant->requests_count; i++)
        settle_request(sandbox, tenant->requests[i], now_ms);
}

struct assignment *pim_find(const struct tenant *tenant, const char *principal,
                            const struct target *target, enum manner manner)
{
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        struct assignment *assignment = tenant->assignments[i];
        if (assignment->manner == manner && assignment->gone_ms == MOMENT_NEVER &&
            assignment->removal_ms == MOMENT_NEVER &&
            text_equals(assignment->principal, principal) &&
            target_equals(&assignment->target, target))
            return assignment;
    }
    return NULL;
}

/* Azure roles can be activated below the scope that one is eligible at (F06). */
static bool gives_right_to(const struct target *eligible, const struct target *wanted)
{
    if (wanted->kind != TARGET_AZURE)
        return target_equals(eligible, wanted);
    return eligible->kind == TARGET_AZURE && text_equals(eligible->id, wanted->id) &&
           scope_covers(eligible->part, wanted->part);
}

const struct target *pim_governing(const struct sandbox *sandbox, const char *person,
                                   const struct target *target, int64_t at_ms)
{
    const struct assignment *eligibility =
        target->kind == TARGET_AZURE && sandbox->switches.arm_policy_above
            ? pim_eligibility(sandbox->tenant, person, target, at_ms)
            : NULL;
    return eligibility ? &eligibility->target : target;
}

const struct assignment *pim_eligibility(const struct tenant *tenant, const char *person,
                                         const struct target *target, int64_t at_ms)
{
    for (size_t i = 0; i < tenant->assignments_count; i++) {
        const struct assignment *assignment = tenant->assignments[i];
        if (assignment->manner == ELIGIBLE && assignment->starts_ms <= at_ms &&
            at_ms < assignment->gone_ms && gives_right_to(&assignment->target, target) &&
            (text_equals(assignment->principal, person) ||
             members_has(tenant, assignment->principal, person, at_ms)))
            return assignment;
    }
    return NULL;
}

void pim_remove(struct assignment *assignment, int64_t at_ms, const char *why)
{
    assignment->removal_ms = at_ms;
    assignment->why_gone = why;
}
