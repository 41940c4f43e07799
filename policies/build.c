/* From the merged object of all policy files to the structs that deciding uses, with every mistake
 * collected. */
#include "policies/internal.h"

#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAMES_MOST = 2000,
    NAME_BYTES = 100,
    MINUTE = 60,
    HOUR = 3600,
    DAY = 86400,
};

static const char *const risk_levels[] = {"none", "low", "medium", "high"};

/* Names are parts of places such as `people.soc leads.groups[0]`, so they cannot hold what
 * separates those. */
static void check_name(struct form *form, const char *name)
{
    if (text_is_empty(name) || strlen(name) > NAME_BYTES || strpbrk(name, ".[]\"") ||
        text_forbidden_character(name))
        form_complain(form, name,
                      "is not a name: 1 to %d bytes without . [ ] \" and control characters",
                      NAME_BYTES);
}

/* Adds each text that is not there yet; lists are short enough for a linear look. */
static void collect(const char **list, size_t *count, size_t more, const char *const texts[])
{
    for (size_t i = 0; i < more; i++) {
        bool there = false;
        for (size_t k = 0; k < *count && !there; k++)
            there = text_equals(list[k], texts[i]);
        if (!there)
            list[(*count)++] = texts[i];
    }
}

/* Kept in the policy's own memory: the form's is gone when it was read. */
static const char **read_guids(struct policy *policy, struct form *form, const char *name,
                               size_t *count)
{
    const char **texts;
    char guid[37];
    size_t given = form_texts(form, name, OPTIONAL, NAMES_MOST, 64, &texts);
    const char **guids = ARENA_ARRAY(policy->arena, const char *, given);
    *count = 0;
    for (size_t i = 0; i < given; i++) {
        const char *id = text_read_guid(texts[i], guid) ? guid : texts[i];
        if (id != guid)
            form_complain(form, name, "\"%s\" is not an object id (a GUID)", id);
        for (size_t k = 0; k < *count; k++)
            if (text_equals(guids[k], id))
                form_complain(form, name, "\"%s\" is there twice", id);
        guids[(*count)++] = arena_copy(policy->arena, id);
    }
    return guids;
}

/* People and roles are shown to those who decide: no characters that hide or turn what stands
 * there. */
static const char *read_words(struct form *form, const char *name, enum need need, size_t most)
{
    const char *text = form_text(form, name, need, most);
    if (text && (text_is_empty(text) || text_forbidden_character(text)))
        form_complain(form, name, "must be readable: no control or direction characters");
    return text;
}

static void build_people(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    const char *name;
    json_t *value;
    struct form all = form_open(merged, "people", complaints);
    policy->people = ARENA_ARRAY(policy->arena, struct people, json_object_size(merged));
    json_object_foreach ((json_t *)merged, name, value) {
        struct people *people = &policy->people[policy->people_count++];
        check_name(&all, name);
        struct form form = form_open(value, form_place(&all, name), complaints);
        people->name = arena_copy(policy->arena, name);
        people->users = read_guids(policy, &form, "users", &people->user_count);
        people->groups = read_guids(policy, &form, "groups", &people->group_count);
        if (form.object && !people->user_count && !people->group_count)
            complain(complaints, form.at, "holds nobody: name users or groups by their object ids");
        form_end(&form);
    }
}

static void check_role_id(struct form *form, const char *id)
{
    if (strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id) || !*id ||
        strlen(id) > 64)
        form_complain(form, id, "is not an id of a role: small letters, digits and -, 1 to 64");
}

static void build_role(struct policy *policy, struct role *role, struct form *form)
{
    static const char *const activations[] = {"application", "delegated", "pim_approval"};
    static const char *const unexplained[] = {"tell", "remove"};
    const char **lesser;
    const char *name = read_words(form, "name", REQUIRED, 200);
    const char *product = read_words(form, "product", OPTIONAL, 200);
    role->name = arena_copy(policy->arena, name ? name : role->id);
    role->product = arena_copy(policy->arena, product ? product : "");
    role->opens = arena_copy(policy->arena, read_words(form, "opens", OPTIONAL, 1000));
    role->tier = (int)form_number(form, "tier", 0, 9, -1);
    role->target = policy_target(form, policy->arena);
    role->has_activation = form_has(form, "activation");
    int activation = form_choice(form, "activation", COUNT(activations), activations, 0);
    role->activation = (enum activation)activation;
    if (role->target.kind == TARGET_AZURE_ROLE && role->activation == ACTIVATION_PIM_APPROVAL)
        form_complain(form, "activation",
                      "cannot be pim_approval for a role of Azure: its approvals are not carried "
                      "there");
    role->removes_unexplained =
        form_choice(form, "unexplained", COUNT(unexplained), unexplained, 0) == 1;
    role->lesser_count = form_texts(form, "lesser", OPTIONAL, 20, 64, &lesser);
    role->lesser = ARENA_ARRAY(policy->arena, const char *, role->lesser_count);
    for (size_t i = 0; i < role->lesser_count; i++)
        role->lesser[i] = arena_copy(policy->arena, lesser[i]);
}

