#include "access/findings.h"

#include "access/occasion.h"
#include "base/moment.h"
#include "base/text.h"

#include <string.h>

static const struct fact *ask(struct task *task, enum fact_kind kind, const char *subject,
                              int64_t age)
{
    const struct question question = {.kind = kind, .subject = subject};
    return task_fact(task, &question, age);
}

struct group_list {
    struct arena *arena;
    size_t count;
    const char **ids;
};

static void add_groups(struct group_list *list, size_t count, const char *const groups[])
{
    for (size_t i = 0; i < count; i++) {
        bool there = false;
        for (size_t k = 0; k < list->count && !there; k++)
            there = text_equals(list->ids[k], groups[i]);
        if (there)
            continue;
        list->ids = ARENA_MORE(list->arena, list->ids, list->count);
        list->ids[list->count++] = groups[i];
    }
}

const struct fact *findings_memberships(struct task *task, size_t count, const char *const groups[],
                                        const struct contexts *contexts, const char *oid,
                                        int64_t age_ms)
{
    struct group_list all = {.arena = task_arena(task)};
    add_groups(&all, count, groups);
    for (size_t i = 0; contexts && contexts->reading.known && i < contexts->count; i++) {
        const struct context_policy *one = &contexts->policies[i];
        add_groups(&all, one->group_count, one->groups);
        add_groups(&all, one->excluded_group_count, one->excluded_groups);
    }
    const struct question question = {
        .kind = FACT_MEMBERSHIPS, .subject = oid, .group_count = all.count, .groups = all.ids};
    return task_fact(task, &question, age_ms);
}

enum activation activation_of(const struct access *access, const struct role *role)
{
    enum activation setting = access->options.activation;
    return role ? role_activation(role, setting) : setting;
}

/* What PIM says of one person's own activation of a target. */
struct own {
    const struct self_rules *rules;
    const struct eligibles *eligibles;
    const struct memberships *through; /* NULL: not asked */
};

/* Who is not eligible themselves may be through a group: which of those that are eligible they are
   in. Ids of other persons among them are in no harm's way: nobody is in a person. */
static bool gather_through(struct task *task, const struct person_key *person, struct own *own)
{
    enum { THROUGH_MOST = 200 };
    const struct eligibles *eligibles = own->eligibles;
    int64_t now = moment_now();
    if (!eligibles->reading.known || eligible_self(eligibles, person, now))
        return true;
    const char **groups = ARENA_ARRAY(task_arena(task), const char *, eligibles->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < eligibles->count && count < THROUGH_MOST; i++)
        if (now < eligibles->list[i].end_at)
            groups[count++] = eligibles->list[i].principal;
    const struct question question = {
        .kind = FACT_MEMBERSHIPS, .subject = person->oid, .group_count = count, .groups = groups};
    const struct fact *in = count ? task_fact(task, &question, FACT_MINUTE) : NULL;
    own->through = in ? &in->memberships : NULL;
    return in || !count;
}

/* What is activated below the scope of its eligibility is bound by the rules of the one or of the
   other, and which it is nobody says (contract 8): both are kept. */
static const struct self_rules *add_rules(const struct self_rules *one,
                                          const struct self_rules *other, struct arena *arena)
{
    struct self_rules *both = ARENA_NEW(arena, struct self_rules);
    *both = (struct self_rules){
        .reading = one->reading.known ? other->reading : one->reading,
        .exists = one->exists && other->exists,
        .mfa_required = one->mfa_required || other->mfa_required,
        .approval_required = one->approval_required || other->approval_required,
        .nobody_approves = one->nobody_approves || other->nobody_approves,
        .context = one->context ? one->context : other->context,
        .longest_seconds = one->longest_seconds < other->longest_seconds ? one->longest_seconds
                                                                         : other->longest_seconds,
    };
    return both;
}

static bool gather_above(struct task *task, const struct person_key *person, const char *key,
                         struct own *own)
{
    struct arena *arena = task_arena(task);
    struct target target;
    const struct eligible *by =
        own->eligibles->reading.known
            ? eligible_of(own->eligibles, own->through, person, moment_now())
            : NULL;
    if (!by || !by->scope || !target_read(key, arena, &target) ||
        text_equals_ignoring_case(by->scope, target.scope))
        return true;
    target.scope = by->scope;
    const struct fact *rules = ask(task, FACT_SELF_RULES, target_key(&target, arena), FACT_MINUTE);
    if (rules)
        own->rules = add_rules(own->rules, &rules->self_rules, arena);
    return rules;
}

