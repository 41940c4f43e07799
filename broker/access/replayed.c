#include "access/replayed.h"

#include "access/approvers.h"
#include "access/occasion.h"
#include "access/views.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED = 3, WORDS_MOST = 4000 };

/* What one policy makes of one request. */
struct judged_by {
    bool unknown, lonely;
    const char *refused; /* NULL: it is not */
    json_t *demanded;    /* in words */
};

/* What would change, and for which requests. */
struct difference {
    const char *says;
    size_t count;
    const struct stored_request *examples[NAMED];
};

static const struct fact *memberships_of(struct task *task, const struct policy *policy,
                                         const char *oid)
{
    const char *const *groups;
    const struct question question = {.kind = FACT_MEMBERSHIPS,
                                      .subject = oid,
                                      .group_count = policy_groups(policy, &groups),
                                      .groups = groups};
    return task_fact(task, &question, FACT_TEN_MINUTES);
}

/* What speaks against it by the policy alone, in a line; NULL: nothing does. */
static const char *refusal(const struct demands *demands, const struct occasion *occasion,
                           const struct stored_request *request, struct arena *arena)
{
    enum { ERASED = 500 }; /* its words: they were as many as any rule can ask for */
    scoped(evidence_scoped) struct evidence_list list = {0};
    const struct findings findings = {.now = occasion->at, .memberships = occasion->memberships};
    size_t words = request->justification ? text_characters(request->justification) : ERASED;
    const char *all = NULL;
    judge_membership(demands, &findings, &list);
    judge_limits(demands, occasion->duration_seconds, (int64_t)words, &list);
    if (request->justification)
        judge_words(demands, request->justification, request->ticket, &list);
    json_auto_t *packed = evidence_pack(&list), *view = evidence_view(packed);
    for (size_t i = 0; i < json_array_size(view); i++) {
        const json_t *piece = json_array_get(view, i);
        if (text_equals(json_member_text(piece, "verdict"), verdict_text(VERDICT_FAIL)))
            all = arena_text(arena, "%s%s%s", all ? all : "", all ? " " : "",
                             json_member_text(piece, "says"));
    }
    return all;
}

/* False: facts were asked for. */
static bool look(struct task *task, const struct policy *policy,
                 const struct stored_request *request, struct judged_by *ret)
{
    const struct role *roles[REQUEST_ROLES];
    struct arena *arena = task_arena(task);
    struct occasion occasion;
    struct demands demands;
    struct approvers approvers = {0};
    struct reason ignored = {0};
    for (size_t i = 0; i < request->role_count; i++) {
        roles[i] = policy_find_role(policy, request->roles[i].role);
        if (!roles[i]) {
            *ret = (struct judged_by){
                .refused = arena_text(arena, "there is no role \"%s\"", request->roles[i].role)};
            return true;
        }
    }
    const struct fact *in = memberships_of(task, policy, request->requester.key.oid);
    if (!in)
        return false;
    occasion_of(request, &in->memberships, arena, &occasion);
    if (!occasion.past_known && task_store(task)) /* its own policy did not ask for it */
        (void)occasion_past(task_store(task), policy, request->id.text, arena, &occasion, &ignored);
    policy_demand(policy, request->role_count, roles, &occasion, arena, &demands);
    const char *refused = refusal(&demands, &occasion, request, arena);
    if (!refused && !approvers_resolve(task, &demands, &request->requester.key, NULL,
                                       FACT_TEN_MINUTES, &approvers))
        return false;
    *ret = (struct judged_by){
        .unknown = demands.unknown || (!refused && !approvers.known),
        .lonely = !refused && approvers.known && approvers.given < approvers.needed,
        .refused = refused,
        .demanded = refused ? NULL : view_requires(&demands, arena),
    };
    return true;
}

static bool is_demanded(const json_t *list, const char *says)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (text_equals(json_member_text(json_array_get(list, i), "says"), says))
            return true;
    return false;
}

/* What is in the one and not in the other. */
static void add_difference(struct text *says, const char *sign, const json_t *one,
                           const json_t *other)
{
    for (size_t i = 0; i < json_array_size(one); i++) {
        const char *demand = json_member_text(json_array_get(one, i), "says");
        if (!is_demanded(other, demand))
            text_addf(says, "%s%s%s", says->length ? "; " : "", sign, demand);
    }
}

