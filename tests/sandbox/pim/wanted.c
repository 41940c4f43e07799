#include "sandbox/pim/wanted.h"

#include "base/json.h"
#include "sandbox/graph/graph.h"

#include <string.h>

enum { TEXT_MOST = 4096 };

const char *const action_names[] = {"adminAssign",  "adminUpdate",    "adminRemove",
                                    "selfActivate", "selfDeactivate", "adminExtend",
                                    "adminRenew",   "selfExtend",     "selfRenew"};
const char *const expiration_names[] = {"noExpiration", "afterDateTime", "afterDuration",
                                        "notSpecified"};

static bool invalid(struct exchange *exchange, const char *message)
{
    graph_error(exchange, 400, "InvalidRoleAssignmentRequest", message);
    return false;
}

/* The place of the text in the list, in any letter case; -1 with a complaint. */
static int read_name(struct form *form, const char *member, enum need need, size_t count,
                     const char *const names[])
{
    const char *text = form_text(form, member, need, 64);
    for (size_t i = 0; text && i < count; i++)
        if (text_equals_ignoring_case(text, names[i]))
            return (int)i;
    if (text)
        form_complain(form, member, "cannot be '%s'", text);
    return -1;
}

static void read_target(struct form *form, enum target_kind kind, struct target *target)
{
    static const char *const accesses[] = {"member", "owner"};
    const char *id =
        form_guid(form, kind == TARGET_GROUP ? "groupId" : "roleDefinitionId", REQUIRED);
    target->kind = kind;
    if (id)
        memcpy(target->id, id, GUID_SIZE);
    if (kind == TARGET_GROUP) {
        int access = read_name(form, "accessId", REQUIRED, COUNT(accesses), accesses);
        target->part = access < 0 ? "member" : accesses[access];
        return;
    }
    target->part = form_text(form, "directoryScopeId", OPTIONAL, 256);
    const char *app_scope = form_text(form, "appScopeId", OPTIONAL, 256);
    if (!target->part && !app_scope)
        form_complain(form, "directoryScopeId", "is missing, and so is appScopeId");
    if (!target->part)
        target->part = app_scope ? app_scope : "/";
}

void wanted_read_schedule(struct form *form, int64_t now_ms, struct wanted *wanted)
{
    const json_t *value = form_object(form, "scheduleInfo", OPTIONAL);
    wanted->starts_ms = now_ms;
    wanted->ends_ms = MOMENT_NEVER;
    wanted->expiration = NOT_SPECIFIED;
    if (!value)
        return;
    wanted->scheduled = true;
    struct form schedule = form_open(value, form_place(form, "scheduleInfo"), form->complaints);
    int64_t start = form_moment(&schedule, "startDateTime", 0);
    if (start * 1000 > now_ms)
        wanted->starts_ms = start * 1000;
    if (form_has(&schedule, "recurrence"))
        form_complain(&schedule, "recurrence", "is not supported");
    (void)form_value(&schedule, "@odata.type", OPTIONAL);
    const json_t *ends = form_object(&schedule, "expiration", OPTIONAL);
    form_end(&schedule);
    if (!ends)
        return;
    struct form expiration = form_open(ends, form_place(&schedule, "expiration"), form->complaints);
    int type = read_name(&expiration, "type", OPTIONAL, 4, expiration_names);
    wanted->expiration = type < 0 ? NOT_SPECIFIED : (enum expiration)type;
    int64_t end = form_moment(&expiration, "endDateTime", 0);
    wanted->duration = form_text(&expiration, "duration", OPTIONAL, 64);
    if (wanted->duration && wanted->duration[0] != 'P')
        form_complain(&expiration, "duration", "is no ISO 8601 duration");
    if (wanted->expiration == AFTER_DATE_TIME && end)
        wanted->ends_ms = end * 1000;
    (void)form_value(&expiration, "@odata.type", OPTIONAL);
    form_end(&expiration);
}

void wanted_read_ticket(struct form *form, struct wanted *wanted)
{
    const json_t *value = form_object(form, "ticketInfo", OPTIONAL);
    if (!value)
        return;
    struct form ticket = form_open(value, form_place(form, "ticketInfo"), form->complaints);
    const json_t *number = form_value(&ticket, "ticketNumber", OPTIONAL); /* "" is allowed */
    const json_t *system = form_value(&ticket, "ticketSystem", OPTIONAL);
    wanted->ticket_number = json_string_value(number);
    wanted->ticket_system = json_string_value(system);
    form_end(&ticket);
}

bool wanted_is_removal(const struct wanted *wanted)
{
    return wanted->action == ADMIN_REMOVE || wanted->action == SELF_DEACTIVATE;
}

bool wanted_is_self(const struct wanted *wanted)
{
    return wanted->action == SELF_ACTIVATE || wanted->action == SELF_DEACTIVATE;
}

bool wanted_check_schedule(struct exchange *exchange, struct wanted *wanted)
{
    int64_t seconds;
    if (wanted_is_removal(wanted))
        return true;
    if (!wanted->scheduled)
        return invalid(exchange, "The role assignment request is invalid: scheduleInfo is "
                                 "missing.");
    switch (wanted->expiration) {
    case NO_EXPIRATION:
        return true;
    case AFTER_DATE_TIME:
        if (wanted->ends_ms == MOMENT_NEVER || wanted->ends_ms <= wanted->starts_ms)
            break;
        return true;
    case AFTER_DURATION:
        if (!wanted->duration || !span_read(wanted->duration, &seconds) || seconds <= 0)
            break;
        wanted->ends_ms = wanted->starts_ms + seconds * 1000;
        return true;
    case NOT_SPECIFIED:
        break;
    }
    return invalid(exchange, "The role assignment request is invalid.");
}

bool wanted_read(struct exchange *exchange, enum target_kind kind, const json_t *body,
                 struct wanted *wanted)
{
    struct complaints complaints = {.arena = exchange->arena};
    struct form form = form_open(body, "", &complaints);
    *wanted = (struct wanted){.action = OTHER_ACTION};
    int action = read_name(&form, "action", REQUIRED, COUNT(action_names), action_names);
    if (action >= 0) {
        wanted->action = action < OTHER_ACTION ? (enum action)action : OTHER_ACTION;
        wanted->action_text = action_names[action];
    }
    const char *principal = form_guid(&form, "principalId", REQUIRED);
    if (principal)
        memcpy(wanted->principal, principal, GUID_SIZE);
    read_target(&form, kind, &wanted->target);
    wanted_read_schedule(&form, exchange->now_ms, wanted);
    wanted_read_ticket(&form, wanted);
    const json_t *justification = form_value(&form, "justification", OPTIONAL);
    if (justification && !json_is_string(justification))
        form_complain(&form, "justification", "must be text");
    wanted->justification = json_string_value(justification);
    wanted->validation_only = form_flag(&form, "isValidationOnly", false);
    (void)form_text(&form, "targetScheduleId", OPTIONAL, 256);
    (void)form_text(&form, "customData", OPTIONAL, TEXT_MOST);
    (void)form_value(&form, "@odata.type", OPTIONAL);
    form_end(&form);
    if (complaints.count) {
        graph_error(exchange, 400, "BadRequest", complaints_text(&complaints));
        return false;
    }
    return wanted_check_schedule(exchange, wanted);
}