/* False: it is waited for. */
static bool gather_own(struct task *task, const struct person_key *person, const char *target,
                       struct own *ret)
{
    const struct fact *rules = ask(task, FACT_SELF_RULES, target, FACT_MINUTE);
    const struct fact *eligibles = ask(task, FACT_ELIGIBLES, target, FACT_MINUTE);
    if (!rules || !eligibles)
        return false;
    *ret = (struct own){.rules = &rules->self_rules, .eligibles = &eligibles->eligibles};
    return gather_through(task, person, ret) && gather_above(task, person, target, ret);
}

const struct self_rules *findings_self_rules(struct task *task, const struct person_key *person,
                                             const char *target)
{
    struct own own;
    return gather_own(task, person, target, &own) ? own.rules : NULL;
}

bool findings_eligibility(struct task *task, const struct person_key *person, const char *target,
                          const struct eligibles **eligibles, const struct memberships **through)
{
    struct own own;
    if (!gather_own(task, person, target, &own))
        return false;
    *eligibles = own.eligibles;
    *through = own.through;
    return true;
}

static bool gather_pim(struct task *task, const struct stored_request *request,
                       struct gathered *gathered, size_t role)
{
    struct own own;
    const char *target = request->roles[role].target;
    if (gathered->modes[role] == ACTIVATION_APPLICATION) {
        const struct fact *rules = ask(task, FACT_ADMIN_RULES, target, FACT_MINUTE);
        gathered->admin_rules[role] = rules ? &rules->admin_rules : NULL;
        return rules;
    }
    if (!gather_own(task, &request->requester.key, target, &own))
        return false;
    gathered->self_rules[role] = own.rules;
    gathered->eligibles[role] = own.eligibles;
    gathered->through[role] = own.through;
    return true;
}

static bool gather_roles(struct task *task, const struct stored_request *request,
                         const struct stored_grant *grant, struct gathered *gathered)
{
    bool here = true;
    const struct access *access = task_access(task);
    gathered->role_count = request->role_count;
    for (size_t i = 0; i < request->role_count; i++) {
        const struct role *role = policy_find_role(access->policy, request->roles[i].role);
        /* The target is part of what was asked and approved: a role that points elsewhere now is
         * another role. */
        bool same = role && text_equals(target_key(&role->target, task_arena(task)),
                                        request->roles[i].target);
        gathered->roles[i] = same ? role : NULL;
        gathered->role_gone |= !same;
        gathered->judged[i] = !grant || (size_t)grant->position == i;
        gathered->modes[i] =
            grant && gathered->judged[i] ? grant->mode : activation_of(access, role);
        if (gathered->judged[i])
            here &= gather_pim(task, request, gathered, i);
    }
    return here;
}

static bool gather_device(struct task *task, struct findings *findings, int64_t age_ms)
{
    const char *id = findings->sign_in->device_id;
    if (!id)
        return true;
    const struct fact *device = ask(task, FACT_DEVICE, id, age_ms);
    const struct fact *managed = ask(task, FACT_MANAGED, id, age_ms);
    findings->device = device ? &device->device : NULL;
    findings->managed = managed ? &managed->managed : NULL;
    return device && managed;
}

static bool gather_risks(struct task *task, struct findings *findings)
{
    const struct fact *risks = ask(task, FACT_RISKS, NULL, FACT_MINUTE);
    findings->risks = risks ? &risks->risks : NULL;
    return risks;
}

void findings_policy_demand(const struct policy *policy, size_t role_count,
                            const struct role *const roles[], const struct stored_request *request,
                            const struct memberships *memberships, struct arena *arena,
                            struct demands *demands)
{
    struct occasion occasion;
    occasion_of(request, memberships, arena, &occasion);
    policy_demand(policy, role_count, roles, &occasion, arena, demands);
}

bool findings_kept_demands(const struct stored_request *request, struct arena *arena,
                           struct demands *demands)
{
    json_auto_t *kept = request->demands ? json_loads(request->demands, 0, NULL) : NULL;
    return kept && demands_unpack(kept, arena, demands);
}

/* The policy that it is judged by to its end: that of its submission; what is only rehearsed has
   none yet. NULL: it cannot be had. */
static const struct policy *policy_of(struct task *task, const struct stored_request *request)
{
    return request->policy_version ? task_policy_of(task, request->policy_version)
                                   : task_access(task)->policy;
}

