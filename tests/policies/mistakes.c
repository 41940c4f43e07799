/* Goal: whoever writes a policy wrong is told the file, the line, the place, what is wrong and what
 * would be right; nothing wrong is ever passed over, and one mistake is one complaint. Lines are
 * those of tests/policies/soc.json. */
#include "base/text.h"
#include "policies/given.h"
#include "policies/wrong.h"

#include <stdio.h>
#include <string.h>

START_TEST(an_unknown_member_is_named_with_those_that_are_known)
{
    refused(
        "\"rules\": [", "\"rings\": {},\n  \"rules\": [", "soc.json:21: rings",
        "is not known here; known are: people, roles, bundles, rules, alarms, phases, person_key");
    refused("\"users\": [", "\"members\": [], \"users\": [", "soc.json:4: people.leads.members",
            "is not known here; known are: users, groups, until, manager, sets");
    refused("\"tier\": 0", "\"level\": 0", "soc.json:10: roles.copilot-owner.level",
            "is not known here; known are: name, product, opens, tier, target, activation, "
            "unexplained, lesser, usable_within, close_sessions, binding");
    refused("\"scope\": \"/\"", "\"access\": \"member\"",
            "soc.json:18: roles.security-operator.target.access",
            "is not known here; known are: kind, role, scope");
    refused("\"default\": \"PT1H\"", "\"usual\": \"PT1H\"", "soc.json:32: rules[0].limits.usual",
            "is not known here; known are: shortest, longest, default, start_within, start_ahead, "
            "at_once, per_day, cool_down");
    refused("\"need\": 2", "\"denies\": 1", "soc.json:33: rules[0].approval.stages[0].denies",
            "is not known here; known are: from, need, deny, within, reason, signed, remind, "
            "escalate, when");
}
END_TEST

START_TEST(people_that_are_not_there_are_named)
{
    refused("\"who\": [\"analysts\"],", "\"who\": [\"analyst\"],", "soc.json:25: rules[0].who",
            "there are no people \"analyst\" in `people`");
    refused("\"from\": [\"leads\"]", "\"from\": [\"leaders\"]",
            "soc.json:33: rules[0].approval.stages[0].from",
            "there are no people \"leaders\" in `people`");
    refused("\"rules\": [", "\"alarms\": {\"tell\": [\"lead\"]},\n  \"rules\": [",
            "soc.json:21: alarms.tell", "there are no people \"lead\" in `people`");
}
END_TEST

START_TEST(alarms_that_tell_nobody_and_what_else_becomes_of_the_unexplained_are_named)
{
    refused("\"rules\": [", "\"alarms\": {},\n  \"rules\": [", "soc.json:21: alarms.tell",
            "is missing");
    refused("\"tier\": 0", "\"tier\": 0, \"unexplained\": \"ignore\"",
            "soc.json:10: roles.copilot-owner.unexplained",
            "\"ignore\" is not one of \"tell\", \"remove\"");
}
END_TEST

START_TEST(roles_that_are_not_there_are_named)
{
    refused("\"roles\": [\"copilot-owner\"]", "\"roles\": [\"copilot-owners\"]",
            "soc.json:24: rules[0].roles", "there is no role \"copilot-owners\" in `roles`");
    refused("\"lesser\": [\"copilot-contributor\"]", "\"lesser\": [\"contributor\"]",
            "soc.json:10: roles.copilot-owner.lesser", "there is no role \"contributor\"");
    refused("\"lesser\": [\"copilot-contributor\"]", "\"lesser\": [\"copilot-owner\"]",
            "soc.json:10: roles.copilot-owner.lesser", "names the role itself");
}
END_TEST

START_TEST(who_asks_and_for_what_cannot_be_left_out)
{
    refused("\"name\": \"Everyday work\",", "", "soc.json:35: rules[1].name", "is missing");
    refused("\"roles\": [\"copilot-owner\"],", "", "soc.json:22: rules[0].roles", "is missing");
    refused("\"roles\": [\"copilot-owner\"],", "\"roles\": [],", "soc.json:24: rules[0].roles",
            "must not be empty");
    refused("\"who\": [\"analysts\", \"leads\"]", "\"who\": []", "soc.json:38: rules[1].who",
            "must not be empty");
    refused("\"name\": \"Copilot contributor\",", "", "soc.json:12: roles.copilot-contributor.name",
            "is missing");
}
END_TEST

