/* Goal: mistakes in circumstances, limits, levels, rings and sets of sets are each told once, with
 * file, line, place and what would be right. Lines are those of tests/policies/soc.json. */
#include "base/text.h"
#include "policies/given.h"
#include "policies/wrong.h"

#define EVERYDAY      "\"who\": [\"analysts\", \"leads\"],"
#define WHEN(members) EVERYDAY " \"when\": {" members "},"
#define LIMITS                                                                                     \
    "\"limits\": {\"longest\": \"PT4H\", \"default\": \"PT1H\", \"start_within\": \"PT30M\"}"
#define LEADS                                                                                      \
    "\"leads\": {\"users\": [\"b0000000-0000-4000-8000-00000000000b\", "                           \
    "\"b0000000-0000-4000-8000-00000000000c\"]}"
#define HOURS(members) WHEN("\"outside\": {" members "}")

START_TEST(what_a_circumstance_can_be_is_told)
{
    static const struct mistake mistakes[] = {
        {EVERYDAY, WHEN(""), "soc.json:38: rules[1].when",
         "says nothing: name longer_than, outside, first_time, risk_at_least or holds"},
        {EVERYDAY, WHEN("\"shorter_than\": \"PT1H\""), "soc.json:38: rules[1].when.shorter_than",
         "is not known here; known are: longer_than, outside, first_time, risk_at_least, holds"},
        {EVERYDAY, WHEN("\"longer_than\": \"PT1M\""), "soc.json:38: rules[1].when.longer_than",
         "PT1M is shorter than PT5M"},
        {EVERYDAY, WHEN("\"first_time\": false"), "soc.json:38: rules[1].when.first_time",
         "can only be true: leave it out otherwise"},
        {EVERYDAY, WHEN("\"risk_at_least\": \"none\""), "soc.json:38: rules[1].when.risk_at_least",
         "\"none\" is not one of \"low\", \"medium\", \"high\""},
        {EVERYDAY, WHEN("\"holds\": [\"owner\"]"), "soc.json:38: rules[1].when.holds",
         "there is no role \"owner\" in `roles`"},
        {EVERYDAY, WHEN("\"holds\": [\"copilot-owner\"], \"first_time\": true"), NULL, NULL},
    };
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

START_TEST(hours_are_in_a_zone_that_there_is_on_days_from_one_time_to_another)
{
    static const struct mistake mistakes[] = {
        {EVERYDAY,
         HOURS("\"zone\": \"Europe/Berlin\", \"days\": [\"mon\"], \"from\": \"22:00\", \"to\": "
               "\"06:00\""),
         NULL, NULL},
        {EVERYDAY,
         HOURS("\"zone\": \"Europe/Berlin\", \"days\": [\"mon\"], \"from\": \"00:00\", \"to\": "
               "\"24:00\""),
         NULL, NULL},
        {EVERYDAY,
         HOURS("\"zone\": \"Berlin\", \"days\": [\"mon\"], \"from\": \"08:00\", \"to\": \"18:00\""),
         "soc.json:38: rules[1].when.outside.zone",
         "there is no time zone \"Berlin\" on this machine: write one such as Europe/Berlin "
         "(package tzdata)"},
        {EVERYDAY,
         HOURS("\"zone\": \"UTC\", \"days\": [\"monday\"], \"from\": \"08:00\", \"to\": \"18:00\""),
         "soc.json:38: rules[1].when.outside.days",
         "\"monday\" is not one of mon, tue, wed, thu, fri, sat, sun"},
        {EVERYDAY,
         HOURS("\"zone\": \"UTC\", \"days\": [\"mon\"], \"from\": \"8:00\", \"to\": \"18:00\""),
         "soc.json:38: rules[1].when.outside.from",
         "\"8:00\" is not a time of the day: write it as 08:00"},
        {EVERYDAY,
         HOURS("\"zone\": \"UTC\", \"days\": [\"mon\"], \"from\": \"24:00\", \"to\": \"18:00\""),
         "soc.json:38: rules[1].when.outside.from",
         "\"24:00\" is not a time of the day: write it as 08:00"},
        {EVERYDAY,
         HOURS("\"zone\": \"UTC\", \"days\": [\"mon\"], \"from\": \"08:00\", \"to\": \"18:60\""),
         "soc.json:38: rules[1].when.outside.to",
         "\"18:60\" is not a time of the day: write it as 08:00"},
        {EVERYDAY,
         HOURS("\"zone\": \"UTC\", \"days\": [\"mon\"], \"from\": \"08:00\", \"to\": \"08:00\""),
         "soc.json:38: rules[1].when.outside.to",
         "is the same as `from`: no hour lies between them"},
        {EVERYDAY, HOURS("\"days\": [\"mon\"], \"from\": \"08:00\", \"to\": \"18:00\""),
         "soc.json:38: rules[1].when.outside.zone", "is missing"},
    };
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

START_TEST(a_rule_that_denies_demands_nothing)
{
    static const struct mistake mistakes[] = {
        {EVERYDAY, EVERYDAY " \"deny\": \"Not you.\",", "soc.json:39: rules[1].approval",
         "has nothing to say in a rule with `deny`: whoever it matches is refused"},
        {EVERYDAY, EVERYDAY " \"deny\": \"\",", "soc.json:38: rules[1].deny", "must not be empty"},
        {EVERYDAY, EVERYDAY " \"unless\": [\"guests\"],", "soc.json:38: rules[1].unless",
         "there are no people \"guests\" in `people`"},
        {EVERYDAY, EVERYDAY " \"level\": \"highest\",", "soc.json:38: rules[1].level",
         "\"highest\" is not one of \"starting_point\", \"enterprise\", \"specialized\""},
    };
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

START_TEST(limits_that_nobody_could_keep_are_refused)
{
    static const struct mistake mistakes[] = {
        {LIMITS, "\"limits\": {\"longest\": \"PT1H\", \"shortest\": \"PT2H\"}",
         "soc.json:32: rules[0].limits.shortest", "is longer than `longest`, which is PT1H"},
        {LIMITS,
         "\"limits\": {\"longest\": \"PT4H\", \"shortest\": \"PT2H\", \"default\": \"PT1H\"}",
         "soc.json:32: rules[0].limits.default", "is shorter than `shortest`, which is PT2H"},
        {LIMITS, "\"limits\": {\"longest\": \"PT4H\", \"shortest\": \"PT2H\"}", NULL, NULL},
        {LIMITS, "\"limits\": {\"at_once\": {}}", "soc.json:32: rules[0].limits.at_once",
         "says nothing: name person or role"},
        {LIMITS, "\"limits\": {\"at_once\": {\"person\": 0}}",
         "soc.json:32: rules[0].limits.at_once.person", "must be a whole number from 1 to 1000"},
        {LIMITS, "\"limits\": {\"per_day\": 0}", "soc.json:32: rules[0].limits.per_day",
         "must be a whole number from 1 to 100"},
        {LIMITS, "\"limits\": {\"cool_down\": \"PT59S\"}", "soc.json:32: rules[0].limits.cool_down",
         "PT59S is shorter than PT1M"},
        {LIMITS, "\"limits\": {\"start_ahead\": \"P31D\"}",
         "soc.json:32: rules[0].limits.start_ahead", "P31D is longer than P30D"},
    };
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

START_TEST(sets_lead_to_sets_that_there_are_and_never_back)
{
    static const struct mistake mistakes[] = {
        {LEADS, "\"leads\": {\"sets\": [\"analysts\", \"chiefs\"]}",
         "soc.json:4: people.leads.sets", "there are no people \"chiefs\" in `people`"},
        {LEADS, "\"leads\": {\"sets\": [\"analysts\", \"leads\"]}", "soc.json:4: people.leads.sets",
         "\"leads\" leads back to \"leads\": a set cannot hold itself"},
        {LEADS,
         "\"leads\": {\"sets\": [\"analysts\"]}, \"one\": {\"sets\": [\"two\"]}, \"two\": "
         "{\"sets\": [\"one\"]}",
         "soc.json:4: people.two.sets", "\"one\" leads back to \"two\": a set cannot hold itself"},
        {LEADS, "\"leads\": {\"sets\": [\"analysts\"], \"until\": \"tomorrow\"}",
         "soc.json:4: people.leads.until",
         "\"tomorrow\" is not a time: write it as 2026-01-15T10:00:00Z"},
        {LEADS, "\"one\": {\"sets\": [\"leads\"]}, \"leads\": {\"sets\": [\"analysts\"]}", NULL,
         NULL},
        {LEADS,
         "\"leads\": {\"sets\": [\"few\"]}, \"few\": {\"users\": "
         "[\"b0000000-0000-4000-8000-00000000000b\"]}",
         "soc.json:33: rules[0].approval.stages[0].need",
         "2 approvals are needed, but `from` names fewer people"},
    };
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

START_TEST(a_ring_that_is_open_holds_somebody)
{
#define PHASES(members) "\"phases\": {" members "},\n  \"rules\": ["
    static const struct mistake mistakes[] = {
        {"\"rules\": [", PHASES(""), "soc.json:21: phases.open", "is missing"},
        {"\"rules\": [", PHASES("\"open\": \"pilot\", \"evaluate\": [\"leads\"]"),
         "soc.json:21: phases.pilot", "is missing: the ring that is open holds nobody"},
        {"\"rules\": [", PHASES("\"open\": \"all\""), "soc.json:21: phases.open",
         "\"all\" is not one of \"evaluate\", \"pilot\", \"full\""},
        {"\"rules\": [", PHASES("\"open\": \"evaluate\", \"evaluate\": [\"lead\"]"),
         "soc.json:21: phases.evaluate", "there are no people \"lead\" in `people`"},
        {"\"rules\": [", PHASES("\"open\": \"full\""), NULL, NULL},
    };
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

SPECIFICATION("policies/mistakes_of_rules", what_a_circumstance_can_be_is_told,
              hours_are_in_a_zone_that_there_is_on_days_from_one_time_to_another,
              a_rule_that_denies_demands_nothing, limits_that_nobody_could_keep_are_refused,
              sets_lead_to_sets_that_there_are_and_never_back, a_ring_that_is_open_holds_somebody)