/* Without the policy or one of its roles nothing is known, which lets nobody in. */
static void demand(struct task *task, const struct policy *policy,
                   const struct stored_request *request, const struct occasion *occasion,
                   struct demands *demands)
{
    const struct role *roles[REQUEST_ROLES];
    size_t count = 0;
    for (size_t i = 0; policy && i < request->role_count; i++)
        if ((roles[count] = policy_find_role(policy, request->roles[i].role)))
            count++;
    bool whole = policy && count == request->role_count;
    policy_demand(policy ? policy : task_access(task)->policy, whole ? count : 0, roles, occasion,
                  task_arena(task), demands);
    demands->unknown |= !whole;
}

static const struct fact *memberships_for(struct task *task, const struct policy *policy,
                                          const struct stored_request *request,
                                          const struct contexts *contexts)
{
    const char *const *groups = NULL;
    size_t count = policy ? policy_groups(policy, &groups) : 0;
    return findings_memberships(task, count, groups, contexts, request->requester.key.oid,
                                FACT_MINUTE);
}

bool findings_demands(struct task *task, const struct stored_request *request,
                      struct demands *demands)
{
    *demands = (struct demands){0};
    if (findings_kept_demands(request, task_arena(task), demands))
        return true;
    const struct policy *policy = policy_of(task, request);
    const struct fact *in = memberships_for(task, policy, request, NULL);
    if (in) {
        struct occasion occasion;
        occasion_of(request, &in->memberships, task_arena(task), &occasion);
        demand(task, policy, request, &occasion, demands);
    }
    return in;
}

/* The groups of devices that make a privileged workstation. */
static bool gather_workstation(struct task *task, const struct required *required,
                               struct findings *findings, int64_t age_ms)
{
    struct group_list all = {.arena = task_arena(task)};
    const struct device *device = findings->device;
    for (size_t i = 0; i < required->workstation_count; i++)
        if (!required->workstations[i].by_category)
            add_groups(&all, required->workstations[i].names.count,
                       required->workstations[i].names.words);
    if (!all.count || !device || !device->reading.known || !device->exists)
        return true;
    const struct question question = {.kind = FACT_DEVICE_GROUPS,
                                      .subject = device->object_id,
                                      .group_count = all.count,
                                      .groups = all.ids};
    const struct fact *in = task_fact(task, &question, age_ms);
    findings->device_groups = in ? &in->device_groups : NULL;
    return in;
}

bool findings_device(struct task *task, const struct required *required, struct findings *findings,
                     int64_t age_ms)
{
    bool here = gather_device(task, findings, age_ms);
    return gather_workstation(task, required, findings, age_ms) && here;
}

/* In mode `application` PIM asks nobody whether they are eligible: a rule may. */
static bool gather_eligible(struct task *task, const struct stored_request *request,
                            struct gathered *gathered)
{
    bool here = true;
    for (size_t i = 0; i < gathered->role_count; i++) {
        if (!gathered->judged[i] || gathered->modes[i] != ACTIVATION_APPLICATION)
            continue;
        const struct fact *eligibles =
            ask(task, FACT_ELIGIBLES, request->roles[i].target, FACT_MINUTE);
        struct own own = {.eligibles = eligibles ? &eligibles->eligibles : NULL};
        here &= eligibles && gather_through(task, &request->requester.key, &own);
        gathered->eligibles[i] = own.eligibles;
        gathered->through[i] = own.through;
    }
    return here;
}

static bool gather_log(struct task *task, const struct required *required,
                       struct findings *findings)
{
    char since[21];
    if (!required->watch_sign_in_risk && !required->modern_authentication)
        return true;
    moment_text(sign_in_logged_from(findings->sign_in), since);
    const struct question question = {
        .kind = FACT_SIGN_INS, .subject = findings->person->oid, .object = since};
    const struct fact *log = task_fact(task, &question, FACT_LOG);
    findings->sign_ins = log ? &log->sign_ins : NULL;
    return log;
}

/* Who brought no second factor may have none. */
static bool gather_registration(struct task *task, const struct demands *demands,
                                struct findings *findings)
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_mfa(demands, findings, &list);
    if (!sign_in_may_mend(&list) || !registration_matters(demands, findings->sign_in))
        return true;
    const struct fact *details =
        ask(task, FACT_REGISTRATION, findings->person->oid, FACT_TEN_MINUTES);
    findings->registration = details ? &details->registration : NULL;
    return details;
}

