/* Goal: one target has one key, byte for byte, and the key leads back to it (scenarios S79, S80).
 */
#include "model/role.h"
#include "base/scoped.h"
#include "support/spec.h"

#define GUID  "0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c"
#define SCOPE "/subscriptions/0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c/resourceGroups/SOC (west)/x"

static const struct {
    struct target target;
    const char *key;
} targets[] = {
    {{.kind = TARGET_GROUP, .id = GUID, .access = "member"}, "group/" GUID "/member"},
    {{.kind = TARGET_GROUP, .id = GUID, .access = "owner"}, "group/" GUID "/owner"},
    {{.kind = TARGET_DIRECTORY_ROLE, .id = GUID, .scope = "/"}, "directory_role/" GUID "//"},
    {{.kind = TARGET_DIRECTORY_ROLE, .id = GUID, .scope = "/administrativeUnits/" GUID},
     "directory_role/" GUID "//administrativeUnits/" GUID},
    {{.kind = TARGET_AZURE_ROLE, .id = GUID, .scope = SCOPE}, "azure_role/" GUID "/" SCOPE},
};

START_TEST(each_target_has_its_own_key)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(targets); i++)
        ck_assert_text(target_key(&targets[i].target, arena), targets[i].key);
}
END_TEST

START_TEST(a_key_leads_back_to_its_target)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(targets); i++) {
        struct target back;
        ck_assert(target_read(targets[i].key, arena, &back));
        ck_assert_int_eq(back.kind, targets[i].target.kind);
        ck_assert_text(back.id, targets[i].target.id);
        ck_assert_text(back.access, targets[i].target.access);
        ck_assert_text(back.scope, targets[i].target.scope);
    }
}
END_TEST

START_TEST(scope_and_access_are_kept_byte_for_byte)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct target back;
    ck_assert(target_read("azure_role/" GUID "//subscriptions/AbC%20//d/", arena, &back));
    ck_assert_text(back.scope, "/subscriptions/AbC%20//d/");
    ck_assert(target_read("group/" GUID "/owner", arena, &back));
    ck_assert_text(back.access, "owner");
    ck_assert_ptr_null(back.scope);
}
END_TEST

START_TEST(what_is_no_key_is_refused_and_nothing_is_touched)
{
    static const char *const wrong[] = {"",          "group",      "group/" GUID,
                                        "/",         "//",         "team/" GUID "/member",
                                        "Group/x/y", "groups/x/y", "directory_role"};
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct target target = {.kind = TARGET_AZURE_ROLE, .id = "as it was"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!target_read(wrong[i], arena, &target), "%s", wrong[i]);
    ck_assert_int_eq(target.kind, TARGET_AZURE_ROLE);
    ck_assert_text(target.id, "as it was");
}
END_TEST

START_TEST(kinds_of_targets_go_there_and_back)
{
    static const char *const texts[] = {"group", "directory_role", "azure_role"};
    for (unsigned i = 0; i < COUNT(texts); i++) {
        enum target_kind kind;
        ck_assert_text(target_kind_text((enum target_kind)i), texts[i]);
        ck_assert(target_kind_read(texts[i], &kind));
        ck_assert_uint_eq(kind, i);
    }
}
END_TEST

START_TEST(ways_of_activation_go_there_and_back)
{
    static const char *const texts[] = {"application", "delegated", "pim_approval"};
    enum activation activation = ACTIVATION_DELEGATED;
    for (unsigned i = 0; i < COUNT(texts); i++) {
        ck_assert_text(activation_text((enum activation)i), texts[i]);
        ck_assert(activation_read(texts[i], &activation));
        ck_assert_uint_eq(activation, i);
        ck_assert(activation_is_personal(activation) == (i > 0));
    }
    ck_assert(!activation_read("Application", &activation));
    ck_assert(!activation_read("pim-approval", &activation));
}
END_TEST

START_TEST(a_role_says_how_it_is_activated_before_the_setting_does)
{
    struct role role = {.target = {.kind = TARGET_GROUP}};
    ck_assert_int_eq(role_activation(&role, ACTIVATION_PIM_APPROVAL), ACTIVATION_PIM_APPROVAL);
    role.target.kind = TARGET_AZURE_ROLE;
    ck_assert_int_eq(role_activation(&role, ACTIVATION_APPLICATION), ACTIVATION_APPLICATION);
    ck_assert_int_eq(role_activation(&role, ACTIVATION_PIM_APPROVAL), ACTIVATION_DELEGATED);
    role.has_activation = true;
    role.activation = ACTIVATION_APPLICATION;
    ck_assert_int_eq(role_activation(&role, ACTIVATION_PIM_APPROVAL), ACTIVATION_APPLICATION);
}
END_TEST

SPECIFICATION("model/role", a_role_says_how_it_is_activated_before_the_setting_does,
              ways_of_activation_go_there_and_back, each_target_has_its_own_key,
              a_key_leads_back_to_its_target, scope_and_access_are_kept_byte_for_byte,
              what_is_no_key_is_refused_and_nothing_is_touched, kinds_of_targets_go_there_and_back)
