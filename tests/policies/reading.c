/* Goal: a folder of files is read as one policy, whole and once. */
#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "policies/given.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Reads the folder of this case, which must be right. */
static struct policy *read_folder(void)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    ck_assert_fine(policy_read(spec_folder(), &policy, &complaints, &spec_why));
    ck_assert_uint_eq(complaints.count, 0);
    return policy;
}

/* Why the folder of this case cannot be read. */
static const char *why_not(void)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    struct reason why = {0};
    ck_assert_int_eq(policy_read(spec_folder(), &policy, &complaints, &why), FAIL_INVALID);
    ck_assert_ptr_null(policy);
    return arena_copy(given_arena(), why.text);
}

START_TEST(the_catalogue_is_read_in_the_order_of_its_ids)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    scoped(policy_scoped) struct policy *policy = read_folder();
    ck_assert_uint_eq(policy_role_count(policy), 3);
    ck_assert_text(policy_role(policy, 0)->id, "copilot-contributor");
    ck_assert_text(policy_role(policy, 1)->id, "copilot-owner");
    ck_assert_text(policy_role(policy, 2)->id, "security-operator");
    ck_assert_ptr_eq(policy_find_role(policy, "copilot-owner"), policy_role(policy, 1));
    ck_assert_ptr_null(policy_find_role(policy, "Copilot owner"));
}
END_TEST

START_TEST(a_role_is_read_whole)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    scoped(policy_scoped) struct policy *policy = read_folder();
    const struct role *owner = policy_find_role(policy, "copilot-owner");
    ck_assert_text(owner->name, "Copilot owner");
    ck_assert_text(owner->product, "Microsoft Security Copilot");
    ck_assert_text(owner->opens, "Plugins and settings that affect all of Security Copilot");
    ck_assert_int_eq(owner->tier, 0);
    ck_assert_uint_eq(owner->lesser_count, 1);
    ck_assert_text(owner->lesser[0], "copilot-contributor");
    ck_assert_int_eq(owner->target.kind, TARGET_GROUP);
    ck_assert_text(owner->target.id, "c0000000-0000-4000-8000-000000000001");
    ck_assert_text(owner->target.access, "member");
    const struct role *entra = policy_find_role(policy, "security-operator");
    ck_assert_int_eq(entra->target.kind, TARGET_DIRECTORY_ROLE);
    ck_assert_text(entra->target.scope, "/");
}
END_TEST

START_TEST(what_a_role_leaves_out_has_a_plain_meaning)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    scoped(policy_scoped) struct policy *policy = read_folder();
    const struct role *role = policy_find_role(policy, "copilot-contributor");
    ck_assert_text(role->product, "");
    ck_assert_ptr_null(role->opens);
    ck_assert_int_eq(role->tier, -1);
    ck_assert_uint_eq(role->lesser_count, 0);
    ck_assert_text(role->target.access, "member");
}
END_TEST

START_TEST(a_scope_is_kept_byte_for_byte_and_ids_in_small_letters)
{
    scoped(policy_scoped) struct policy *policy =
        given_policy("{'people': {'all': {'users': ['" BOB "']}},"
                     " 'rules': [{'name': 'one', 'roles': ['x'], 'who': ['all']}], 'roles': {'x': "
                     "{'name': 'X', 'target':"
                     "{'kind': 'directory_role', 'role': '5F2222B1-57C3-48BA-8AD5-D4759F1FDE6F',"
                     " 'scope': '/administrativeUnits/AbC-%20'}}}}");
    ck_assert_text(policy_role(policy, 0)->target.id, "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f");
    ck_assert_text(policy_role(policy, 0)->target.scope, "/administrativeUnits/AbC-%20");
}
END_TEST

START_TEST(several_files_are_one_policy)
{
    (void)spec_file("people.json", "{\"people\": {\"all\": {\"groups\": [\"" ANALYSTS "\"]}}}");
    (void)spec_file("roles.json",
                    "{\"roles\": {\"x\": {\"name\": \"X\", \"target\": {\"kind\": \"group\","
                    "\"group\": \"" HUNTERS "\"}}}}");
    (void)spec_file("rules-1.json", "{\"rules\": [{\"name\": \"one\", \"roles\": [\"x\"],"
                                    "\"who\": [\"all\"]}]}");
    (void)spec_file("rules-2.json", "{\"rules\": [{\"name\": \"two\", \"roles\": [\"x\"],"
                                    "\"who\": [\"all\"], \"limits\": {\"longest\": \"PT10M\"}}]}");
    scoped(policy_scoped) struct policy *policy = read_folder();
    struct memberships groups = given_groups(ANALYSTS, NULL);
    struct demands demands = given_demands(policy, ALICE, &groups, "x", NULL);
    ck_assert_uint_eq(demands.rule_count, 2);
    ck_assert_int_eq(demands.longest_seconds, 600);
}
END_TEST

