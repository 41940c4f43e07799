#include "access/given_kept.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

enum { FILE_LIMIT = 1024 * 1024, LISTED_MOST = 2000, NAME_MOST = 200 };

static const char *const risks[] = {"none", "low", "medium", "high", "compromised"};

static const char *const tenant = "00000000-0000-0000-0000-000000000000";

static const struct people *find_set(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy_people_count(policy); i++)
        if (text_equals(policy_people(policy, i)->name, name))
            return policy_people(policy, i);
    return NULL;
}

static void add_group(struct given *given, const char *group)
{
    given->groups = ARENA_MORE(given->arena, given->groups, given->group_count);
    given->groups[given->group_count++] = group;
}

/* In a set by its groups, as they are now: whom it names it names by id. */
static void read_sets(struct given *given, struct form *form)
{
    const char **names;
    size_t count = form_texts(form, "in", OPTIONAL, LISTED_MOST, NAME_MOST, &names);
    for (size_t i = 0; i < count; i++) {
        const struct people *set = find_set(given->policy, names[i]);
        if (!set) {
            form_complain(form, "in", "there are no people \"%s\" in the policy", names[i]);
            continue;
        }
        set = people_at(set, given->now, given->arena);
        if (!set->group_count)
            form_complain(form, "in", "\"%s\" has no groups now: whom it names it names by id",
                          names[i]);
        for (size_t k = 0; k < set->group_count; k++)
            add_group(given, set->groups[k]);
    }
}

static const char **read_groups(struct given *given, struct form *form, size_t *count)
{
    char guid[37];
    const char **ids;
    *count = form_texts(form, "groups", OPTIONAL, LISTED_MOST, 64, &ids);
    const char **groups = ARENA_ARRAY(given->arena, const char *, *count);
    for (size_t i = 0; i < *count; i++) {
        bool right = text_read_guid(ids[i], guid);
        groups[i] = arena_copy(given->arena, right ? guid : ids[i]);
        if (!right)
            form_complain(form, "groups", "\"%s\" is not an object id (a GUID)", ids[i]);
    }
    return groups;
}

/* Roles of the policy, by id. */
static const char **read_roles(struct given *given, struct form *form, const char *name,
                               size_t *count)
{
    const char **ids;
    *count = form_texts(form, name, OPTIONAL, LISTED_MOST, 64, &ids);
    const char **kept = ARENA_ARRAY(given->arena, const char *, *count);
    for (size_t i = 0; i < *count; i++) {
        kept[i] = arena_copy(given->arena, ids[i]);
        if (!policy_find_role(given->policy, ids[i]))
            form_complain(form, name, "there is no role \"%s\" in the policy", ids[i]);
    }
    return kept;
}

static void read_id(struct form *form, struct arena *arena, struct person *ret)
{
    const char *id = form_guid(form, "id", REQUIRED),
               *name = form_text(form, "name", OPTIONAL, 200);
    if (id)
        (void)person_key_read(tenant, id, &ret->key);
    ret->name = arena_copy(arena, name);
    ret->mail = arena_copy(arena, form_text(form, "mail", OPTIONAL, 320));
    ret->employee_id = arena_copy(arena, form_text(form, "employee_id", OPTIONAL, 200));
}

static void read_manager(struct given *given, struct form *parent)
{
    const json_t *value = form_object(parent, "manager", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(parent, "manager"), parent->complaints);
    given->has_manager = true;
    read_id(&form, given->arena, &given->manager);
    form_end(&form);
}

static void read_person(struct given *given, struct form *all)
{
    struct form form = form_open(form_object(all, "person", REQUIRED), "person", all->complaints);
    read_id(&form, given->arena, &given->person);
    given->enabled = form_flag(&form, "enabled", true);
    read_sets(given, &form);
    size_t group_count;
    const char **groups = read_groups(given, &form, &group_count);
    for (size_t i = 0; i < group_count; i++)
        add_group(given, groups[i]);
    given->registered = form_flag(&form, "second_factor", true);
    given->had = read_roles(given, &form, "had", &given->had_count);
    given->held = read_roles(given, &form, "holds", &given->held_count);
    read_manager(given, &form);
    given->risk_known = form_has(&form, "risk");
    int risk = form_choice(&form, "risk", COUNT(risks), risks, 0);
    given->compromised = risk > RISK_HIGH;
    given->risk = given->compromised ? RISK_HIGH : (enum risk_level)risk;
    form_end(&form);
}

static const char **keep_texts(struct given *given, struct form *form, const char *name,
                               size_t *count)
{
    const char **texts;
    *count = form_texts(form, name, OPTIONAL, 20, 64, &texts);
    const char **kept = ARENA_ARRAY(given->arena, const char *, *count);
    for (size_t i = 0; i < *count; i++)
        kept[i] = arena_copy(given->arena, texts[i]);
    return kept;
}