START_TEST(people_that_hold_nobody_are_named)
{
    refused("{\"groups\": [\"" ANALYSTS "\"]}", "{}", "soc.json:3: people.analysts",
            "holds nobody: name users or groups by their object ids");
    refused("{\"groups\": [\"" ANALYSTS "\"]}", "{\"groups\": [], \"users\": []}",
            "soc.json:3: people.analysts",
            "holds nobody: name users or groups by their object ids");
}
END_TEST

START_TEST(what_is_no_object_id_is_named)
{
    refused("{\"groups\": [\"" ANALYSTS "\"]}", "{\"groups\": [\"SOC analysts\"]}",
            "soc.json:3: people.analysts.groups", "\"SOC analysts\" is not an object id (a GUID)");
    refused("\"" BOB "\"", "\"bob@example.com\"", "soc.json:4: people.leads.users",
            "\"bob@example.com\" is not an object id (a GUID)");
    refused("\"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f\"", "\"Security Operator\"",
            "soc.json:18: roles.security-operator.target.role",
            "\"Security Operator\" is not an object id: write a GUID such as "
            "0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c");
}
END_TEST

START_TEST(a_person_twice_in_one_set_is_named_in_any_letters)
{
    refused("\"" BOB "\", \"" CAROL "\"",
            "\"" BOB "\", \"B0000000-0000-4000-8000-00000000000B\", \"" CAROL "\"",
            "soc.json:4: people.leads.users", "\"" BOB "\" is there twice");
}
END_TEST

START_TEST(a_target_says_what_it_is)
{
    refused("\"kind\": \"directory_role\",", "", "soc.json:18: roles.security-operator.target.kind",
            "is missing: \"group\", \"directory_role\" or \"azure_role\"");
    refused("\"kind\": \"directory_role\"", "\"kind\": \"entra_role\"",
            "soc.json:18: roles.security-operator.target.kind",
            "\"entra_role\" is not one of \"group\", \"directory_role\", \"azure_role\"");
    refused("\"kind\": \"directory_role\"", "\"kind\": 2",
            "soc.json:18: roles.security-operator.target.kind", "must be text, not a number");
    refused("\"access\": \"member\"", "\"access\": \"members\"",
            "soc.json:9: roles.copilot-owner.target.access",
            "\"members\" is not one of \"member\", \"owner\"");
    refused("\"scope\": \"/\"", "\"scope\": \"tenant\"",
            "soc.json:18: roles.security-operator.target.scope",
            "\"tenant\" is not a directory scope: write / for the whole tenant");
    refused("\"group\": \"c0000000-0000-4000-8000-000000000001\", ", "",
            "soc.json:9: roles.copilot-owner.target.group", "is missing");
}
END_TEST

START_TEST(one_target_is_one_role)
{
    refused("c0000000-0000-4000-8000-000000000002", "C0000000-0000-4000-8000-000000000001",
            "soc.json:9: roles.copilot-owner.target",
            "is the target of \"copilot-contributor\" too: one target, one role");
    const char *text = given_change(given_source("tests/policies/soc.json"), "\"scope\": \"/\"",
                                    "\"scope\": \"/administrativeUnits/x\"");
    text = given_change(text, "\"copilot-contributor\": {",
                        "\"operator\": {\"name\": \"O\", \"target\": {\"kind\":\"directory_role\","
                        "\"role\": \"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f\"}},\n"
                        "    \"copilot-contributor\": {");
    (void)spec_file("soc.json", text); /* another scope is another target (S18) */
    struct policy *policy = NULL;
    complaints = (struct complaints){.arena = given_arena()};
    ck_assert_fine(policy_read(spec_folder(), &policy, &complaints, &spec_why));
    policy_free(policy);
}
END_TEST

START_TEST(an_id_of_a_role_is_plain)
{
    static const char says[] = "is not an id of a role: small letters, digits and -, 1 to 64";
    refused("\"security-operator\": {",
            "\"\": {\"name\": \"O\", \"target\": {\"kind\": \"group\","
            "\"group\": \"" HUNTERS "\"}},\n\"security-operator\": {",
            "soc.json:16: roles.", says);
    refused("\"security-operator\": {",
            "\"Owner\": {\"name\": \"O\", \"target\": {\"kind\": \"group\",\"group\": \"" HUNTERS
            "\"}},\n\"security-operator\": {",
            "soc.json:16: roles.Owner", says);
}
END_TEST