START_TEST(only_json_files_are_policy)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    (void)spec_file(".soc.json.swp.json", "left by an editor");
    (void)spec_file("soc.json~", "left by another one");
    (void)spec_file("README.md", "about it");
    (void)spec_file("schema.json", "{\"$schema\": \"what editors complete from\"}");
    scoped(policy_scoped) struct policy *policy = read_folder();
    ck_assert_uint_eq(policy_role_count(policy), 3);
}
END_TEST

START_TEST(an_empty_folder_is_no_policy)
{
    ck_assert_text(why_not(), arena_text(given_arena(), "there is no policy file (*.json) in %s",
                                         spec_folder()));
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_no_policy)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    struct reason why = {0};
    ck_assert_int_eq(policy_read(spec_path("nowhere"), &policy, &complaints, &why), FAIL_INVALID);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot be read: No such file or directory"));
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_no_policy)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    ck_assert_int_eq(mkdir(spec_path("more.json"), 0700), 0);
    ck_assert_ptr_nonnull(strstr(why_not(), "more.json cannot be read"));
}
END_TEST

START_TEST(a_file_over_the_limit_is_no_policy)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(2 * POLICY_FILE_LIMIT);
    while (text.length <= POLICY_FILE_LIMIT)
        text_add(&text, "                                                                ");
    (void)spec_file("soc.json", text_of(&text));
    ck_assert_ptr_nonnull(strstr(why_not(), "soc.json is larger than 4194304 bytes"));
}
END_TEST

START_TEST(too_many_files_are_no_policy)
{
    for (int i = 0; i < 201; i++)
        (void)spec_file(arena_text(given_arena(), "%d.json", i), "{}");
    ck_assert_ptr_nonnull(strstr(why_not(), "more than 200 policy files"));
}
END_TEST

START_TEST(the_version_is_the_digest_of_what_all_files_say_together)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    scoped(policy_scoped) struct policy *policy = read_folder();
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = digest_of_text(policy_text(policy));
    digest_hex(&digest, hex);
    ck_assert_text(policy_version(policy), arena_text(given_arena(), "sha256:%s", hex));
    /* White space, the name of the file and the order of members are no part of it. */
    ck_assert_int_eq(remove(spec_path("soc.json")), 0);
    json_auto_t *json = json_loads(given_source("tests/policies/soc.json"), 0, NULL);
    char *compact = json_canonical(json);
    (void)spec_file("other.json", compact);
    free(compact);
    scoped(policy_scoped) struct policy *again = read_folder();
    ck_assert_text(policy_version(again), policy_version(policy));
    const char *changed =
        given_change(given_source("tests/policies/soc.json"), "\"need\": 2", "\"need\": 1");
    (void)spec_file("other.json", changed);
    scoped(policy_scoped) struct policy *other = read_folder();
    ck_assert_str_ne(policy_version(other), policy_version(policy));
}
END_TEST

START_TEST(what_was_read_can_be_read_again_from_its_text)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    scoped(policy_scoped) struct policy *policy = read_folder();
    struct policy *parsed = NULL;
    struct complaints complaints = {.arena = given_arena()};
    ck_assert_fine(policy_parse(policy_text(policy), &parsed, &complaints, &spec_why));
    scoped(policy_scoped) struct policy *again = parsed;
    ck_assert_text(policy_version(again), policy_version(policy));
    ck_assert_text(policy_text(again), policy_text(policy));
}
END_TEST

START_TEST(groups_and_contexts_to_ask_about_are_each_named_once)
{
    scoped(policy_scoped) struct policy *policy = given_policy(
        "{'people': {'a': {'groups': ['" ANALYSTS "', '" HUNTERS "']},"
        "            'b': {'groups': ['" ANALYSTS "'], 'users': ['" BOB "']}},"
        " 'roles': {'x': {'name': 'X', 'target': {'kind': 'group', 'group': '" CAROL "'}}},"
        " 'rules': ["
        "  {'name': '1', 'roles': ['x'], 'who': ['a'], 'require': {'mfa': {'context': 'c1'}}},"
        "  {'name': '2', 'roles': ['x'], 'who': ['b'], 'require': {'mfa': {'context': 'c1'}}},"
        "  {'name': '3', 'roles': ['x'], 'who': ['b'], 'require': {'mfa': {'context': 'c99'}}}]}");
    const char *const *names;
    ck_assert_uint_eq(policy_groups(policy, &names), 2);
    ck_assert_text(names[0], ANALYSTS);
    ck_assert_text(names[1], HUNTERS);
    ck_assert_uint_eq(policy_contexts(policy, &names), 2);
    ck_assert_text(names[0], "c1");
    ck_assert_text(names[1], "c99");
}
END_TEST