static int compare_roles(const void *one, const void *other)
{
    return strcmp(((const struct role *)one)->id, ((const struct role *)other)->id);
}

/* To Azure, letter case makes no other scope. */
static bool is_same_target(const struct role *one, const struct role *other, const char *key,
                           const char *other_key)
{
    bool azure = one->target.kind == TARGET_AZURE_ROLE && other->target.kind == TARGET_AZURE_ROLE;
    return azure ? text_equals_ignoring_case(key, other_key) : text_equals(key, other_key);
}

static void check_roles(struct policy *policy, struct complaints *complaints)
{
    struct arena *arena = complaints->arena;
    const char **keys = ARENA_ARRAY(arena, const char *, policy->role_count);
    for (size_t i = 0; i < policy->role_count; i++) {
        const struct role *role = &policy->roles[i];
        const char *place = arena_text(arena, "roles.%s.lesser", role->id);
        for (size_t k = 0; k < role->lesser_count; k++) {
            if (text_equals(role->lesser[k], role->id))
                complain(complaints, place, "names the role itself");
            else if (!policy_find_role(policy, role->lesser[k]))
                complain(complaints, place, "there is no role \"%s\"", role->lesser[k]);
        }
        keys[i] = *role->target.id ? target_key(&role->target, arena) : NULL;
        for (size_t k = 0; keys[i] && k < i; k++)
            if (keys[k] && is_same_target(&policy->roles[k], role, keys[k], keys[i]))
                complain(complaints, arena_text(arena, "roles.%s.target", role->id),
                         "is the target of \"%s\" too: one target, one role", policy->roles[k].id);
    }
}

static void build_roles(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    const char *id;
    json_t *value;
    struct form all = form_open(merged, "roles", complaints);
    policy->roles = ARENA_ARRAY(policy->arena, struct role, json_object_size(merged));
    json_object_foreach ((json_t *)merged, id, value) {
        struct role *role = &policy->roles[policy->role_count++];
        check_role_id(&all, id);
        role->id = arena_copy(policy->arena, id);
        struct form form = form_open(value, form_place(&all, id), complaints);
        build_role(policy, role, &form);
        form_end(&form);
    }
    qsort(policy->roles, policy->role_count, sizeof *policy->roles, compare_roles);
    check_roles(policy, complaints);
}

static const struct people *find_people(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->people_count; i++)
        if (text_equals(policy->people[i].name, name))
            return &policy->people[i];
    return NULL;
}

static const struct people **read_sets(struct policy *policy, struct form *form, const char *name,
                                       size_t *count)
{
    const char **texts;
    size_t named = form_texts(form, name, REQUIRED, 100, NAME_BYTES, &texts);
    const struct people **sets = ARENA_ARRAY(policy->arena, const struct people *, named);
    *count = 0;
    for (size_t i = 0; i < named; i++) {
        const struct people *set = find_people(policy, texts[i]);
        if (set)
            sets[(*count)++] = set;
        else
            form_complain(form, name, "there are no people \"%s\" in `people`", texts[i]);
    }
    return sets;
}

static void read_rule_roles(struct policy *policy, struct rule *rule, struct form *form)
{
    const char **ids;
    size_t named = form_texts(form, "roles", REQUIRED, NAMES_MOST, 64, &ids);
    rule->roles = ARENA_ARRAY(policy->arena, const struct role *, named);
    for (size_t i = 0; i < named; i++) {
        const struct role *role = policy_find_role(policy, ids[i]);
        if (role)
            rule->roles[rule->role_count++] = role;
        else
            form_complain(form, "roles", "there is no role \"%s\" in `roles`", ids[i]);
    }
}

