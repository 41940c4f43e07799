/* GET /identityProtection/riskyUsers: everybody who is at risk now, in one reading, because the
   service takes one call a second from the whole tenant (contract 12, 20). */
#include "directory/entry.h"
#include "directory/reader.h"

static bool ask_both(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)asked;
    (void)body;
    text_add(path, "/v1.0/identityProtection/riskyUsers?$filter=riskState%20eq%20'atRisk'"
                   "%20or%20riskState%20eq%20'confirmedCompromised'");
    return step == 0;
}

static bool ask_apart(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)asked;
    (void)body;
    text_addf(path, "/v1.0/identityProtection/riskyUsers?$filter=riskState%%20eq%%20'%s'",
              step ? "confirmedCompromised" : "atRisk");
    return step < 2;
}

/* The states in which nobody is at risk: what an ignored filter sends along. Every other word,
   those never seen too, speaks against the person. */
static bool is_settled(const char *state)
{
    static const char *const settled[] = {"none", "confirmedSafe", "remediated", "dismissed"};
    for (size_t i = 0; i < COUNT(settled); i++)
        if (text_equals_ignoring_case(state, settled[i]))
            return true;
    return false;
}

/* Somebody at risk on no level makes no sense: that is not known either. */
static enum risk_level level_of(const char *word)
{
    static const struct {
        const char *word;
        enum risk_level level;
    } levels[] = {{"low", RISK_LOW}, {"medium", RISK_MEDIUM}, {"high", RISK_HIGH}};
    for (size_t i = 0; i < COUNT(levels); i++)
        if (text_equals_ignoring_case(word, levels[i].word))
            return levels[i].level;
    return RISK_HIDDEN;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct risks *risks = &fact->risks;
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    (void)asked;
    json_array_foreach ((json_t *)list, i, one) {
        struct entry user = entry_open(one, fact->arena, why);
        const char *state = entry_needed_text(&user, "riskState");
        struct risky_user risky = {
            .oid = entry_guid(&user, "id"),
            .level = level_of(entry_text(&user, "riskLevel")),
            .compromised = text_equals_ignoring_case(state, "confirmedCompromised"),
        };
        if (user.fail)
            return user.fail; /* somebody is at risk, and it may be anybody */
        if (is_settled(state))
            continue;
        if (!risky.compromised && !text_equals_ignoring_case(state, "atRisk"))
            risky.level = RISK_HIDDEN;
        risks->users = ARENA_MORE(fact->arena, risks->users, risks->count);
        risks->users[risks->count++] = risky;
    }
    return page.fail;
}

/* Whether the service knows `or` is written nowhere. */
static const struct reader risks_apart_reader = {
    .service = SERVICE_RISK, .most_pages = READER_PAGES, .ask = ask_apart, .read = read_answer};

const struct reader risks_reader = {.service = SERVICE_RISK,
                                    .most_pages = READER_PAGES,
                                    .ask = ask_both,
                                    .read = read_answer,
                                    .otherwise = &risks_apart_reader};
