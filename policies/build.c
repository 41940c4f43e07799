/* From the merged object of all policy files to the structs that deciding uses, with every mistake
 * collected. rule.c reads the rules. */
#include "policies/building.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

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

void policy_collect(const char **list, size_t *count, size_t more, const char *const texts[])
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

const char *policy_read_words(struct form *form, const char *name, enum need need, size_t most)
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
        people->until = form_moment(&form, "until", 0);
        people->manager = form_flag(&form, "manager", false);
        bool others = form_has(&form, "sets"); /* joined when all are read */
        if (form.object && !people->user_count && !people->group_count && !people->manager &&
            !others)
            complain(complaints, form.at, "holds nobody: name users or groups by their object ids");
        form_end(&form);
    }
    policy_join_people(policy, merged, complaints);
}

void policy_check_id(struct form *form, const char *id, const char *noun)
{
    if (strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id) || !*id ||
        strlen(id) > 64)
        form_complain(form, id, "is not an id of a %s: small letters, digits and -, 1 to 64", noun);
}

static void build_role(struct policy *policy, struct role *role, struct form *form)
{
    static const char *const activations[] = {"application", "delegated", "pim_approval"};
    static const char *const unexplained[] = {"tell", "remove"};
    const char **lesser;
    const char *name = policy_read_words(form, "name", REQUIRED, 200);
    const char *product = policy_read_words(form, "product", OPTIONAL, 200);
    role->name = arena_copy(policy->arena, name ? name : role->id);
    role->product = arena_copy(policy->arena, product ? product : "");
    role->opens = arena_copy(policy->arena, policy_read_words(form, "opens", OPTIONAL, 1000));
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
    role->usable_within_seconds = form_span(form, "usable_within", 1, DAY, -1);
    role->closes_sessions = form_flag(form, "close_sessions", false);
    policy_read_binding(policy, role, form);
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
        policy_check_id(&all, id, "role");
        role->id = arena_copy(policy->arena, id);
        struct form form = form_open(value, form_place(&all, id), complaints);
        build_role(policy, role, &form);
        form_end(&form);
    }
    qsort(policy->roles, policy->role_count, sizeof *policy->roles, compare_roles);
    check_roles(policy, complaints);
}

static const struct people **read_sets(struct policy *policy, struct form *form, const char *name,
                                       enum need need, size_t *count)
{
    const char **texts;
    size_t named = form_texts(form, name, need, 100, NAME_BYTES, &texts);
    const struct people **sets = ARENA_ARRAY(policy->arena, const struct people *, named);
    *count = 0;
    for (size_t i = 0; i < named; i++) {
        const struct people *set = policy_find_people(policy, texts[i]);
        if (set)
            sets[(*count)++] = set;
        else
            form_complain(form, name, "there are no people \"%s\" in `people`", texts[i]);
    }
    return sets;
}

static void refuse_managers(struct form *form, const char *name, size_t count,
                            const struct people *const sets[])
{
    for (size_t i = 0; i < count; i++) {
        bool holds = sets[i]->manager;
        for (size_t k = 0; k < sets[i]->part_count; k++)
            holds |= sets[i]->parts[k].manager;
        if (holds)
            form_complain(form, name,
                          "\"%s\" holds the manager of whoever asks, who can only be an approver",
                          sets[i]->name);
    }
}

const struct people **policy_read_sets(struct policy *policy, struct form *form, const char *name,
                                       size_t *count)
{
    const struct people **sets = read_sets(policy, form, name, REQUIRED, count);
    refuse_managers(form, name, *count, sets);
    return sets;
}

const struct people **policy_read_more_sets(struct policy *policy, struct form *form,
                                            const char *name, size_t *count)
{
    const struct people **sets = read_sets(policy, form, name, OPTIONAL, count);
    refuse_managers(form, name, *count, sets);
    return sets;
}

const struct people **policy_read_approvers(struct policy *policy, struct form *form,
                                            const char *name, size_t *count)
{
    return read_sets(policy, form, name, REQUIRED, count);
}

static void build_rules(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    policy->rules = ARENA_ARRAY(policy->arena, struct rule, json_array_size(merged));
    for (size_t i = 0; i < json_array_size(merged); i++) {
        const char *at = arena_text(complaints->arena, "rules[%zu]", i);
        struct form form = form_open(json_array_get(merged, i), at, complaints);
        policy_read_rule(policy, &policy->rules[policy->rule_count++], &form);
        form_end(&form);
    }
}

static void build_person_key(struct policy *policy, struct form *all)
{
    static const char *const attributes[] = {"employeeId", "mail"};
    int chosen = form_choice(all, "person_key", COUNT(attributes), attributes, -1);
    policy->human_by = chosen < 0    ? HUMAN_BY_ACCOUNT
                       : chosen == 0 ? HUMAN_BY_EMPLOYEE_ID
                                     : HUMAN_BY_MAIL;
}

static void build_alarms(struct policy *policy, struct form *all)
{
    const json_t *value = form_object(all, "alarms", OPTIONAL);
    policy->emergency = policy_find_people(policy, "emergency");
    if (!value)
        return;
    struct form form = form_open(value, "alarms", all->complaints);
    policy->told = policy_read_sets(policy, &form, "tell", &policy->told_count);
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
    for (size_t i = 0; i < policy->role_count; i++)
        rules_sort(policy->by_role[i].count, policy->by_role[i].rules);
}

static void collect_names(struct policy *policy)
{
    size_t groups = 0;
    for (size_t i = 0; i < policy->people_count; i++)
        groups += policy->people[i].group_count;
    policy->groups = ARENA_ARRAY(policy->arena, const char *, groups);
    policy->contexts = ARENA_ARRAY(policy->arena, const char *, policy->rule_count);
    for (size_t i = 0; i < policy->people_count; i++)
        policy_collect(policy->groups, &policy->group_count, policy->people[i].group_count,
                       policy->people[i].groups);
    for (size_t i = 0; i < policy->rule_count; i++)
        policy_collect(policy->contexts, &policy->context_count, policy->rules[i].context_count,
                       policy->rules[i].contexts);
}

static void add_asked(struct policy *policy, const struct when *when)
{
    policy->asks_risk |= when->watches_risk;
    policy->asks_past |= when->first_time || when->held_count;
}

/* What has to be found out before any rule can be matched. */
static void collect_asked(struct policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct rule *rule = &policy->rules[i];
        if (rule->has_when)
            add_asked(policy, &rule->when);
        for (size_t k = 0; k < rule->stage_count; k++)
            if (rule->stage_whens[k])
                add_asked(policy, rule->stage_whens[k]);
    }
}

void policy_build(struct policy *policy, const json_t *merged, struct complaints *complaints)
{
    struct form form = form_open(merged, "", complaints);
    build_people(policy, form_object(&form, "people", REQUIRED), complaints);
    build_roles(policy, form_object(&form, "roles", REQUIRED), complaints);
    policy_read_bundles(policy, form_object(&form, "bundles", OPTIONAL), complaints);
    build_rules(policy, form_list(&form, "rules", REQUIRED, POLICY_RULES), complaints);
    build_alarms(policy, &form);
    policy_read_phases(policy, &form);
    build_person_key(policy, &form);
    form_end(&form);
    index_rules(policy);
    collect_names(policy);
    collect_asked(policy);
}
