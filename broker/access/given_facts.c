/* The facts of a file, as answers to what would be asked of the directory. */
#include "access/given_kept.h"

#include "base/text.h"

const char *const given_client_id = "00000000-0000-0000-0000-0000000000c1";

static bool names(const struct people *people, const char *group)
{
    for (size_t i = 0; people && i < people->group_count; i++)
        if (text_equals(people->groups[i], group))
            return true;
    return false;
}

static void keep_person(struct arena *arena, const struct person *from, struct person *to)
{
    *to = (struct person){
        .key = from->key,
        .name = arena_copy(arena, from->name),
        .mail = arena_copy(arena, from->mail),
        .employee_id = arena_copy(arena, from->employee_id),
    };
}

/* Whoever the file names; NULL: it does not. */
static const struct person *find_person(const struct given *given, const char *oid)
{
    if (text_equals_ignoring_case(oid, given->person.key.oid))
        return &given->person;
    if (given->has_manager && text_equals_ignoring_case(oid, given->manager.key.oid))
        return &given->manager;
    for (size_t i = 0; i < given->set_count; i++)
        for (size_t k = 0; k < given->sets[i].count; k++)
            if (text_equals_ignoring_case(oid, given->sets[i].list[k].key.oid))
                return &given->sets[i].list[k];
    return NULL;
}

/* Whom the policy names and the file does not is taken to be there. */
static void answer_account(const struct given *given, const char *oid, struct fact *fact)
{
    const struct person *person = find_person(given, oid);
    struct person kept = {0};
    if (person)
        keep_person(fact->arena, person, &kept);
    fact->reading.known = true;
    fact->account.exists = true;
    fact->account.enabled = person == &given->person && !given->enabled ? TRI_NO : TRI_YES;
    fact->account.oid = arena_copy(fact->arena, oid);
    fact->account.name = kept.name;
    fact->account.mail = kept.mail;
    fact->account.employee_id = kept.employee_id;
}

static void answer_manager(const struct given *given, struct fact *fact)
{
    struct person kept;
    keep_person(fact->arena, &given->manager, &kept);
    fact->reading.known = given->has_manager;
    fact->manager.exists = given->has_manager;
    fact->manager.oid = arena_copy(fact->arena, kept.key.oid);
}

/* Which of the groups asked for are among these. */
static void answer_groups(size_t count, const char *const groups[], const struct question *question,
                          struct fact *fact)
{
    struct memberships *in = &fact->memberships;
    in->groups = ARENA_ARRAY(fact->arena, const char *, question->group_count);
    for (size_t i = 0; i < question->group_count; i++)
        for (size_t k = 0; k < count; k++)
            if (text_equals_ignoring_case(question->groups[i], groups[k])) {
                in->groups[in->count++] = arena_copy(fact->arena, groups[k]);
                break;
            }
}

static void answer_sign_ins(const struct given *given, struct fact *fact)
{
    fact->reading.known = given->client || given->signs_in_at_risk;
    fact->sign_ins.count = 1;
    fact->sign_ins.entries = ARENA_ARRAY(fact->arena, struct logged_sign_in, 1);
    fact->sign_ins.entries[0] = (struct logged_sign_in){
        .at = given->now,
        .app_id = given_client_id,
        .client = given->client ? arena_copy(fact->arena, given->client) : "Browser",
        .device_id = arena_copy(fact->arena, given->sign_in.device_id),
        .risk = given->sign_in_risk,
    };
}

static void answer_members(const struct given *given, const char *group, struct fact *fact)
{
    struct members *members = &fact->members;
    for (size_t i = 0; i < given->set_count; i++) {
        const struct given_set *set = &given->sets[i];
        if (!names(set->people, group))
            continue;
        fact->reading.known = true;
        for (size_t k = 0; k < set->count; k++) {
            members->people = ARENA_MORE(fact->arena, members->people, members->count);
            keep_person(fact->arena, &set->list[k], &members->people[members->count++]);
        }
    }
}

static void answer_risks(const struct given *given, struct fact *fact)
{
    fact->reading.known = given->risk_known;
    fact->risks.users = ARENA_ARRAY(fact->arena, struct risky_user, 1);
    fact->risks.count = given->risk != RISK_NONE;
    fact->risks.users[0] = (struct risky_user){
        .oid = arena_copy(fact->arena, given->person.key.oid),
        .level = given->risk,
        .compromised = given->compromised,
    };
}

static void answer_device(const struct given *given, struct fact *fact)
{
    fact->reading.known = given->has_device;
    fact->device.exists = true;
    fact->device.enabled = TRI_YES;
    fact->device.compliant = given->compliant ? TRI_YES : TRI_NO;
    fact->device.managed = given->managed ? TRI_YES : TRI_NO;
    fact->device.name = arena_copy(fact->arena, given->device_name);
    fact->device.object_id = arena_copy(fact->arena, given->sign_in.device_id);
}