/* NULL: nothing that anybody would notice. */
static const char *says_of(const struct judged_by *now, const struct judged_by *draft,
                           struct arena *arena)
{
    scoped(text_scoped) struct text says = TEXT_LIMIT(WORDS_MOST);
    if (draft->refused && !now->refused)
        text_addf(&says, "would be refused: %s", draft->refused);
    else if (now->refused && !draft->refused)
        text_addf(&says, "would not be refused any more: %s", now->refused);
    add_difference(&says, "more: ", now->refused ? NULL : draft->demanded,
                   draft->refused ? draft->demanded : now->demanded);
    add_difference(&says, "less: ", draft->refused ? NULL : now->demanded,
                   now->refused ? now->demanded : draft->demanded);
    if (draft->lonely)
        text_addf(&says, "%snobody could approve it", says.length ? "; " : "");
    if (draft->unknown)
        text_addf(&says, "%snot all of it is known: the directory does not answer",
                  says.length ? "; " : "");
    return says.length ? arena_copy(arena, text_of(&says)) : NULL;
}

static void note(struct task *task, struct difference **changes, size_t *count, const char *says,
                 const struct stored_request *request)
{
    const char *roles = "";
    for (size_t i = 0; i < request->role_count; i++)
        roles =
            arena_text(task_arena(task), "%s%s%s", roles, i ? ", " : "", request->roles[i].role);
    const char *all = arena_text(task_arena(task), "%s: %s", roles, says);
    size_t at = 0;
    while (at < *count && !text_equals((*changes)[at].says, all))
        at++;
    if (at == *count) {
        *changes = ARENA_MORE(task_arena(task), *changes, *count);
        (*changes)[(*count)++] = (struct difference){.says = all};
    }
    struct difference *change = &(*changes)[at];
    if (change->count < NAMED)
        change->examples[change->count] = request;
    change->count++;
}

static int compare_changes(const void *one, const void *other)
{
    const struct difference *first = one, *second = other;
    return first->count != second->count ? (first->count < second->count ? 1 : -1)
                                         : strcmp(first->says, second->says);
}

static void print(struct replayed *replayed, size_t count, struct difference *changes)
{
    struct text *report = replayed->report;
    if (count)
        qsort(changes, count, sizeof *changes, compare_changes);
    text_addf(report, "%zu requests: %zu as before, %zu otherwise\n", replayed->count,
              replayed->count - replayed->changed, replayed->changed);
    for (size_t i = 0; i < count; i++) {
        text_addf(report, "%6zu  %s\n", changes[i].count, changes[i].says);
        for (size_t k = 0; k < changes[i].count && k < NAMED; k++) {
            const struct person *person = &changes[i].examples[k]->requester;
            text_addf(report, "%s %s by %s", k ? "," : "        as",
                      changes[i].examples[k]->id.text,
                      person->name ? person->name : person->key.oid);
        }
        text_add(report, "\n");
    }
}

enum pace replayed_step(struct task *task, void *data)
{
    struct replayed *replayed = data;
    struct difference *changes = NULL;
    size_t count = 0;
    bool here = true; /* go on asking: what is missing is then asked for at once */
    replayed->changed = replayed->unknown = replayed->lonely = 0;
    for (size_t i = 0; i < replayed->count; i++) {
        struct judged_by now = {0}, draft = {0};
        bool both = look(task, replayed->now, &replayed->requests[i], &now);
        both &= look(task, replayed->draft, &replayed->requests[i], &draft);
        const char *says = both ? says_of(&now, &draft, task_arena(task)) : NULL;
        json_decref(now.demanded);
        json_decref(draft.demanded);
        here &= both;
        replayed->changed += says != NULL;
        replayed->unknown += both && (now.unknown || draft.unknown);
        replayed->lonely += both && draft.lonely;
        if (says)
            note(task, &changes, &count, says, &replayed->requests[i]);
    }
    if (!here)
        return PACE_WAIT;
    print(replayed, count, changes);
    return PACE_OVER;
}