START_TEST(what_is_shown_must_be_readable)
{
    static const char says[] = "must be readable: no control or direction characters";
    refused("\"name\": \"Everyday work\"", "\"name\": \"Every\\u202eday work\"",
            "soc.json:36: rules[1].name", says);
    refused("\"opens\": \"Plugins", "\"opens\": \"\\u001b[2JPlugins",
            "soc.json:10: roles.copilot-owner.opens", says);
    refused("\"name\": \"Copilot contributor\"", "\"name\": \" \"",
            "soc.json:13: roles.copilot-contributor.name", says);
}
END_TEST

START_TEST(names_of_people_hold_nothing_that_separates_places)
{
    refused("\"people\": {", "\"people\": {\n\"soc.west\": {\"groups\": [\"" HUNTERS "\"]},",
            "soc.json:2: people.soc.west",
            "is not a name: 1 to 100 bytes without . [ ] \" and control characters");
}
END_TEST

START_TEST(an_mfa_age_that_entra_could_never_meet_is_refused)
{
    refused("\"within\": \"PT10M\"", "\"within\": \"PT5M59S\"",
            "soc.json:27: rules[0].require.mfa.within", "PT5M59S is shorter than PT6M");
    refused("\"within\": \"PT10M\"", "\"within\": \"P31D\"",
            "soc.json:27: rules[0].require.mfa.within", "P31D is longer than P30D");
    refused("\"within\": \"PT10M\"", "\"within\": \"10 minutes\"",
            "soc.json:27: rules[0].require.mfa.within",
            "\"10 minutes\" is not a duration: write days, hours, minutes, seconds as in PT2H or "
            "P1DT30M");
    refused("\"mfa\": {\"within\": \"PT10M\", \"context\": \"c1\"}", "\"mfa\": true",
            "soc.json:27: rules[0].require.mfa", "must be an object, not true");
}
END_TEST

START_TEST(a_context_is_c1_to_c99)
{
    static const char *const wrong[] = {"c0", "c100", "C1", "c01", "1", "mfa", "c1 ", "c-1"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        refused("\"context\": \"c1\"", arena_text(given_arena(), "\"context\": \"%s\"", wrong[i]),
                "soc.json:27: rules[0].require.mfa.context",
                arena_text(given_arena(), "\"%s\" is not an authentication context: c1 to c99",
                           wrong[i]));
}
END_TEST

START_TEST(a_level_of_risk_is_one_of_four)
{
    refused("\"at_most\": \"low\"", "\"at_most\": \"hidden\"",
            "soc.json:29: rules[0].require.user_risk.at_most",
            "\"hidden\" is not one of \"none\", \"low\", \"medium\", \"high\"");
    refused("{\"at_most\": \"low\"}", "{}", "soc.json:29: rules[0].require.user_risk.at_most",
            "is missing");
    refused("\"at_most\": \"low\"", "\"at_most\": 1",
            "soc.json:29: rules[0].require.user_risk.at_most", "must be text, not a number");
}
END_TEST

START_TEST(flags_and_numbers_are_what_they_are_called)
{
    refused("\"compliant\": true", "\"compliant\": \"yes\"",
            "soc.json:28: rules[0].require.device.compliant", "must be true or false, not text");
    refused("\"min_length\": 10", "\"min_length\": 0",
            "soc.json:30: rules[0].require.justification.min_length",
            "must be a whole number from 1 to 500");
    refused("\"min_length\": 10", "\"min_length\": 2.5",
            "soc.json:30: rules[0].require.justification.min_length",
            "must be a whole number from 1 to 500");
    refused("\"tier\": 0", "\"tier\": 10", "soc.json:10: roles.copilot-owner.tier",
            "must be a whole number from 0 to 9");
}
END_TEST

START_TEST(limits_that_contradict_each_other_are_refused)
{
    refused("\"default\": \"PT1H\"", "\"default\": \"PT4H1S\"",
            "soc.json:32: rules[0].limits.default", "is longer than `longest`, which is PT4H");
    refused("\"longest\": \"PT4H\"", "\"longest\": \"PT4M\"",
            "soc.json:32: rules[0].limits.longest", "PT4M is shorter than PT5M");
    refused("\"longest\": \"PT4H\"", "\"longest\": \"P8D\"", "soc.json:32: rules[0].limits.longest",
            "P8D is longer than P7D");
    refused("\"start_within\": \"PT30M\"", "\"start_within\": \"PT0S\"",
            "soc.json:32: rules[0].limits.start_within", "PT0S is shorter than PT5M");
    refused("\"longest\": \"PT4H\"", "\"longest\": 4", "soc.json:32: rules[0].limits.longest",
            "must be text, not a number");
}
END_TEST

START_TEST(a_name_that_two_files_use_is_named_with_both)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    (void)spec_file("west.json", "{\n  \"people\": {\n    \"others\": {\"groups\": [\"" HUNTERS
                                 "\"]},\n    \"leads\": {\"groups\": [\"" HUNTERS "\"]}\n  }\n}");
    read_wrong();
    one_complaint("west.json:4: people.leads", "is in soc.json too");
    (void)spec_file("west.json",
                    "{\"roles\": {\"copilot-owner\": {\"name\": \"X\", \"target\":"
                    "{\"kind\": \"group\", \"group\": \"c0000000-0000-4000-8000-000000000001\","
                    "\"access\": \"owner\"}}}}");
    read_wrong();
    ck_assert_text(complaints.list[0].field, "west.json:1: roles.copilot-owner");
    ck_assert_text(complaints.list[0].says, "is in soc.json too");
    (void)spec_file("west.json", "{\"rules\": [\n  {\"name\": \"Copilot owner\",\n   \"roles\": "
                                 "[\"copilot-owner\"], \"who\": [\"leads\"]}\n]}");
    read_wrong();
    one_complaint("west.json:2: rules[0].name", "another rule is called \"Copilot owner\" too");
    (void)spec_file("soc.json",
                    given_change(given_source("tests/policies/soc.json"), "\"rules\": [",
                                 "\"alarms\": {\"tell\": [\"leads\"]},\n  \"rules\": ["));
    (void)spec_file("west.json", "{\n  \"alarms\": {\"tell\": [\"analysts\"]}\n}");
    read_wrong();
    one_complaint("west.json:2: alarms", "is in soc.json too");
}
END_TEST