static void check_context(struct form *form, const char *context)
{
    int64_t number;
    if (context[0] != 'c' || !text_read_number(context + 1, 99, &number) || number < 1 ||
        context[1] == '0')
        form_complain(form, "context", "\"%s\" is not an authentication context: c1 to c99",
                      context);
}

static void read_mfa(struct policy *policy, struct rule *rule, struct form *require)
{
    const json_t *value = form_object(require, "mfa", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(require, "mfa"), require->complaints);
    /* Entra may keep a sign-in for five minutes (contract 2.2): a shorter age could never be met.
     */
    rule->mfa = true;
    rule->mfa_within_seconds = form_span(&form, "within", 6 * MINUTE, 30 * DAY, INT64_MAX);
    const char *context = form_text(&form, "context", OPTIONAL, 64);
    if (context) {
        check_context(&form, context);
        rule->context_count = 1;
        rule->contexts = ARENA_ARRAY(policy->arena, const char *, 1);
        rule->contexts[0] = arena_copy(policy->arena, context);
    }
    form_end(&form);
}

static void read_require(struct policy *policy, struct rule *rule, struct form *parent)
{
    rule->mfa_within_seconds = INT64_MAX;
    const json_t *value = form_object(parent, "require", OPTIONAL);
    if (!value)
        return;
    struct form require = form_open(value, form_place(parent, "require"), parent->complaints);
    read_mfa(policy, rule, &require);
    if ((value = form_object(&require, "device", OPTIONAL))) {
        struct form form = form_open(value, form_place(&require, "device"), parent->complaints);
        rule->compliant_device = form_flag(&form, "compliant", true);
        form_end(&form);
    }
    if ((value = form_object(&require, "user_risk", OPTIONAL))) {
        struct form form = form_open(value, form_place(&require, "user_risk"), parent->complaints);
        (void)form_value(&form, "at_most", REQUIRED);
        rule->watch_risk = true;
        rule->risk_at_most = (enum risk_level)form_choice(&form, "at_most", COUNT(risk_levels),
                                                          risk_levels, RISK_NONE);
        form_end(&form);
    }
    if ((value = form_object(&require, "justification", OPTIONAL))) {
        struct form form =
            form_open(value, form_place(&require, "justification"), parent->complaints);
        rule->justification_least = form_number(&form, "min_length", 1, 500, 1);
        form_end(&form);
    }
    form_end(&require);
}

static void read_limits(struct rule *rule, struct form *parent)
{
    rule->longest_seconds = HOUR;
    rule->default_seconds = HOUR;
    rule->start_within_seconds = HOUR;
    const json_t *value = form_object(parent, "limits", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "limits"), parent->complaints);
    /* PIM refuses anything below five minutes (contract 4.5). */
    size_t before = parent->complaints->count;
    rule->longest_seconds = form_span(&form, "longest", 5 * MINUTE, 7 * DAY, HOUR);
    bool read = parent->complaints->count == before;
    int64_t usual = rule->longest_seconds < HOUR ? rule->longest_seconds : HOUR;
    rule->default_seconds = form_span(&form, "default", 5 * MINUTE, 7 * DAY, usual);
    if (read && rule->default_seconds > rule->longest_seconds) {
        char longest[32];
        span_text(rule->longest_seconds, longest);
        form_complain(&form, "default", "is longer than `longest`, which is %s", longest);
    }
    rule->start_within_seconds = form_span(&form, "start_within", 5 * MINUTE, 7 * DAY, HOUR);
    form_end(&form);
}

/* A set of users alone has a known size: more approvers than that can never be found. Whoever is in
 * several sets is still one. */
static bool could_be_met(const struct rule *rule, struct arena *arena)
{
    size_t most = 0, users = 0;
    for (size_t i = 0; i < rule->from_count; i++) {
        if (rule->from[i]->group_count)
            return true;
        most += rule->from[i]->user_count;
    }
    const char **seen = ARENA_ARRAY(arena, const char *, most);
    for (size_t i = 0; i < rule->from_count; i++)
        collect(seen, &users, rule->from[i]->user_count, rule->from[i]->users);
    return (int64_t)users >= rule->need;
}

