/* Goal: no broken answer brings a reader down, and none makes it say what the whole answer does
   not: each body here speaks against the person, and no damage may turn it round. */
#include "directory/fixture.h"
#include "directory/internal.h"
#include "directory/outcome.h"
#include "directory/reader.h"
#include "support/spec.h"

#include "base/json.h"

#include <string.h>

enum { MUTATIONS = SPEC_ROUNDS(100000), BODY_LIMIT = 8192 };

#define MORE "'@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#x', 'none': [1.5, {}]"

static const char *const bodies[FACT_KINDS] = {
    [FACT_ACCOUNT] = "{" MORE ", 'id': '" ALICE "', 'displayName': 'Alice \\u00e9\\ud83d\\ude00',"
                     " 'mail': null, 'accountEnabled': false, 'userType': 'Member'}",
    [FACT_MEMBERSHIPS] = "{" MORE ", 'value': ['" OTHERS "', '" BOB "']}",
    [FACT_MEMBERS] =
        "{" MORE ", '@odata.nextLink': 'https://graph.example/2', 'value': [{'id': '" BOB
        "', 'displayName': 'Bob', 'mail': 'bob@example.com'},"
        " {'@odata.type': '#microsoft.graph.user', 'id': '" OTHERS "'}]}",
    [FACT_RISKS] = "{" MORE ", 'value': [{'id': '" ALICE "', 'riskLevel': 'high', 'riskState':"
                   " 'atRisk', 'riskDetail': 'none', 'isDeleted': false}]}",
    [FACT_DEVICE] = "{" MORE ", 'id': 'object', 'deviceId': '" LAPTOP "', 'accountEnabled': false,"
                    " 'isCompliant': false, 'displayName': 'SEC-114'}",
    [FACT_MANAGED] =
        "{" MORE ", '@odata.count': 2, 'value': [{'id': 'm', 'azureADDeviceId': '" PHONE
        "', 'userId': '" ALICE "', 'complianceState': 'compliant'}, {'id': 'n',"
        " 'azureADDeviceId': '" LAPTOP "', 'userId': '" ALICE
        "', 'deviceName': 'SEC-114', 'complianceState': 'error'}]}",
    [FACT_CONTEXTS] =
        "{" MORE ", 'value': [{'id': 'p', 'displayName': 'Step-up', 'state': 'enabled',"
        " 'conditions': {'clientAppTypes': ['all'], 'platforms': null, 'users': {'includeUsers':"
        " ['All'], 'excludeUsers': ['" BOB "'], 'excludeGroups': []}, 'applications':"
        " {'includeAuthenticationContextClassReferences': ['c1']}}, 'grantControls': {'operator':"
        " 'OR', 'builtInControls': ['mfa', 'domainJoinedDevice'], 'authenticationStrength': {'id':"
        " '5748e496-0000-4000-8000-000000000000', 'allowedCombinations': ['fido2', "
        "'password']}}}]}",
    [FACT_ADMIN_RULES] =
        "{" MORE ", 'value': [{'id': 'a', 'scopeId': '" SOC "', 'scopeType': 'Group',"
        " 'roleDefinitionId': 'member', 'policy': {'id': 'p', 'rules': [{'id':"
        " 'Expiration_Admin_Assignment', 'isExpirationRequired': false, 'maximumDuration':"
        " 'P180D'}, {'id': 'Enablement_Admin_Assignment', 'enabledRules': ['Justification',"
        " 'MultiFactorAuthentication']}]}}]}",
    [FACT_SELF_RULES] =
        "{" MORE ", 'value': [{'id': 'a', 'scopeId': '" SOC "', 'scopeType': 'Group',"
        " 'roleDefinitionId': 'member', 'policy': {'id': 'p', 'rules': [{'id':"
        " 'Expiration_EndUser_Assignment', 'isExpirationRequired': true, 'maximumDuration':"
        " 'PT8H'}, {'id': 'Enablement_EndUser_Assignment', 'enabledRules': ['Justification',"
        " 'MultiFactorAuthentication']}, {'id': 'Approval_EndUser_Assignment', 'setting':"
        " {'isApprovalRequired': true, 'approvalMode': 'SingleStage'}}, {'id':"
        " 'AuthenticationContext_EndUser_Assignment', 'isEnabled': true, 'claimValue':"
        " 'c1'}]}}]}",
    [FACT_ELIGIBLES] =
        "{" MORE ", 'value': [{'id': 'i', 'groupId': '" SOC "', 'principalId': '" BOB "',"
        " 'accessId': 'member', 'memberType': 'Direct', 'endDateTime': null}, {'id': 'j',"
        " 'groupId': '" LEADS "', 'principalId': '" ALICE "', 'accessId': 'member', 'memberType':"
        " 'Group', 'endDateTime': '2026-01-15T12:00:00Z'}]}",
    [FACT_INSTANCES] =
        "{" MORE ", 'value': [{'id': 'i', 'groupId': '" SOC "', 'principalId': '" BOB "',"
        " 'accessId': 'member', 'memberType': 'Direct', 'assignmentType': 'Assigned',"
        " 'startDateTime': '2026-01-15T10:00:00.1234567Z', 'endDateTime': null}, {'id': 'j',"
        " 'groupId': '" LEADS "', 'principalId': '" ALICE "', 'accessId': 'member', 'memberType':"
        " 'Group', 'assignmentType': 'Activated', 'endDateTime': '2026-01-15T12:00:00Z'}]}",
};