START_TEST(a_mistake_is_placed_in_the_file_that_holds_it)
{
    (void)spec_file("a.json", "{\"rules\": []}");
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    (void)spec_file("west.json",
                    "{\n  \"rules\": [\n    {\"name\": \"West\", \"roles\": [\"copilot-owner\"],\n"
                    "     \"who\": [\"leads\"], \"limits\": {\n       \"longest\": \"soon\"}}]}");
    read_wrong();
    ck_assert_uint_eq(complaints.count, 1);
    ck_assert_text(complaints.list[0].field, "west.json:5: rules[0].limits.longest");
    (void)spec_file("west.json", "{\"people\": [], \n\"rules\": {}}");
    read_wrong();
    ck_assert_uint_eq(complaints.count, 2);
    ck_assert_text(complaints.list[0].field, "west.json:1: people");
    ck_assert_text(complaints.list[0].says, "must be an object");
    ck_assert_text(complaints.list[1].field, "west.json:2: rules");
    ck_assert_text(complaints.list[1].says, "must be a list");
}
END_TEST

START_TEST(what_is_no_json_is_named_with_its_line)
{
    (void)spec_file("soc.json", "{\n  \"people\": {\n    \"leads\": {,\n  }\n}\n");
    read_wrong();
    ck_assert_uint_eq(complaints.count, 1);
    ck_assert_text(complaints.list[0].field, "soc.json:3");
    ck_assert_ptr_nonnull(strstr(complaints.list[0].says, "line 3, column 15"));
    (void)spec_file("soc.json", "");
    read_wrong();
    ck_assert_text(complaints.list[0].field, "soc.json:1");
    (void)spec_file("soc.json", "{} {}");
    read_wrong();
    ck_assert_uint_eq(complaints.count, 1);
}
END_TEST

START_TEST(a_repeated_member_is_named_with_its_line)
{
    refused("\"groups\": [\"" ANALYSTS "\"]",
            "\"groups\": [\"" ANALYSTS "\"],\n \"groups\": [\"" HUNTERS "\"]", "soc.json:4",
            "line 4: \"groups\" is there twice");
}
END_TEST

START_TEST(a_file_that_is_a_list_is_not_passed_over)
{
    (void)spec_file("soc.json", given_source("tests/policies/soc.json"));
    (void)spec_file("strict.json", "[{\"name\": \"Never\", \"who\": [\"leads\"]}]");
    read_wrong();
    one_complaint("strict.json:1",
                  "must be an object with `people`, `roles` or `rules`, not a list");
}
END_TEST

