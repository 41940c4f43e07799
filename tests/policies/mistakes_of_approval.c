/* Goal: mistakes in who has to agree are each told once, with file, line, place and what would be
 * right. Lines are those of tests/policies/soc.json. */
#include "policies/given.h"
#include "policies/wrong.h"

START_TEST(S35_an_approval_that_nobody_could_give_is_refused)
{
    refused("\"need\": 2", "\"need\": 3", "soc.json:33: rules[0].approval.stages[0].need",
            "3 approvals are needed, but `from` names fewer people");
    const char *text = given_change(
        given_source("tests/policies/soc.json"), "\"leads\": {",
        "\"chiefs\": {\"users\": [\"B0000000-0000-4000-8000-00000000000B\"]},\n    \"leads\": {");
    text = given_change(text, "\"from\": [\"leads\"], \"need\": 2",
                        "\"from\": [\"leads\", \"chiefs\"], \"need\": 3");
    (void)spec_file("soc.json", text); /* in two sets, and still one person */
    read_wrong();
    one_complaint("soc.json:34: rules[0].approval.stages[0].need",
                  "3 approvals are needed, but `from` names fewer people");
    text = given_change(given_source("tests/policies/soc.json"), "\"from\": [\"leads\"]",
                        "\"from\": [\"leads\", \"analysts\"]");
    (void)spec_file("soc.json", given_change(text, "\"need\": 2", "\"need\": 20"));
    struct policy *policy = NULL; /* how many are in a group is not known here */
    complaints = (struct complaints){.arena = given_arena()};
    ck_assert_fine(policy_read(spec_folder(), &policy, &complaints, &spec_why));
    policy_free(policy);
}
END_TEST

START_TEST(stages_that_need_more_people_than_there_are_are_refused)
{
    refused("\"approval\": \"none\"",
            "\"approval\": {\"stages\": [{\"from\": [\"leads\"], \"need\": 2},"
            "{\"from\": [\"leads\"]}]}",
            "soc.json:39: rules[1].approval.stages",
            "3 approvals are needed together, each by somebody else, but fewer people are named");
}
END_TEST

START_TEST(reminders_and_escalations_come_while_somebody_is_asked)
{
    refused("\"need\": 2", "\"remind\": \"PT2H\"",
            "soc.json:33: rules[0].approval.stages[0].remind",
            "comes before anybody is asked: `within` is shorter");
    refused("\"need\": 2", "\"remind\": [\"PT10M\", \"PT1H\"]",
            "soc.json:33: rules[0].approval.stages[0].remind",
            "is not in order: the longest time before the end first");
    refused("\"need\": 2", "\"remind\": [\"soon\"]",
            "soc.json:33: rules[0].approval.stages[0].remind",
            "\"soon\" is not a span of a minute or more");
    refused("\"need\": 2", "\"escalate\": {\"after\": \"PT2H\", \"to\": [\"leads\"]}",
            "soc.json:33: rules[0].approval.stages[0].escalate.after",
            "is not before `within` is over");
    refused("\"need\": 2", "\"escalate\": {\"after\": \"PT1H\"}",
            "soc.json:33: rules[0].approval.stages[0].escalate.to", "is missing");
}
END_TEST

START_TEST(the_manager_of_whoever_asks_is_an_approver_and_nothing_else)
{
    const char *text = given_change(given_source("tests/policies/soc.json"), "\"leads\": {",
                                    "\"manager\": {\"manager\": true}, \"leads\": {");
    (void)spec_file("soc.json",
                    given_change(text, "\"who\": [\"analysts\"],", "\"who\": [\"manager\"],"));
    read_wrong();
    one_complaint("soc.json:25: rules[0].who",
                  "\"manager\" holds the manager of whoever asks, who can only be an approver");
    text = given_change(text, "\"from\": [\"leads\"]", "\"from\": [\"manager\"]");
    (void)spec_file("soc.json", text);
    struct policy *policy = NULL;
    complaints = (struct complaints){.arena = given_arena()};
    ck_assert_fine(policy_read(spec_folder(), &policy, &complaints, &spec_why));
    policy_free(policy);
}
END_TEST

START_TEST(the_form_of_an_approval_is_told)
{
    refused("\"approval\": \"none\"", "\"approval\": \"some\"", "soc.json:39: rules[1].approval",
            "must be \"none\" or an object with `stages`");
    refused("\"approval\": \"none\"", "\"approval\": {}", "soc.json:39: rules[1].approval.stages",
            "is missing");
    refused("\"approval\": \"none\"", "\"approval\": {\"stages\": []}",
            "soc.json:39: rules[1].approval.stages", "must not be empty");
    refused(
        "\"approval\": \"none\"",
        "\"approval\": {\"stages\": [{\"from\": [\"leads\"]},{\"from\": [\"leads\"]},{},{},{},{}]}",
        "soc.json:39: rules[1].approval.stages", "has 6 entries; at most 5 are allowed");
    refused("\"approval\": \"none\"", "\"approval\": {\"stages\": [{}]}",
            "soc.json:39: rules[1].approval.stages[0].from", "is missing");
    refused("\"need\": 2", "\"need\": 21", "soc.json:33: rules[0].approval.stages[0].need",
            "must be a whole number from 1 to 20");
    refused("\"need\": 2, \"within\": \"PT2H\"", "\"within\": \"PT1M\"",
            "soc.json:33: rules[0].approval.stages[0].within", "PT1M is shorter than PT5M");
}
END_TEST

SPECIFICATION("policies/mistakes_of_approval", S35_an_approval_that_nobody_could_give_is_refused,
              stages_that_need_more_people_than_there_are_are_refused,
              reminders_and_escalations_come_while_somebody_is_asked,
              the_manager_of_whoever_asks_is_an_approver_and_nothing_else,
              the_form_of_an_approval_is_told)