static void read_sign_in(struct given *given, struct form *all)
{
    const json_t *value = form_object(all, "sign_in", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, "sign_in", all->complaints);
    struct sign_in *sign_in = &given->sign_in;
    int64_t age = form_span(&form, "age", 0, 30 * 86400, 0);
    given->has_sign_in = true;
    sign_in->at = given->now;
    sign_in->fresh = true;
    sign_in->auth_time = given->now - age;
    sign_in->methods = keep_texts(given, &form, "methods", &sign_in->method_count);
    sign_in->contexts = keep_texts(given, &form, "contexts", &sign_in->context_count);
    given->client = arena_copy(given->arena, form_text(&form, "client", OPTIONAL, 200));
    given->signs_in_at_risk = form_has(&form, "risk");
    given->sign_in_risk = (enum risk_level)form_choice(&form, "risk", RISK_HIGH + 1, risks, 0);
    form_end(&form);
}

static void read_device(struct given *given, struct form *all)
{
    const json_t *value = form_object(all, "device", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, "device", all->complaints);
    const char *name = form_text(&form, "name", OPTIONAL, 200);
    given->has_device = true;
    given->device_name = arena_copy(given->arena, name ? name : "The device");
    given->compliant = form_flag(&form, "compliant", false);
    given->managed = form_flag(&form, "managed", true);
    given->synced_at = given->now - form_span(&form, "synced", 0, 365 * 86400, 0);
    given->device_groups = read_groups(given, &form, &given->device_group_count);
    given->category = arena_copy(given->arena, form_text(&form, "category", OPTIONAL, 200));
    given->sign_in.device_id = "00000000-0000-0000-0000-00000000de1c";
    form_end(&form);
    if (!given->has_sign_in)
        complain(all->complaints, "device",
                 "goes with a `sign_in`: it is the one they signed in from");
}

static void read_contexts(struct given *given, struct form *all)
{
    static const char *const words[] = {"mfa", "phishing_resistant", "compliant_device"};
    static const unsigned proofs[] = {PROOF_MFA, PROOF_PHISHING_RESISTANT, PROOF_COMPLIANT_DEVICE};
    const char *name;
    json_t *one;
    const json_t *value = form_object(all, "contexts", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, "contexts", all->complaints);
    given->claims = ARENA_ARRAY(given->arena, struct context_claim, json_object_size(value));
    json_object_foreach ((json_t *)value, name, one) {
        const char **texts;
        struct context_claim *claim = &given->claims[given->claim_count++];
        claim->context = arena_copy(given->arena, name);
        size_t count = form_texts(&form, name, REQUIRED, COUNT(words), 64, &texts);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < COUNT(words); k++)
                claim->proves |= text_equals(texts[i], words[k]) ? proofs[k] : 0;
    }
    form_end(&form);
}

static void read_people(struct given *given, struct form *all)
{
    const char *name;
    json_t *list;
    const json_t *value = form_object(all, "people", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, "people", all->complaints);
    given->sets = ARENA_ARRAY(given->arena, struct given_set, json_object_size(value));
    json_object_foreach ((json_t *)value, name, list) {
        struct given_set *set = &given->sets[given->set_count++];
        const struct people *named = find_set(given->policy, name);
        set->people = named ? people_at(named, given->now, given->arena) : NULL;
        if (!named)
            form_complain(&form, name, "there are no people of that name in the policy");
        (void)form_list(&form, name, REQUIRED, LISTED_MOST);
        set->list = ARENA_ARRAY(given->arena, struct person, json_array_size(list));
        for (size_t i = 0; i < json_array_size(list); i++) {
            const char *at = arena_text(all->complaints->arena, "people.%s[%zu]", name, i);
            struct form one = form_open(json_array_get(list, i), at, all->complaints);
            read_id(&one, given->arena, &set->list[set->count++]);
            form_end(&one);
        }
    }
    form_end(&form);
}

static void read_ticket(struct given *given, struct form *all)
{
    static const char *const tickets[] = {"open", "closed", "unknown"};
    given->ticket = 1 + form_choice(all, "ticket", COUNT(tickets), tickets, -1);
}

enum fail given_read(const char *path, const struct policy *policy, struct given **ret,
                     struct complaints *complaints, struct reason *why)
{
    int line = 0;
    json_auto_t *json = NULL;
    scoped(text_scoped) struct text text = TEXT_LIMIT(FILE_LIMIT);
    enum fail fail = file_read(path, &text, why);
    if (!fail)
        fail = json_read(text_of(&text), text.length, &json, &line, why);
    if (fail)
        return fail;
    scoped(given_scoped) struct given *given = MEMORY_NEW(struct given);
    given->arena = arena_new();
    given->now = moment_now();
    given->policy = policy;
    struct form form = form_open(json, "", complaints);
    read_person(given, &form);
    read_sign_in(given, &form);
    read_device(given, &form);
    read_contexts(given, &form);
    read_people(given, &form);
    read_ticket(given, &form);
    form_end(&form);
    if (complaints->count)
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    *ret = take(given);
    return FAIL_NONE;
}

void given_free(struct given *given)
{
    if (!given)
        return;
    arena_free(given->arena);
    free(given);
}

const struct person *given_person(const struct given *given)
{
    return &given->person;
}

const struct sign_in *given_sign_in(const struct given *given)
{
    return given->has_sign_in ? &given->sign_in : NULL;
}

void given_past(const struct given *given, struct occasion *occasion)
{
    occasion->past_known = true;
    occasion->had_count = given->had_count;
    occasion->had = given->had;
    occasion->held_count = given->held_count;
    occasion->held = given->held;
}

size_t given_claims(const struct given *given, const struct context_claim **claims)
{
    *claims = given->claims;
    return given->claim_count;
}
