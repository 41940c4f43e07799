#include "policies/given.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

static struct arena *arena;

struct arena *given_arena(void)
{
    if (!arena)
        arena = arena_new();
    return arena;
}

struct policy *given_policy(const char *text)
{
    struct policy *policy = NULL;
    struct complaints complaints = {.arena = given_arena()};
    char *copy = arena_copy(given_arena(), text);
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    ck_assert_fine(policy_parse(copy, &policy, &complaints, &spec_why));
    return policy;
}

struct person_key given_person(const char *oid)
{
    struct person_key key;
    ck_assert(person_key_read(TENANT, oid, &key));
    return key;
}

/* The texts up to a NULL. */
static const char **listed(const char *first, va_list more, size_t *count)
{
    enum { MOST = 16 };
    const char **texts = ARENA_ARRAY(given_arena(), const char *, MOST);
    *count = 0;
    for (const char *text = first; text && *count < MOST; text = va_arg(more, const char *))
        texts[(*count)++] = text;
    return texts;
}

struct memberships given_groups(const char *first, ...)
{
    va_list more;
    struct memberships memberships = {.reading = {.known = true, .at = NOW}};
    va_start(more, first);
    memberships.groups = listed(first, more, &memberships.count);
    va_end(more);
    return memberships;
}

struct demands given_demands(const struct policy *policy, const char *oid,
                             const struct memberships *memberships, const char *first, ...)
{
    va_list more;
    size_t count;
    struct demands demands;
    struct person_key person = given_person(oid);
    va_start(more, first);
    const char **ids = listed(first, more, &count);
    va_end(more);
    const struct role **roles = ARENA_ARRAY(given_arena(), const struct role *, count);
    for (size_t i = 0; i < count; i++) {
        roles[i] = policy_find_role(policy, ids[i]);
        ck_assert_msg(roles[i], "%s is not in the catalogue", ids[i]);
    }
    const struct occasion occasion = {
        .person = &person, .memberships = memberships, .duration_seconds = -1, .start_at = -1};
    policy_demand(policy, count, roles, &occasion, given_arena(), &demands);
    return demands;
}

const char *given_source(const char *path)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(1000000);
    ck_assert_fine(file_read(arena_text(given_arena(), SOURCES "/%s", path), &text, &spec_why));
    return arena_copy(given_arena(), text_of(&text));
}

const char *given_change(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    ck_assert_msg(at && !strstr(at + 1, old), "not there exactly once: %s", old);
    return arena_text(given_arena(), "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

const char *judged(const struct evidence_list *list, enum verdict verdict)
{
    ck_assert_uint_eq(list->count, 1);
    ck_assert_text(verdict_text(list->items[0].verdict), verdict_text(verdict));
    json_auto_t *packed = evidence_pack(list);
    json_auto_t *view = evidence_view(packed);
    const json_t *shown = json_array_get(view, 0);
    const char *says = json_member_text(shown, "says"), *mend = json_member_text(shown, "mend");
    ck_assert_msg(strchr(says, ' ') && !strpbrk(says, "{}?"), "%s", says);
    ck_assert_msg(!mend || !strpbrk(mend, "{}?"), "%s", mend);
    return list->items[0].code;
}

unsigned chance(unsigned below)
{
    static uint64_t state;
    if (!state) {
        const char *seed = getenv("SEED");
        state = seed ? strtoull(seed, NULL, 10) | 1 : 0x9E3779B97F4A7C15u;
    }
    state ^= state << 13; /* xorshift64 */
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}
