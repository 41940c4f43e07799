/* Goal: whoever is at risk is seen, and what is not understood speaks against a person. */
#include "directory/fixture.h"
#include "directory/reader.h"
#include "support/spec.h"

static const struct question *const everybody = &about[FACT_RISKS];

static struct fact *risk_of(const char *state, const char *level)
{
    scoped(text_scoped) struct text body = TEXT_LIMIT(4096);
    text_addf(&body, "{'value': [{'id': '%s', 'riskState': %s, 'riskLevel': %s}]}", ALICE_2, state,
              level);
    return read_fact(everybody, text_of(&body), NULL);
}

static enum risk_level level_in(const char *state, const char *level)
{
    scoped(fact_scoped) struct fact *fact = risk_of(state, level);
    ck_assert_uint_eq(fact->risks.count, 1);
    ck_assert_text(fact->risks.users[0].oid, ALICE);
    return fact->risks.users[0].level;
}

START_TEST(the_whole_tenant_is_asked_for_in_one_call)
{
    ck_assert_text(path_of_step(everybody, 0, NULL),
                   "/v1.0/identityProtection/riskyUsers?$filter=riskState%20eq%20'atRisk'"
                   "%20or%20riskState%20eq%20'confirmedCompromised'");
    ck_assert_text(path_of_step(everybody, 1, NULL), "");
}
END_TEST

START_TEST(where_or_is_refused_there_are_two)
{
    const struct reader *apart = reader_of(FACT_RISKS)->otherwise;
    static const char *const states[] = {"atRisk", "confirmedCompromised"};
    for (unsigned step = 0; step < 3; step++) {
        scoped(text_scoped) struct text path = TEXT_LIMIT(4096), expected = TEXT_LIMIT(4096);
        struct asked nobody = {0};
        json_t *body = NULL;
        ck_assert_int_eq(apart->ask(&nobody, step, &path, &body), step < 2);
        if (step == 2)
            break;
        text_addf(&expected, "/v1.0/identityProtection/riskyUsers?$filter=riskState%%20eq%%20'%s'",
                  states[step]);
        ck_assert_text(text_of(&path), text_of(&expected));
    }
}
END_TEST

START_TEST(levels_are_read)
{
    ck_assert_int_eq(level_in("'atRisk'", "'low'"), RISK_LOW);
    ck_assert_int_eq(level_in("'atRisk'", "'medium'"), RISK_MEDIUM);
    ck_assert_int_eq(level_in("'AtRisk'", "'High'"), RISK_HIGH);
}
END_TEST

START_TEST(a_level_that_is_hidden_or_never_seen_is_hidden)
{
    ck_assert_int_eq(level_in("'atRisk'", "'hidden'"), RISK_HIDDEN);
    ck_assert_int_eq(level_in("'atRisk'", "'unknownFutureValue'"), RISK_HIDDEN);
    ck_assert_int_eq(level_in("'atRisk'", "null"), RISK_HIDDEN);
    ck_assert_int_eq(level_in("'atRisk'", "''"), RISK_HIDDEN);
}
END_TEST

START_TEST(at_risk_on_no_level_is_a_contradiction_and_hidden)
{
    ck_assert_int_eq(level_in("'atRisk'", "'none'"), RISK_HIDDEN);
}
END_TEST

START_TEST(a_state_never_seen_is_a_risk)
{
    ck_assert_int_eq(level_in("'unknownFutureValue'", "'low'"), RISK_HIDDEN);
}
END_TEST

START_TEST(confirmed_compromise_is_seen)
{
    scoped(fact_scoped) struct fact *fact = risk_of("'confirmedCompromised'", "'high'");
    ck_assert(fact->risks.users[0].compromised);
    scoped(fact_scoped) struct fact *other = risk_of("'atRisk'", "'high'");
    ck_assert(!other->risks.users[0].compromised);
}
END_TEST

START_TEST(risks_that_are_settled_are_none)
{
    static const char *const settled[] = {"'none'", "'confirmedSafe'", "'remediated'",
                                          "'dismissed'"};
    for (size_t i = 0; i < COUNT(settled); i++) {
        scoped(fact_scoped) struct fact *fact = risk_of(settled[i], "'high'");
        ck_assert_uint_eq(fact->risks.count, 0);
    }
}
END_TEST

START_TEST(nobody_at_risk_is_an_answer)
{
    scoped(fact_scoped) struct fact *fact = read_fact(everybody, "{'value': []}", NULL);
    ck_assert_uint_eq(fact->risks.count, 0);
}
END_TEST

START_TEST(a_risk_of_nobody_in_particular_may_be_anybodys)
{
    ck_assert(
        is_refused(everybody, "{'value': [{'riskState': 'atRisk', 'riskLevel': 'low'}]}", "id"));
    ck_assert(
        is_refused(everybody, "{'value': [{'id': '" ALICE "', 'riskLevel': 'low'}]}", "riskState"));
    ck_assert(is_refused(everybody, "{'value': [{'id': 'x', 'riskState': 'atRisk'}]}", "GUID"));
    ck_assert(is_refused(everybody,
                         "{'value': [{'id': '" ALICE "', 'riskState': 'atRisk', 'riskLevel': 3}]}",
                         "riskLevel"));
    ck_assert(is_refused(everybody, "{'value': {}}", "list"));
}
END_TEST

SPECIFICATION("directory/risks", the_whole_tenant_is_asked_for_in_one_call,
              where_or_is_refused_there_are_two, levels_are_read,
              a_level_that_is_hidden_or_never_seen_is_hidden,
              at_risk_on_no_level_is_a_contradiction_and_hidden, a_state_never_seen_is_a_risk,
              confirmed_compromise_is_seen, risks_that_are_settled_are_none,
              nobody_at_risk_is_an_answer, a_risk_of_nobody_in_particular_may_be_anybodys)