static bool names_alice(const struct members *members)
{
    for (size_t i = 0; i < members->count; i++)
        if (text_equals(members->people[i].key.oid, ALICE))
            return true;
    return false;
}

static bool may_activate(const struct eligibles *eligibles)
{
    for (size_t i = 0; i < eligibles->count; i++)
        if (text_equals(eligibles->list[i].principal, ALICE))
            return true;
    return false;
}

static bool proves_something(const struct contexts *contexts)
{
    for (size_t i = 0; i < contexts->count; i++)
        if (contexts->policies[i].proves && !contexts->policies[i].other_exclusions)
            return true;
    return false;
}

static bool has_compliant(const struct managed_devices *managed)
{
    for (size_t i = 0; i < managed->count; i++)
        if (text_equals(managed->devices[i].compliance, "compliant"))
            return true;
    return false;
}

/* Whether the fact says what would let somebody in. */
static bool speaks_for(const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_ACCOUNT:
        return fact->account.enabled == TRI_YES;
    case FACT_MEMBERSHIPS:
        return fact->memberships.count > 0;
    case FACT_MEMBERS:
        return names_alice(&fact->members);
    case FACT_RISKS:
        return fact->risks.count == 0;
    case FACT_DEVICE:
        return fact->device.enabled == TRI_YES || fact->device.compliant == TRI_YES;
    case FACT_MANAGED:
        return has_compliant(&fact->managed);
    case FACT_CONTEXTS:
        return proves_something(&fact->contexts);
    case FACT_ADMIN_RULES:
        return fact->admin_rules.exists && !fact->admin_rules.mfa_required;
    case FACT_SELF_RULES:
        return fact->self_rules.exists && !fact->self_rules.mfa_required &&
               !fact->self_rules.approval_required && !fact->self_rules.context;
    case FACT_ELIGIBLES:
        return may_activate(&fact->eligibles);
    case FACT_INSTANCES:
        return fact->instances.count > 0;
    default:
        return true;
    }
}

/* Damage. */

static uint64_t state;

static size_t below(size_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % limit);
}

static void replace(struct text *body, size_t at, size_t length, const char *with)
{
    scoped(text_scoped) struct text rest = TEXT_LIMIT(BODY_LIMIT);
    text_add(&rest, body->data + at + length);
    body->length = at;
    text_add(body, with);
    text_add(body, text_of(&rest));
}

/* Puts another value, of another type as a rule, behind one of the colons or commas. */
static void replace_value(struct text *body)
{
    static const char *const values[] = {"null", "{}",  "0",   "-1",          "\"\"",   "\"x\"",
                                         "[7]",  "1.5", "1e9", "\"\\u0000\"", "[[[]]]", "false"};
    size_t at = below(body->length);
    at += strcspn(body->data + at, ":,");
    if (body->data[at])
        replace(body, at + 1, strcspn(body->data + at + 1, ",]}"), values[below(COUNT(values))]);
}

static void damage(struct text *body)
{
    static const char marks[] = "{}[]\",:\\0e-\x80\xFF";
    size_t at = below(body->length), left = body->length - at;
    char some[17] = "";
    switch (below(6)) {
    case 0:
        body->data[at] = (char)(1 + below(255));
        break;
    case 1:
        body->data[at] = marks[below(sizeof marks - 1)];
        break;
    case 2:
        replace(body, at, 1 + below(left < 8 ? left : 8), "");
        break;
    case 3:
        (void)memcpy(some, body->data + at, left < 16 ? left : 1 + below(16));
        replace(body, below(body->length), 0, some);
        break;
    case 4:
        replace_value(body);
        break;
    default:
        if (below(8) == 0)
            replace(body, at, left, "");
        break;
    }
}

/* A copy with one to three damages; it may have become empty. */
static void copy_damaged(struct text *body, const char *whole)
{
    text_add(body, whole);
    for (size_t times = 1 + below(3); times && body->length; times--)
        damage(body);
}