/* What only the demands tell to ask for; at its submission also what is of that moment alone. */
static bool gather_demanded(struct task *task, const struct stored_request *request,
                            bool at_submission, struct gathered *gathered)
{
    struct findings *findings = &gathered->findings;
    const struct demands *demands = &gathered->demands;
    const struct required *required = &demands->required;
    bool here = gather_workstation(task, required, findings, FACT_FRESH);
    if (required->eligible)
        here &= gather_eligible(task, request, gathered);
    if (demands->watch_risk)
        here &= gather_risks(task, findings);
    if (!at_submission)
        return here;
    here &= gather_log(task, required, findings);
    here &= gather_registration(task, demands, findings);
    if (required->ticket_look_up && !text_is_empty(request->ticket)) {
        const struct fact *ticket = ask(task, FACT_TICKET, request->ticket, FACT_MINUTE);
        findings->ticket = ticket ? &ticket->ticket : NULL;
        here &= ticket != NULL;
    }
    return here;
}

bool findings_gather(struct task *task, const struct stored_request *request,
                     const struct stored_grant *grant, const struct sign_in *sign_in,
                     struct gathered *ret)
{
    struct access *access = task_access(task);
    const char *oid = request->requester.key.oid;
    struct gathered gathered = {
        .findings = {
            .now = request->submitted_at, /* a sign-in is judged as of the moment it was used */
            .person = &request->requester.key,
            .sign_in = sign_in,
            .client_id = access->options.client_id,
            .claim_count = access->options.claim_count,
            .claims = access->options.claims,
        }};
    struct findings *findings = &gathered.findings;
    const struct fact *contexts =
        access->options.claim_count ? ask(task, FACT_CONTEXTS, NULL, FACT_TEN_MINUTES) : NULL;
    const struct fact *account = ask(task, FACT_ACCOUNT, oid, FACT_FRESH);
    bool here = gather_roles(task, request, grant, &gathered);
    here &= gather_device(task, findings, FACT_FRESH);
    if ((access->options.claim_count && !contexts) || !account)
        return false;
    findings->contexts = contexts ? &contexts->contexts : NULL;
    findings->account = &account->account;
    const struct policy *policy = policy_of(task, request);
    const struct fact *memberships = memberships_for(task, policy, request, findings->contexts);
    if (!memberships || !here)
        return false;
    findings->memberships = &memberships->memberships;
    if (gathered.role_gone) {
        *ret = gathered;
        return true;
    }
    occasion_of(request, findings->memberships, task_arena(task), &gathered.occasion);
    bool asks_risk = policy && policy_asks_risk(policy) && !gathered.occasion.risk_known;
    if (asks_risk && !gather_risks(task, findings))
        return false;
    if (asks_risk)
        occasion_risk(findings->risks, &gathered.occasion);
    demand(task, policy, request, &gathered.occasion, &gathered.demands);
    if (!gather_demanded(task, request, !grant, &gathered))
        return false;
    *ret = gathered;
    return true;
}

static void judge_pim(const struct gathered *gathered, size_t role, int64_t duration_seconds,
                      bool at_start, struct evidence_list *list)
{
    const struct findings *findings = &gathered->findings;
    const char *name = gathered->roles[role]->name;
    if (gathered->modes[role] == ACTIVATION_APPLICATION) {
        judge_admin_rules(gathered->admin_rules[role], name, duration_seconds, list);
        if (gathered->demands.required.eligible)
            judge_eligibility(gathered->eligibles[role], gathered->through[role], findings->person,
                              name, moment_now(), list);
        return;
    }
    judge_eligibility(gathered->eligibles[role], gathered->through[role], findings->person, name,
                      moment_now(), list);
    judge_self_rules(gathered->self_rules[role], gathered->modes[role],
                     at_start ? findings->sign_in : NULL, name, duration_seconds, list);
    if (gathered->modes[role] == ACTIVATION_PIM_APPROVAL)
        judge_somebody_asked(&gathered->demands, name, list);
}

void findings_judge(const struct gathered *gathered, int64_t duration_seconds, bool with_sign_in,
                    bool at_start, struct evidence_list *list)
{
    const struct findings *findings = &gathered->findings;
    const struct demands *demands = &gathered->demands;
    judge_membership(demands, findings, list);
    judge_account(findings, list);
    if (with_sign_in)
        judge_mfa(demands, findings, list);
    if (with_sign_in || findings->sign_in->device_id)
        judge_device(demands, findings, list);
    judge_risk(demands, findings, list);
    if (with_sign_in && !at_start) {
        judge_sign_in(demands, findings, list);
        judge_registration(demands, findings, list);
    }
    for (size_t i = 0; i < gathered->role_count; i++)
        if (gathered->judged[i])
            judge_pim(gathered, i, duration_seconds, at_start, list);
}