static void answer_managed(const struct given *given, struct fact *fact)
{
    fact->reading.known = given->has_device;
    fact->managed.count = given->has_device;
    fact->managed.devices = ARENA_ARRAY(fact->arena, struct managed_device, 1);
    fact->managed.devices[0] = (struct managed_device){
        .user_id = arena_copy(fact->arena, given->person.key.oid),
        .name = arena_copy(fact->arena, given->device_name),
        .compliance = given->compliant ? "compliant" : "noncompliant",
        .management = given->managed ? "managed" : "retired",
        .category = arena_copy(fact->arena, given->category),
        .synced_at = given->synced_at,
    };
}

static void answer_contexts(const struct given *given, struct fact *fact)
{
    struct contexts *contexts = &fact->contexts;
    fact->reading.known = true;
    contexts->policies = ARENA_ARRAY(fact->arena, struct context_policy, given->claim_count);
    contexts->count = given->claim_count;
    for (size_t i = 0; i < given->claim_count; i++)
        contexts->policies[i] = (struct context_policy){
            .context = arena_copy(fact->arena, given->claims[i].context),
            .name = "As given",
            .state = "enabled",
            .proves = given->claims[i].proves,
            .everybody = true,
        };
}

/* Whether it is approved in PIM, which then asks for an approval there. */
static bool is_held(const struct policy *policy, const char *target, struct arena *arena)
{
    for (size_t i = 0; i < policy_role_count(policy); i++) {
        const struct role *role = policy_role(policy, i);
        if (text_equals(target_key(&role->target, arena), target))
            return role->has_activation && role->activation == ACTIVATION_PIM_APPROVAL;
    }
    return false;
}

static void answer_pim(const struct given *given, const char *target, struct fact *fact)
{
    fact->reading.known = true;
    if (fact->kind == FACT_ADMIN_RULES) {
        fact->admin_rules.exists = fact->admin_rules.end_required = true;
        fact->admin_rules.longest_seconds = INT64_MAX;
    } else if (fact->kind == FACT_SELF_RULES) {
        fact->self_rules.exists = true;
        fact->self_rules.approval_required = is_held(given->policy, target, fact->arena);
        fact->self_rules.longest_seconds = INT64_MAX;
    } else {
        fact->eligibles.list = ARENA_ARRAY(fact->arena, struct eligible, 1);
        fact->eligibles.count = 1;
        fact->eligibles.list[0] = (struct eligible){
            .principal = arena_copy(fact->arena, given->person.key.oid),
            .direct = true,
            .end_at = INT64_MAX,
        };
    }
}

struct fact *given_answer(const void *context, const struct question *question)
{
    const struct given *given = context;
    struct fact *fact = fact_new(question->kind, given->now);
    fact->reading.why = "the file does not say";
    switch (question->kind) {
    case FACT_ACCOUNT:
        answer_account(given, question->subject, fact);
        break;
    case FACT_MEMBERSHIPS:
        fact->reading.known = text_equals_ignoring_case(question->subject, given->person.key.oid);
        answer_groups(given->group_count, given->groups, question, fact);
        break;
    case FACT_DEVICE_GROUPS:
        fact->reading.known = given->has_device;
        answer_groups(given->device_group_count, given->device_groups, question, fact);
        break;
    case FACT_SIGN_INS:
        answer_sign_ins(given, fact);
        break;
    case FACT_REGISTRATION:
        fact->reading.known = fact->registration.exists = true;
        fact->registration.mfa = given->registered;
        break;
    case FACT_TICKET:
        fact->reading.known = given->ticket != TICKET_UNSAID;
        fact->ticket.exists = given->ticket != TICKET_NONE;
        fact->ticket.open = given->ticket == TICKET_OPEN;
        fact->ticket.state = given->ticket == TICKET_OPEN ? "open" : "closed";
        break;
    case FACT_MEMBERS:
        answer_members(given, question->subject, fact);
        break;
    case FACT_MANAGER:
        answer_manager(given, fact);
        break;
    case FACT_RISKS:
        answer_risks(given, fact);
        break;
    case FACT_DEVICE:
        answer_device(given, fact);
        break;
    case FACT_MANAGED:
        answer_managed(given, fact);
        break;
    case FACT_CONTEXTS:
        answer_contexts(given, fact);
        break;
    case FACT_ADMIN_RULES:
    case FACT_SELF_RULES:
    case FACT_ELIGIBLES:
        answer_pim(given, question->subject, fact);
        break;
    default:
        break;
    }
    return fact;
}