/* Whether it could still be read. */
static bool read_damaged(enum fact_kind kind, const struct asked *asked, const char *whole)
{
    scoped(text_scoped) struct text body = TEXT_LIMIT(BODY_LIMIT);
    copy_damaged(&body, whole);
    scoped(fact_scoped) struct fact *fact = fact_new(kind, 0);
    const char *next = NULL;
    bool read = reader_take(reader_of(kind), asked, text_of(&body), body.length, fact, &next,
                            NULL) == FAIL_NONE;
    ck_assert_msg(!read || !speaks_for(fact), "%s", text_of(&body));
    return read;
}

static void damage_answers_about(enum fact_kind kind)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct asked asked;
    struct reason why = {0};
    const char *whole = json_of(bodies[kind]);
    scoped(fact_scoped) struct fact *fact = read_fact(&about[kind], whole, NULL);
    ck_assert(!speaks_for(fact));
    ck_assert(!reader_understand(&about[kind], arena, &asked, &why));
    state = UINT64_C(0x9E3779B97F4A7C15) + kind;
    size_t read = 0;
    for (size_t i = 0; i < MUTATIONS; i++)
        read += read_damaged(kind, &asked, whole);
    ck_assert_uint_gt(read, MUTATIONS / 10); /* otherwise only the JSON parser was tested */
    ck_assert_uint_lt(read, MUTATIONS / 10 * 9);
}

#define DAMAGED(name, kind)                                                                        \
    START_TEST(name)                                                                               \
    {                                                                                              \
        damage_answers_about(kind);                                                                \
    }                                                                                              \
    END_TEST

DAMAGED(no_damage_enables_an_account, FACT_ACCOUNT)
DAMAGED(no_damage_puts_somebody_into_a_group, FACT_MEMBERSHIPS)
DAMAGED(no_damage_makes_somebody_a_member, FACT_MEMBERS)
DAMAGED(no_damage_makes_a_risk_go_away, FACT_RISKS)
DAMAGED(no_damage_makes_a_device_compliant_in_entra, FACT_DEVICE)
DAMAGED(no_damage_makes_a_device_compliant_in_intune, FACT_MANAGED)
DAMAGED(no_damage_makes_a_policy_prove_more, FACT_CONTEXTS)
DAMAGED(no_damage_makes_rules_weaker, FACT_ADMIN_RULES)
DAMAGED(no_damage_makes_rules_for_people_weaker, FACT_SELF_RULES)
DAMAGED(no_damage_makes_somebody_eligible, FACT_ELIGIBLES)
DAMAGED(no_damage_makes_an_assignment, FACT_INSTANCES)

/* Answers to writes. */

START_TEST(no_damage_makes_somebody_elses_assignment_ours)
{
    static const struct target member = {.kind = TARGET_GROUP, .id = SOC, .access = "member"};
    const char *whole =
        json_of("{" MORE ", 'id': 'r', 'status': 'Provisioned', 'action': 'adminAssign',"
                " 'principalId': '" BOB "', 'groupId': '" SOC "', 'accessId': 'member',"
                " 'scheduleInfo': {'expiration': {'endDateTime': '2026-01-15T12:00:00Z'}}}");
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct write write;
    ck_assert_fine(write_assign(&(struct assignment){.target = &member,
                                                     .oid = ALICE,
                                                     .starts_at = 1768471200,
                                                     .ends_at = 1768478400,
                                                     .words = "why"},
                                arena, &write, &spec_why));
    state = UINT64_C(0xD1B54A32D192ED03);
    for (size_t i = 0; i < MUTATIONS; i++) {
        scoped(text_scoped) struct text body = TEXT_LIMIT(BODY_LIMIT);
        scoped(arena_scoped) struct arena *own = arena_new();
        struct written written;
        copy_damaged(&body, whole);
        const struct answer answer = {.outcome = OUTCOME_ANSWERED,
                                      .status = i % 2 ? 201 : 400,
                                      .body = text_of(&body),
                                      .length = body.length};
        outcome_of(&write, &answer, own, &written);
        ck_assert_msg(written.outcome == WRITE_UNKNOWN, "%s", text_of(&body));
    }
}
END_TEST

SPECIFICATION("directory/mutations", no_damage_enables_an_account,
              no_damage_puts_somebody_into_a_group, no_damage_makes_somebody_a_member,
              no_damage_makes_a_risk_go_away, no_damage_makes_a_device_compliant_in_entra,
              no_damage_makes_a_device_compliant_in_intune, no_damage_makes_a_policy_prove_more,
              no_damage_makes_rules_weaker, no_damage_makes_rules_for_people_weaker,
              no_damage_makes_somebody_eligible, no_damage_makes_an_assignment,
              no_damage_makes_somebody_elses_assignment_ours)
