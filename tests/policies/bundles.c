/* Goal: a bundle is read whole, in its order; one that could not be asked for is refused with what
 * would be right (scenario S68). */
#include "base/text.h"
#include "policies/given.h"

#include <string.h>

#define KIT                                                                                        \
    "\"bundles\": {\"kit\": {\"name\": \"Kit\", \"product\": \"Incidents\", \"opens\": \"All\", "  \
    "\"roles\": [\"security-operator\", \"copilot-owner\"], \"when_one_fails\": \"undo\"}},\n  "

static struct policy *read_with(const char *bundles, struct complaints *complaints)
{
    struct policy *policy = NULL;
    *complaints = (struct complaints){.arena = given_arena()};
    const char *before = "\"rules\": [";
    (void)spec_file("soc.json", given_change(given_source("tests/policies/soc.json"), before,
                                             arena_text(given_arena(), "%s%s", bundles, before)));
    return policy_read(spec_folder(), &policy, complaints, &spec_why) ? NULL : policy;
}

static void refused(const char *old, const char *new, const char *field, const char *says)
{
    struct complaints complaints;
    ck_assert_ptr_null(read_with(given_change(KIT, old, new), &complaints));
    ck_assert_msg(complaints.count == 1, "%s", complaints_text(&complaints));
    ck_assert_text(complaints.list[0].field, field);
    ck_assert_text(complaints.list[0].says, says);
}

START_TEST(a_bundle_is_read_whole_and_in_its_order)
{
    struct complaints complaints;
    scoped(policy_scoped) struct policy *policy = read_with(KIT, &complaints);
    ck_assert_msg(policy != NULL, "%s", complaints_text(&complaints));
    ck_assert_uint_eq(policy_bundle_count(policy), 1);
    const struct bundle *kit = policy_find_bundle(policy, "kit");
    ck_assert_ptr_eq(kit, policy_bundle(policy, 0));
    ck_assert_text(kit->name, "Kit");
    ck_assert_text(kit->product, "Incidents");
    ck_assert_text(kit->opens, "All");
    ck_assert(kit->undo);
    ck_assert_uint_eq(kit->role_count, 2);
    ck_assert_text(kit->roles[0]->id, "security-operator");
    ck_assert_text(kit->roles[1]->id, "copilot-owner");
    ck_assert_ptr_null(policy_find_bundle(policy, "copilot-owner"));
}
END_TEST

START_TEST(a_policy_that_says_nothing_of_bundles_has_none_and_its_text_does_not_change)
{
    struct complaints complaints;
    scoped(policy_scoped) struct policy *without = read_with("", &complaints);
    scoped(policy_scoped) struct policy *empty = read_with("\"bundles\": {}, ", &complaints);
    ck_assert_uint_eq(policy_bundle_count(without), 0);
    ck_assert_ptr_null(policy_find_bundle(without, "kit"));
    ck_assert_text(policy_version(without), policy_version(empty));
    ck_assert_ptr_null(strstr(policy_text(without), "bundles"));
}
END_TEST

START_TEST(a_bundle_that_could_not_be_asked_for_is_refused)
{
    refused("\"copilot-owner\"", "\"copilot-king\"", "soc.json:21: bundles.kit.roles",
            "there is no role \"copilot-king\" in `roles`");
    refused(", \"copilot-owner\"", "", "soc.json:21: bundles.kit.roles",
            "a bundle is of 2 to 10 roles");
    refused("\"copilot-owner\"", "\"security-operator\"", "soc.json:21: bundles.kit.roles[1]",
            "\"security-operator\" is there twice");
    refused("\"undo\"", "\"forget\"", "soc.json:21: bundles.kit.when_one_fails",
            "\"forget\" is not one of \"keep\", \"undo\"");
    refused(", \"when_one_fails\": \"undo\"", "", "soc.json:21: bundles.kit.when_one_fails",
            "is missing");
    refused("\"opens\"", "\"tier\": 0, \"opens\"", "soc.json:21: bundles.kit.tier",
            "is not known here; known are: name, product, opens, roles, when_one_fails");
    refused("\"kit\"", "\"copilot-owner\"", "soc.json:21: bundles.copilot-owner",
            "is the id of a role too: requests name either by it");
    refused("\"kit\"", "\"Kit\"", "soc.json:21: bundles.Kit",
            "is not an id of a bundle: small letters, digits and -, 1 to 64");
}
END_TEST

START_TEST(a_role_that_is_approved_in_pim_is_no_part_of_a_bundle)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    const char *source = given_change(given_source("tests/policies/soc.json"), "\"tier\": 0",
                                      "\"tier\": 0, \"activation\": \"pim_approval\"");
    (void)spec_file("soc.json", given_change(source, "\"rules\": [", KIT "\"rules\": ["));
    ck_assert_int_eq(policy_read(spec_folder(), &policy, &complaints, &spec_why), FAIL_INVALID);
    ck_assert_ptr_nonnull(strstr(complaints_text(&complaints), "is approved in PIM"));
}
END_TEST

SPECIFICATION("policies/bundles", a_bundle_is_read_whole_and_in_its_order,
              a_policy_that_says_nothing_of_bundles_has_none_and_its_text_does_not_change,
              a_bundle_that_could_not_be_asked_for_is_refused,
              a_role_that_is_approved_in_pim_is_no_part_of_a_bundle)
