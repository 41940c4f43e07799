/* GET /identity/conditionalAccess/policies: which policy stands behind each authentication context,
   whom it binds, and what it demands. A context is issued even where no policy objects (contract
   2.8), so whatever may let somebody past a policy is noted as an exclusion. */
#include "directory/controls.h"
#include "directory/entry.h"
#include "directory/reader.h"

#include "base/json.h"

#include <string.h>

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)asked;
    (void)body;
    text_add(path, "/v1.0/identity/conditionalAccess/policies");
    return step == 0;
}

static bool has(const json_t *list, const char *word)
{
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        if (text_equals_ignoring_case(json_string_value(one), word))
            return true;
    }
    return false;
}

/* The GUIDs of a list; false when there is something else in it. */
static bool read_guids(const json_t *list, struct arena *arena, size_t *count, const char ***ret)
{
    bool all = json_is_array(list);
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        char guid[GUID_SIZE];
        if (!text_read_guid(json_string_value(one), guid)) {
            all = false;
            continue;
        }
        *ret = ARENA_MORE(arena, *ret, *count);
        (*ret)[(*count)++] = arena_copy(arena, guid);
    }
    return all;
}

/* Whom it binds. Included roles are not looked up: through them nobody is bound for certain. */
static void read_users(const json_t *users, struct arena *arena, struct context_policy *policy)
{
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)users, name, member) {
        if (strchr(name, '@') || entry_says_nothing(member))
            continue;
        if (text_equals(name, "includeUsers")) {
            policy->everybody = has(member, "All");
            (void)read_guids(member, arena, &policy->user_count, &policy->users);
        } else if (text_equals(name, "includeGroups")) {
            (void)read_guids(member, arena, &policy->group_count, &policy->groups);
        } else if (text_equals(name, "excludeUsers")) {
            policy->other_exclusions |=
                !read_guids(member, arena, &policy->excluded_user_count, &policy->excluded_users);
        } else if (text_equals(name, "excludeGroups")) {
            policy->other_exclusions |=
                !read_guids(member, arena, &policy->excluded_group_count, &policy->excluded_groups);
        } else if (!text_starts_with(name, "include")) {
            policy->other_exclusions = true; /* roles, guests, what is still to come */
        }
    }
}

/* Whether a condition lets every sign-in of a browser through to the controls. */
static bool takes_all(const char *name, const json_t *condition)
{
    if (strchr(name, '@') || entry_says_nothing(condition))
        return true;
    if (text_equals(name, "applications") || text_equals(name, "users"))
        return true;
    if (text_equals(name, "clientAppTypes"))
        return has(condition, "all") || has(condition, "browser");
    if (text_equals(name, "platforms"))
        return has(json_object_get(condition, "includePlatforms"), "all") &&
               entry_says_nothing(json_object_get(condition, "excludePlatforms"));
    if (text_equals(name, "locations"))
        return has(json_object_get(condition, "includeLocations"), "All") &&
               entry_says_nothing(json_object_get(condition, "excludeLocations"));
    return false; /* risk levels, device filters, what is still to come */
}

static struct context_policy read_policy(const json_t *json, struct arena *arena)
{
    const json_t *conditions = json_object_get(json, "conditions");
    const char *state = json_member_text(json, "state");
    struct context_policy policy = {
        .name = arena_copy(arena, json_member_text(json, "displayName")),
        .state = arena_copy(arena, state ? state : ""),
        .proves = controls_prove(json_object_get(json, "grantControls")),
    };
    const char *name;
    json_t *condition;
    read_users(json_object_get(conditions, "users"), arena, &policy);
    json_object_foreach ((json_t *)conditions, name, condition)
        policy.other_exclusions |= !takes_all(name, condition);
    return policy;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct contexts *contexts = &fact->contexts;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value"), *targets;
    size_t i, k;
    json_t *one, *context;
    (void)asked;
    json_array_foreach ((json_t *)list, i, one) {
        if (!json_is_object(one))
            entry_spoil(&page, "a policy that is no object");
        targets =
            json_object_get(json_object_get(json_object_get(one, "conditions"), "applications"),
                            "includeAuthenticationContextClassReferences");
        if (!json_array_size(targets))
            continue;
        struct context_policy policy = read_policy(one, fact->arena);
        json_array_foreach ((json_t *)targets, k, context) {
            if (!json_is_string(context))
                continue;
            policy.context = arena_copy(fact->arena, json_string_value(context));
            contexts->policies = ARENA_MORE(fact->arena, contexts->policies, contexts->count);
            contexts->policies[contexts->count++] = policy;
        }
    }
    return page.fail;
}

/* Conditional Access shares its one call a second with Identity Protection (contract 12). */
const struct reader contexts_reader = {
    .service = SERVICE_RISK, .most_pages = READER_PAGES, .ask = ask, .read = read_answer};
