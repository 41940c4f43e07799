#include "directory/fixture.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "directory/internal.h"
#include "directory/reader.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *const soc_and_leads[] = {SOC, LEADS};

const struct question about[FACT_KINDS] = {
    [FACT_ACCOUNT] = {.kind = FACT_ACCOUNT, .subject = ALICE},
    [FACT_MEMBERSHIPS] = {.kind = FACT_MEMBERSHIPS,
                          .subject = ALICE,
                          .group_count = 2,
                          .groups = soc_and_leads},
    [FACT_MEMBERS] = {.kind = FACT_MEMBERS, .subject = SOC},
    [FACT_RISKS] = {.kind = FACT_RISKS},
    [FACT_DEVICE] = {.kind = FACT_DEVICE, .subject = LAPTOP},
    [FACT_MANAGED] = {.kind = FACT_MANAGED, .subject = LAPTOP},
    [FACT_CONTEXTS] = {.kind = FACT_CONTEXTS},
    [FACT_ADMIN_RULES] = {.kind = FACT_ADMIN_RULES, .subject = SOC_MEMBER},
    [FACT_SELF_RULES] = {.kind = FACT_SELF_RULES, .subject = SOC_MEMBER},
    [FACT_ELIGIBLES] = {.kind = FACT_ELIGIBLES, .subject = SOC_MEMBER},
    [FACT_INSTANCES] = {.kind = FACT_INSTANCES, .subject = ALICE, .object = SOC_MEMBER},
    [FACT_REQUESTS] = {.kind = FACT_REQUESTS, .subject = ALICE, .object = SOC_MEMBER},
    [FACT_OWN_REQUESTS] = {.kind = FACT_OWN_REQUESTS, .subject = ALICE, .object = SOC_MEMBER},
    [FACT_APPROVAL] = {.kind = FACT_APPROVAL, .subject = LAPTOP, .object = SOC_MEMBER},
    [FACT_GROUP] = {.kind = FACT_GROUP, .subject = SOC},
    [FACT_HOLDERS] = {.kind = FACT_HOLDERS, .subject = SOC_MEMBER},
    [FACT_STANDING] = {.kind = FACT_STANDING, .subject = SOC_MEMBER},
    [FACT_SIGN_INS] = {.kind = FACT_SIGN_INS, .subject = ALICE, .object = "2026-01-15T09:45:00Z"},
    [FACT_REGISTRATION] = {.kind = FACT_REGISTRATION, .subject = ALICE},
    [FACT_DEVICE_GROUPS] = {.kind = FACT_DEVICE_GROUPS,
                            .subject = LAPTOP,
                            .group_count = 2,
                            .groups = soc_and_leads},
    [FACT_MANAGER] = {.kind = FACT_MANAGER, .subject = ALICE},
};
const struct question about_role_instances = {
    .kind = FACT_INSTANCES, .subject = ALICE, .object = ROLE_IN_TENANT};
const struct question about_role_self_rules = {.kind = FACT_SELF_RULES, .subject = ROLE_IN_TENANT};
const struct question about_role_eligibles = {.kind = FACT_ELIGIBLES, .subject = ROLE_IN_TENANT};
const struct question about_role_rules = {.kind = FACT_ADMIN_RULES, .subject = ROLE_IN_TENANT};

/* Reachable until the end, so that no leak is seen in it. */
static struct arena *kept;

static struct arena *keeper(void)
{
    if (!kept)
        kept = arena_new();
    return kept;
}

const char *json_of(const char *quoted)
{
    char *json = arena_copy(keeper(), quoted);
    for (char *at = json; *at; at++)
        if (*at == '\'')
            *at = '"';
    return json;
}

const char *file_of(const char *path)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(1024 * 1024);
    if (file_read(path, &text, NULL))
        return NULL;
    return arena_copy(keeper(), text_of(&text));
}

static struct asked understood(const struct question *question)
{
    struct asked asked;
    struct reason why = {0};
    ck_assert_msg(!reader_understand(question, keeper(), &asked, &why), "%s", why.text);
    return asked;
}

static enum fail take_one(const struct question *question, const char *body, struct fact *fact,
                          const char **next, struct reason *why)
{
    struct asked asked = understood(question);
    return reader_take(reader_of(question->kind), &asked, body, strlen(body), fact, next, why);
}

struct fact *read_fact(const struct question *question, const char *body, const char **next)
{
    struct fact *fact = fact_new(question->kind, 0);
    const char *link = NULL;
    struct reason why = {0};
    ck_assert_msg(!take_one(question, json_of(body), fact, &link, &why), "%s", why.text);
    if (next)
        *next = arena_copy(keeper(), link);
    return fact;
}

struct fact *read_facts(const struct question *question, const char *first, const char *second)
{
    struct fact *fact = read_fact(question, first, NULL);
    const char *link = NULL;
    struct reason why = {0};
    ck_assert_msg(!take_one(question, json_of(second), fact, &link, &why), "%s", why.text);
    return fact;
}

bool is_refused(const struct question *question, const char *body, const char *expected)
{
    scoped(fact_scoped) struct fact *fact = fact_new(question->kind, 0);
    const char *next = NULL;
    struct reason why = {0};
    if (take_one(question, json_of(body), fact, &next, &why) == FAIL_NONE)
        return false;
    ck_assert_msg(strstr(why.text, expected) != NULL, "\"%s\" is not in: %s", expected, why.text);
    return true;
}

const char *path_of_step(const struct question *question, unsigned step, const char **body)
{
    scoped(text_scoped) struct text path = TEXT_LIMIT(4096);
    struct asked asked = understood(question);
    json_auto_t *json = NULL;
    bool there = reader_of(question->kind)->ask(&asked, step, &path, &json);
    char *text = json ? json_compact(json) : NULL;
    if (body)
        *body = arena_copy(keeper(), text);
    free(text);
    return there ? arena_copy(keeper(), text_of(&path)) : "";
}
