/* App registrations and Conditional Access policies. */
#include "sandbox/tenant/change.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <string.h>

enum { TEXT_MOST = 512, LIST_MOST = 256 };

/* A list of texts that replaces another one, once nothing is complained about. */
struct new_list {
    json_t **place;
    const json_t *list;
};

static struct new_list read_list(struct form *form, const char *name, json_t **place)
{
    const char **texts;
    (void)form_texts(form, name, OPTIONAL, LIST_MOST, TEXT_MOST, &texts);
    return (struct new_list){.place = place, .list = form_value(form, name, OPTIONAL)};
}

static void put_lists(size_t count, const struct new_list lists[])
{
    for (size_t i = 0; i < count; i++) {
        if (!lists[i].list)
            continue;
        json_decref(*lists[i].place);
        *lists[i].place = json_deep_copy(lists[i].list);
    }
}

static void check_app_roles(const json_t *list, const char *at, struct complaints *complaints)
{
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value) {
        struct form form =
            form_open(value, arena_text(complaints->arena, "%s[%zu]", at, i), complaints);
        (void)form_guid(&form, "id", REQUIRED);
        (void)form_text(&form, "value", REQUIRED, TEXT_MOST);
        (void)form_text(&form, "name", REQUIRED, TEXT_MOST);
        form_end(&form);
    }
}

static void check_optional_claims(const json_t *value, const char *at,
                                  struct complaints *complaints)
{
    const char **texts;
    if (!value)
        return;
    struct form form = form_open(value, at, complaints);
    (void)form_texts(&form, "id_token", OPTIONAL, LIST_MOST, TEXT_MOST, &texts);
    (void)form_texts(&form, "access_token", OPTIONAL, LIST_MOST, TEXT_MOST, &texts);
    form_end(&form);
}

bool app_change(struct tenant *tenant, struct app *app, const json_t *value, const char *at,
                struct complaints *complaints)
{
    size_t before = complaints->count;
    struct form form = form_open(value, at, complaints);
    const char *name = form_text(&form, "name", OPTIONAL, TEXT_MOST);
    const char *uri = form_text(&form, "identifier_uri", OPTIONAL, TEXT_MOST);
    const char *secret = form_text(&form, "secret", OPTIONAL, TEXT_MOST);
    bool revoke = form_flag(&form, "revoke_tokens", false);
    int64_t version = form_number(&form, "access_token_version", 1, 2, app->access_token_version);
    const struct new_list lists[] = {
        read_list(&form, "redirect_uris", &app->redirect_uris),
        read_list(&form, "permissions", &app->permissions),
        read_list(&form, "mail_from", &app->mail_from),
        read_list(&form, "delegated", &app->delegated),
        read_list(&form, "consent", &app->consent),
        {&app->app_roles, form_list(&form, "app_roles", OPTIONAL, LIST_MOST)},
        {&app->optional_claims, form_object(&form, "optional_claims", OPTIONAL)},
    };
    check_app_roles(lists[5].list, form_place(&form, "app_roles"), complaints);
    check_optional_claims(lists[6].list, form_place(&form, "optional_claims"), complaints);
    (void)form_value(&form, "id", OPTIONAL);
    (void)form_value(&form, "object_id", OPTIONAL);
    (void)form_value(&form, "signs_assertions", OPTIONAL);
    form_end(&form);
    if (!name && !app->name)
        form_complain(&form, "name", "is missing");
    if (complaints->count > before)
        return false;
    app->name = name ? tenant_keep(tenant, name) : app->name;
    app->identifier_uri = uri ? tenant_keep(tenant, uri) : app->identifier_uri;
    app->secret = secret ? tenant_keep(tenant, secret) : app->secret;
    app->access_token_version = version;
    app->tokens_from_ms = revoke ? moment_now_ms() : app->tokens_from_ms;
    put_lists(COUNT(lists), lists);
    return true;
}

bool access_policy_change(struct tenant *tenant, struct access_policy *policy, const json_t *value,
                          const char *at, struct complaints *complaints)
{
    static const char *const states[] = {"enabled", "disabled",
                                         "enabledForReportingButNotEnforced"};
    static const char *const logics[] = {"AND", "OR"};
    static const char *const applications[] = {"all", "graph", "arm"};
    size_t before = complaints->count;
    struct form form = form_open(value, at, complaints);
    const char *name = form_text(&form, "displayName", OPTIONAL, TEXT_MOST);
    const char *context = form_text(&form, "context", OPTIONAL, 3);
    const char *state = change_choice(&form, "state", COUNT(states), states, policy->state);
    const char *logic = change_choice(&form, "operator", COUNT(logics), logics, policy->logic);
    const char *application =
        change_choice(&form, "application", COUNT(applications), applications, policy->application);
    bool strength = form_flag(&form, "strength", policy->strength);
    bool every_time = form_flag(&form, "every_time", policy->every_time);
    const struct new_list lists[] = {
        read_list(&form, "controls", &policy->controls),
        read_list(&form, "client_apps", &policy->client_apps),
        read_list(&form, "risk_levels", &policy->risk_levels),
        read_list(&form, "include_users", &policy->include_users),
        read_list(&form, "exclude_users", &policy->exclude_users),
        read_list(&form, "include_groups", &policy->include_groups),
        read_list(&form, "exclude_groups", &policy->exclude_groups),
    };
    (void)form_value(&form, "id", OPTIONAL);
    form_end(&form);
    if (!name && !policy->name)
        form_complain(&form, "displayName", "is missing");
    if (complaints->count > before)
        return false;
    policy->name = name ? tenant_keep(tenant, name) : policy->name;
    policy->context = context ? tenant_keep(tenant, context) : policy->context;
    policy->state = state;
    policy->logic = logic;
    policy->application = application;
    policy->strength = strength;
    policy->every_time = every_time;
    put_lists(COUNT(lists), lists);
    return true;
}