START_TEST(a_shared_policy_lives_until_its_last_user_is_done)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    struct policy *policy = read_folder();
    struct policy *shared = policy_share(policy);
    policy_free(policy);
    ck_assert_uint_eq(policy_role_count(shared), 3);
    policy_free(shared);
    policy_free(NULL);
}
END_TEST

START_TEST(a_policy_outlives_what_it_was_read_with)
{
    struct policy *read = NULL;
    struct complaints complaints = {.arena = arena_new()};
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    ck_assert_fine(policy_read(spec_folder(), &read, &complaints, &spec_why));
    arena_free(complaints.arena);
    scoped(policy_scoped) struct policy *policy = read;
    struct memberships analyst = given_groups(ANALYSTS, NULL);
    struct demands demands = given_demands(policy, ALICE, &analyst, "copilot-owner", NULL);
    struct person_key bob = given_person(BOB);
    ck_assert(demands.allowed);
    ck_assert_text(demands.rules[0], "Copilot owner");
    ck_assert_text(demands.contexts[0], "c1");
    ck_assert_text(demands.approvals[0].from[0]->name, "leads");
    ck_assert_int_eq(people_hold(demands.approvals[0].from[0], &bob, NULL), TRI_YES);
    for (size_t i = 0; i < policy_role_count(policy); i++) {
        const struct role *role = policy_role(policy, i);
        ck_assert_ptr_nonnull(target_key(&role->target, given_arena()));
        ck_assert(strlen(role->name) && strlen(role->product) < 100);
        for (size_t k = 0; k < role->lesser_count; k++)
            ck_assert_ptr_nonnull(policy_find_role(policy, role->lesser[k]));
    }
    const char *const *names;
    ck_assert_uint_eq(policy_groups(policy, &names), 1);
    ck_assert_text(names[0], ANALYSTS);
}
END_TEST

START_TEST(the_examples_that_are_shipped_are_right)
{
    size_t count = 0;
    DIR *examples = opendir(SOURCES "/policies/examples");
    ck_assert_ptr_nonnull(examples);
    for (struct dirent *entry; (entry = readdir(examples));) {
        struct policy *policy = NULL;
        struct complaints complaints = {.arena = given_arena()};
        if (entry->d_name[0] == '.')
            continue;
        const char *folder =
            arena_text(given_arena(), SOURCES "/policies/examples/%s", entry->d_name);
        ck_assert_fine(policy_read(folder, &policy, &complaints, &spec_why));
        policy_free(policy);
        count++;
    }
    ck_assert_int_eq(closedir(examples), 0);
    ck_assert_uint_gt(count, 0);
}
END_TEST

START_TEST(the_example_that_teaches_the_language_is_right)
{
    const char *page = given_source("policies/README.md");
    const char *start = strstr(page, "```json\n{\n  \"people\"");
    ck_assert_msg(start, "no complete example in policies/README.md");
    start += strlen("```json\n");
    const char *end = strstr(start, "```");
    ck_assert_ptr_nonnull(end);
    (void)spec_file("soc.json", arena_copy_bytes(given_arena(), start, (size_t)(end - start)));
    scoped(policy_scoped) struct policy *policy = read_folder();
    ck_assert_uint_gt(policy_role_count(policy), 1);
}
END_TEST

SPECIFICATION("policies/reading", the_catalogue_is_read_in_the_order_of_its_ids,
              a_role_is_read_whole, what_a_role_leaves_out_has_a_plain_meaning,
              a_scope_is_kept_byte_for_byte_and_ids_in_small_letters, several_files_are_one_policy,
              only_json_files_are_policy, an_empty_folder_is_no_policy,
              a_folder_that_is_not_there_is_no_policy, a_file_that_cannot_be_read_is_no_policy,
              a_file_over_the_limit_is_no_policy, too_many_files_are_no_policy,
              the_version_is_the_digest_of_what_all_files_say_together,
              what_was_read_can_be_read_again_from_its_text,
              groups_and_contexts_to_ask_about_are_each_named_once,
              a_shared_policy_lives_until_its_last_user_is_done,
              a_policy_outlives_what_it_was_read_with, the_examples_that_are_shipped_are_right,
              the_example_that_teaches_the_language_is_right)
