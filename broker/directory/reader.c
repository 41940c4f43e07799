#include "directory/reader.h"

#include "base/json.h"
#include "base/moment.h"
#include "directory/entry.h"
#include "model/azure_scope.h"
#include "outbound/url.h"

const struct reader *reader_of(enum fact_kind kind)
{
    static const struct reader *const readers[FACT_KINDS] = {
        [FACT_ACCOUNT] = &account_reader,
        [FACT_MEMBERSHIPS] = &memberships_reader,
        [FACT_MEMBERS] = &members_reader,
        [FACT_RISKS] = &risks_reader,
        [FACT_DEVICE] = &device_reader,
        [FACT_MANAGED] = &managed_reader,
        [FACT_CONTEXTS] = &contexts_reader,
        [FACT_ADMIN_RULES] = &admin_rules_reader,
        [FACT_SELF_RULES] = &self_rules_reader,
        [FACT_ELIGIBLES] = &eligibles_reader,
        [FACT_INSTANCES] = &instances_reader,
        [FACT_REQUESTS] = &requests_reader,
        [FACT_APPROVAL] = &approval_reader,
        [FACT_OWN_REQUESTS] = &own_requests_reader,
        [FACT_GROUP] = &group_reader,
        [FACT_HOLDERS] = &holders_reader,
        [FACT_STANDING] = &standing_reader,
        [FACT_SIGN_INS] = &sign_ins_reader,
        [FACT_REGISTRATION] = &registration_reader,
        [FACT_DEVICE_GROUPS] = &device_groups_reader,
        [FACT_MANAGER] = &manager_reader,
    };
    return readers[kind];
}

/* Requests of roles are shown to the person alone, and those of Azure, with their approvals, are
   not asked for. */
static bool is_readable(const struct target *target, enum fact_kind kind)
{
    switch (target->kind) {
    case TARGET_GROUP:
        return text_equals(target->access, "member") || text_equals(target->access, "owner");
    case TARGET_DIRECTORY_ROLE:
        return kind != FACT_REQUESTS;
    case TARGET_AZURE_ROLE:
        return azure_scope_is(target->scope) && kind != FACT_REQUESTS &&
               kind != FACT_OWN_REQUESTS && kind != FACT_APPROVAL;
    }
    return false;
}

enum fail reader_understand(const struct question *question, struct arena *arena, struct asked *ret,
                            struct reason *why)
{
    bool everybody = question->kind == FACT_RISKS || question->kind == FACT_CONTEXTS;
    bool with_object = question->kind == FACT_INSTANCES || question->kind == FACT_REQUESTS ||
                       question->kind == FACT_OWN_REQUESTS || question->kind == FACT_APPROVAL;
    bool targeted = with_object || question->kind == FACT_ADMIN_RULES ||
                    question->kind == FACT_SELF_RULES || question->kind == FACT_ELIGIBLES ||
                    question->kind == FACT_HOLDERS || question->kind == FACT_STANDING;
    const char *key = with_object ? question->object : question->subject;
    struct asked asked = {.subject = everybody ? NULL : arena_copy(arena, question->subject),
                          .group_count = question->group_count,
                          .groups = ARENA_ARRAY(arena, const char *, question->group_count)};
    if (!everybody && text_is_empty(asked.subject))
        return because(why, FAIL_INVALID, "a question about nobody");
    if (targeted && (!key || !target_read(key, arena, &asked.target)))
        return because(why, FAIL_INVALID, "no target");
    bool readable = targeted && is_readable(&asked.target, question->kind);
    if (targeted && !readable)
        return because(why, FAIL_INVALID, "nobody answers this for this target");
    int64_t since;
    if (question->kind == FACT_SIGN_INS) {
        if (!question->object || !moment_read(question->object, &since))
            return because(why, FAIL_INVALID, "sign-ins since when?");
        asked.since = arena_copy(arena, question->object);
    }
    for (size_t i = 0; i < question->group_count; i++)
        asked.groups[i] = arena_copy(arena, question->groups[i]);
    *ret = asked;
    return FAIL_NONE;
}

enum fail reader_take(const struct reader *reader, const struct asked *asked, const char *bytes,
                      size_t length, struct fact *fact, const char **next, struct reason *why)
{
    json_auto_t *answer = NULL;
    enum fail fail = json_read(bytes, length, &answer, NULL, why);
    if (fail)
        return fail;
    struct entry entry = entry_open(answer, fact->arena, why);
    const char *link = entry_text(
        &entry, asked->target.kind == TARGET_AZURE_ROLE ? "nextLink" : "@odata.nextLink");
    if (entry.fail)
        return entry.fail;
    fail = reader->read(asked, answer, fact, why);
    if (!fail)
        *next = link;
    return fail;
}

void reader_add_literal(struct text *path, const char *text)
{
    scoped(text_scoped) struct text doubled = TEXT_LIMIT(path->limit);
    for (; *text; text++) {
        if (*text == '\'')
            text_add_char(&doubled, '\'');
        text_add_char(&doubled, *text);
    }
    text_add_char(path, '\'');
    url_escape(path, text_of(&doubled));
    text_add_char(path, '\'');
}
