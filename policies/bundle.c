/* Bundles: roles that belong together and are asked for as one. */
#include "policies/building.h"

#include <stdlib.h>
#include <string.h>

enum { BUNDLES_MOST = 1000, FEWEST_ROLES = 2 };

static void read_roles(struct policy *policy, struct bundle *bundle, struct form *form)
{
    const char **ids;
    size_t before = form->complaints->count;
    size_t named = form_texts(form, "roles", REQUIRED, REQUEST_ROLES, 64, &ids);
    bundle->roles = ARENA_ARRAY(policy->arena, const struct role *, named);
    for (size_t i = 0; i < named; i++) {
        const struct role *role = policy_find_role(policy, ids[i]);
        if (!role)
            form_complain(form, "roles", "there is no role \"%s\" in `roles`", ids[i]);
        else if (role->has_activation && role->activation == ACTIVATION_PIM_APPROVAL)
            form_complain(form, "roles",
                          "\"%s\" is approved in PIM, where each role is asked for by itself",
                          ids[i]);
        else
            bundle->roles[bundle->role_count++] = role;
    }
    if (form->complaints->count == before && named < FEWEST_ROLES)
        form_complain(form, "roles", "a bundle is of %d to %d roles", FEWEST_ROLES, REQUEST_ROLES);
}

static void read_bundle(struct policy *policy, struct bundle *bundle, struct form *form)
{
    static const char *const choices[] = {"keep", "undo"};
    const char *name = policy_read_words(form, "name", REQUIRED, 200);
    const char *product = policy_read_words(form, "product", OPTIONAL, 200);
    bundle->name = arena_copy(policy->arena, name ? name : bundle->id);
    bundle->product = arena_copy(policy->arena, product ? product : "");
    bundle->opens = arena_copy(policy->arena, policy_read_words(form, "opens", OPTIONAL, 1000));
    read_roles(policy, bundle, form);
    (void)form_text(form, "when_one_fails", REQUIRED, 64);
    bundle->undo = form_choice(form, "when_one_fails", COUNT(choices), choices, 0) == 1;
}

static int compare_bundles(const void *one, const void *other)
{
    return strcmp(((const struct bundle *)one)->id, ((const struct bundle *)other)->id);
}

void policy_read_bundles(struct policy *policy, const json_t *value, struct complaints *complaints)
{
    const char *id;
    json_t *one;
    if (!value)
        return;
    struct form all = form_open(value, "bundles", complaints);
    policy->bundles = ARENA_ARRAY(policy->arena, struct bundle, json_object_size(value));
    if (json_object_size(value) > BUNDLES_MOST)
        complain(complaints, "bundles", "at most %d bundles", BUNDLES_MOST);
    json_object_foreach ((json_t *)value, id, one) {
        struct bundle *bundle = &policy->bundles[policy->bundle_count++];
        policy_check_id(&all, id, "bundle");
        if (policy_find_role(policy, id))
            form_complain(&all, id, "is the id of a role too: requests name either by it");
        bundle->id = arena_copy(policy->arena, id);
        struct form form = form_open(one, form_place(&all, id), complaints);
        read_bundle(policy, bundle, &form);
        form_end(&form);
    }
    qsort(policy->bundles, policy->bundle_count, sizeof *policy->bundles, compare_bundles);
}

size_t policy_bundle_count(const struct policy *policy)
{
    return policy->bundle_count;
}

const struct bundle *policy_bundle(const struct policy *policy, size_t index)
{
    return &policy->bundles[index];
}

static int compare_id(const void *id, const void *bundle)
{
    return strcmp(id, ((const struct bundle *)bundle)->id);
}

const struct bundle *policy_find_bundle(const struct policy *policy, const char *id)
{
    if (!policy->bundle_count)
        return NULL;
    return bsearch(id, policy->bundles, policy->bundle_count, sizeof *policy->bundles, compare_id);
}