static void read_approval(struct policy *policy, struct rule *rule, struct form *parent)
{
    const json_t *value = form_value(parent, "approval", OPTIONAL);
    if (!value || text_equals(json_string_value(value), "none"))
        return;
    if (!json_is_object(value)) {
        form_complain(parent, "approval", "must be \"none\" or an object with `stages`");
        return;
    }
    struct form form = form_open(value, form_place(parent, "approval"), parent->complaints);
    const json_t *stages = form_list(&form, "stages", REQUIRED, 1);
    rule->is_signed = form_flag(&form, "signed", false);
    form_end(&form);
    if (!stages)
        return;
    const char *place = arena_text(parent->complaints->arena, "%s.stages[0]", form.at);
    struct form stage = form_open(json_array_get(stages, 0), place, parent->complaints);
    rule->approval = true;
    size_t before = parent->complaints->count;
    rule->from = read_sets(policy, &stage, "from", &rule->from_count);
    bool named = parent->complaints->count == before;
    rule->need = form_number(&stage, "need", 1, 20, 1);
    rule->within_seconds = form_span(&stage, "within", 5 * MINUTE, 7 * DAY, HOUR);
    rule->is_signed |= form_flag(&stage, "signed", false);
    form_end(&stage);
    if (named && !could_be_met(rule, parent->complaints->arena))
        form_complain(&stage, "need", "%lld approvals are needed, but `from` names fewer people",
                      (long long)rule->need);
}

static void build_rule(struct policy *policy, struct rule *rule, struct form *form)
{
    const char *name = read_words(form, "name", REQUIRED, NAME_BYTES);
    rule->name = arena_copy(policy->arena, name ? name : form->at);
    for (size_t i = 0; name && &policy->rules[i] != rule; i++)
        if (text_equals(policy->rules[i].name, name))
            form_complain(form, "name", "another rule is called \"%s\" too", name);
    read_rule_roles(policy, rule, form);
    rule->who = read_sets(policy, form, "who", &rule->who_count);
    read_require(policy, rule, form);
    read_limits(rule, form);
    read_approval(policy, rule, form);
    if (!rule->justification_least)
        rule->justification_least = 1;
}

static void build_rules(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    policy->rules = ARENA_ARRAY(policy->arena, struct rule, json_array_size(merged));
    for (size_t i = 0; i < json_array_size(merged); i++) {
        const char *at = arena_text(complaints->arena, "rules[%zu]", i);
        struct form form = form_open(json_array_get(merged, i), at, complaints);
        build_rule(policy, &policy->rules[policy->rule_count++], &form);
        form_end(&form);
    }
}

static void build_alarms(struct policy *policy, struct form *all)
{
    const json_t *value = form_object(all, "alarms", OPTIONAL);
    policy->emergency = find_people(policy, "emergency");
    if (!value)
        return;
    struct form form = form_open(value, "alarms", all->complaints);
    policy->told = read_sets(policy, &form, "tell", &policy->told_count);
    form_end(&form);
}

static void index_rules(struct policy *policy)
{
    policy->by_role = ARENA_ARRAY(policy->arena, struct rules_of_role, policy->role_count);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < policy->rule_count; i++) {
            const struct rule *rule = &policy->rules[i];
            for (size_t k = 0; k < rule->role_count; k++) {
                struct rules_of_role *of = &policy->by_role[rule->roles[k] - policy->roles];
                if (pass)
                    of->rules[of->count] = rule;
                of->count++;
            }
        }
        for (size_t i = 0; !pass && i < policy->role_count; i++) {
            struct rules_of_role *of = &policy->by_role[i];
            of->rules = ARENA_ARRAY(policy->arena, const struct rule *, of->count);
            of->count = 0;
        }
    }
}

static void collect_names(struct policy *policy)
{
    size_t groups = 0;
    for (size_t i = 0; i < policy->people_count; i++)
        groups += policy->people[i].group_count;
    policy->groups = ARENA_ARRAY(policy->arena, const char *, groups);
    policy->contexts = ARENA_ARRAY(policy->arena, const char *, policy->rule_count);
    for (size_t i = 0; i < policy->people_count; i++)
        collect(policy->groups, &policy->group_count, policy->people[i].group_count,
                policy->people[i].groups);
    for (size_t i = 0; i < policy->rule_count; i++)
        collect(policy->contexts, &policy->context_count, policy->rules[i].context_count,
                policy->rules[i].contexts);
}

void policy_build(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    struct form form = form_open(merged, "", complaints);
    build_people(policy, form_object(&form, "people", REQUIRED), complaints);
    build_roles(policy, form_object(&form, "roles", REQUIRED), complaints);
    build_rules(policy, form_list(&form, "rules", REQUIRED, POLICY_RULES), complaints);
    build_alarms(policy, &form);
    form_end(&form);
    index_rules(policy);
    collect_names(policy);
}