START_TEST(nothing_hides_behind_a_nul)
{
    FILE *file = fopen(spec_path("soc.json"), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite("{}\0{\"rules\": 1}", 1, 15, file), 15);
    ck_assert_int_eq(fclose(file), 0);
    read_wrong();
    ck_assert_text(complaints.list[0].field, "soc.json:1");
    (void)spec_file("soc.json",
                    given_change(given_source("tests/policies/soc.json"), "\"name\": \"Copilot con",
                                 "\"name\": \"Copilot\\u0000con"));
    read_wrong();
    ck_assert_text(complaints.list[0].field, "soc.json:13");
}
END_TEST

START_TEST(several_mistakes_are_told_at_once)
{
    const char *text = given_source("tests/policies/soc.json");
    text = given_change(text, "\"within\": \"PT10M\"", "\"within\": \"PT1M\"");
    text = given_change(text, "\"from\": [\"leads\"]", "\"from\": [\"nobody\"]");
    text = given_change(text, "\"tier\": 0", "\"tier\": \"zero\"");
    text = given_change(text, "\"default\": \"PT1H\"", "\"default\": \"PT9H\"");
    (void)spec_file("soc.json", text);
    (void)spec_file("broken.json", "{");
    read_wrong(); /* the rest is only looked at when every file can be read */
    ck_assert_uint_eq(complaints.count, 1);
    ck_assert_int_eq(remove(spec_path("broken.json")), 0);
    read_wrong();
    ck_assert_uint_eq(complaints.count, 4);
    ck_assert_text(complaints.list[0].field, "soc.json:10: roles.copilot-owner.tier");
    ck_assert_text(complaints.list[1].field, "soc.json:27: rules[0].require.mfa.within");
    ck_assert_text(complaints.list[2].field, "soc.json:32: rules[0].limits.default");
    ck_assert_text(complaints.list[3].field, "soc.json:33: rules[0].approval.stages[0].from");
}
END_TEST

START_TEST(more_mistakes_than_anybody_reads_are_counted)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(100000);
    text_add(&text, "{\"people\": {");
    for (int i = 0; i < 99; i++) /* and there are no rules */
        text_addf(&text, "%s\"%d\": {}", i ? "," : "", i);
    text_add(&text, "}}");
    (void)spec_file("soc.json", text_of(&text));
    read_wrong();
    ck_assert_uint_eq(complaints.count, 100);
    ck_assert_uint_eq(complaints_kept(&complaints), COMPLAINTS);
}
END_TEST

START_TEST(a_stored_text_that_is_no_policy_is_refused)
{
    static const char *const wrong[] = {"", "[]", "{}", "{\"people\":{},\"roles\":{}}",
                                        "{\"people\":{},\"roles\":{},\"rules\":[{}]}"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct policy *policy = NULL;
        struct reason why = {0};
        complaints = (struct complaints){.arena = given_arena()};
        ck_assert_int_eq(policy_parse(wrong[i], &policy, &complaints, &why), FAIL_INVALID);
        ck_assert_ptr_null(policy);
        ck_assert(why.text[0]);
    }
}
END_TEST

SPECIFICATION("policies/mistakes",
              alarms_that_tell_nobody_and_what_else_becomes_of_the_unexplained_are_named,
              an_unknown_member_is_named_with_those_that_are_known,
              people_that_are_not_there_are_named, roles_that_are_not_there_are_named,
              who_asks_and_for_what_cannot_be_left_out, people_that_hold_nobody_are_named,
              what_is_no_object_id_is_named, a_person_twice_in_one_set_is_named_in_any_letters,
              a_target_says_what_it_is, one_target_is_one_role, an_id_of_a_role_is_plain,
              what_is_shown_must_be_readable, names_of_people_hold_nothing_that_separates_places,
              an_mfa_age_that_entra_could_never_meet_is_refused, a_context_is_c1_to_c99,
              a_level_of_risk_is_one_of_four, flags_and_numbers_are_what_they_are_called,
              limits_that_contradict_each_other_are_refused,

              a_name_that_two_files_use_is_named_with_both,
              a_mistake_is_placed_in_the_file_that_holds_it, what_is_no_json_is_named_with_its_line,
              a_repeated_member_is_named_with_its_line, a_file_that_is_a_list_is_not_passed_over,
              nothing_hides_behind_a_nul, several_mistakes_are_told_at_once,
              more_mistakes_than_anybody_reads_are_counted,
              a_stored_text_that_is_no_policy_is_refused)
