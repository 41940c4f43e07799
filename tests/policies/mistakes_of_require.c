/* Goal: mistakes in what a rule demands of evidence are each told once, with file, line, place and
 * what would be right. Lines are those of tests/policies/soc.json. */
#include "base/text.h"
#include "policies/given.h"
#include "policies/wrong.h"

#define MFA          "\"within\": \"PT10M\", \"context\": \"c1\""
#define DEVICE       "\"device\": {\"compliant\": true}"
#define RISK         "\"user_risk\": {\"at_most\": \"low\"}"
#define WORDS        "\"min_length\": 10"
#define PAW(members) "\"device\": {\"workstation\": {" members "}}"

static const struct mistake mistakes[] = {
    {DEVICE, "\"devices\": {\"compliant\": true}", "soc.json:28: rules[0].require.devices",
     "is not known here; known are: mfa, device, user_risk, sign_in_risk, modern_authentication, "
     "eligible, justification, ticket"},
    {MFA, "\"age\": \"PT10M\"", "soc.json:27: rules[0].require.mfa.age",
     "is not known here; known are: within, context, methods"},
    {MFA, "\"methods\": [\"rsa\", \"otp\"]", NULL, NULL},
    {MFA, "\"methods\": [\"pwd\"]", "soc.json:27: rules[0].require.mfa.methods",
     "\"pwd\" is not one of \"fed\", \"mfa\", \"ngcmfa\", \"otp\", \"rsa\", \"wia\", \"wiaormfa\""},
    {DEVICE, "\"device\": {\"kept\": true}", "soc.json:28: rules[0].require.device.kept",
     "is not known here; known are: compliant, accept, managed, synced_within, workstation"},
    {DEVICE, "\"device\": {\"accept\": [\"inGracePeriod\", \"configManager\"]}", NULL, NULL},
    {DEVICE, "\"device\": {\"accept\": [\"noncompliant\"]}",
     "soc.json:28: rules[0].require.device.accept",
     "\"noncompliant\" is not one of \"inGracePeriod\", \"configManager\""},
    {DEVICE, "\"device\": {\"compliant\": false, \"accept\": [\"inGracePeriod\"]}",
     "soc.json:28: rules[0].require.device.accept",
     "says what passes for compliant, which is not demanded"},
    {DEVICE, "\"device\": {\"synced_within\": \"PT5M\"}",
     "soc.json:28: rules[0].require.device.synced_within", "PT5M is shorter than PT15M"},
    {DEVICE, PAW(""), "soc.json:28: rules[0].require.device.workstation",
     "says which devices it means: by `groups` or by `categories`"},
    {DEVICE, PAW("\"groups\": [\"" ANALYSTS "\"], \"categories\": [\"PAW\"]"),
     "soc.json:28: rules[0].require.device.workstation",
     "says which devices it means: by `groups` or by `categories`"},
    {DEVICE, PAW("\"groups\": [\"PAW\"]"),
     "soc.json:28: rules[0].require.device.workstation.groups",
     "\"PAW\" is not an object id (a GUID)"},
    {DEVICE, PAW("\"categories\": [\"PAW\"]"), NULL, NULL},
    {RISK, "\"sign_in_risk\": {\"at_most\": \"none\"}", NULL, NULL},
    {RISK, "\"sign_in_risk\": {\"at_most\": \"some\"}",
     "soc.json:29: rules[0].require.sign_in_risk.at_most",
     "\"some\" is not one of \"none\", \"low\", \"medium\", \"high\""},
    {WORDS, "\"pattern\": \"(a)\\\\1\"", "soc.json:30: rules[0].require.justification.pattern",
     "refers back to what it matched (\\1): leave that out"},
    {WORDS, "\"pattern\": \"a{1001}\"", "soc.json:30: rules[0].require.justification.pattern",
     "repeats too much: its numbers in {} may multiply to 1000"},
    {WORDS, "\"pattern\": \".*INC-[0-9]+.*\"", NULL, NULL},
    {RISK, "\"ticket\": {\"pattern\": \"INC-[0-9]+\", \"look_up\": true}", NULL, NULL},
    {RISK, "\"ticket\": {\"url\": \"https://tickets.example.com\"}",
     "soc.json:29: rules[0].require.ticket.url", "is not known here; known are: pattern, look_up"},
};

START_TEST(each_mistake_is_told_once_with_what_would_be_right)
{
    each_refused(COUNT(mistakes), mistakes);
}
END_TEST

SPECIFICATION("policies/mistakes_of_require", each_mistake_is_told_once_with_what_would_be_right)
