/* Looking at urgent access afterwards, and how that stands. */
#include "access/urgent.h"

#include "access/decisions.h"
#include "access/findings.h"
#include "access/messages.h"
#include "access/views.h"
#include "access/words_kept.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/approvals.h"
#include "store/jobs.h"
#include "store/people.h"
#include "store/urgent.h"

static const char *const outcomes[] = {"unjustified", "justified"};

void urgent_review_read(const json_t *body, struct complaints *complaints,
                        struct urgent_review *ret)
{
    struct form form = form_open(body, "", complaints);
    (void)form_text(&form, "outcome", REQUIRED, 64);
    ret->justified = form_choice(&form, "outcome", COUNT(outcomes), outcomes, 0) == 1;
    ret->reason = words_reason(&form, REQUIRED, REASON_MOST);
    form_end(&form);
}

/* The reviews that the request was let through with; none where it is not urgent. */
static struct demands reviews_of(const struct stored_request *request, struct arena *arena)
{
    struct demands demands;
    if (findings_kept_demands(request, arena, &demands))
        return urgent_reviews(&demands);
    return (struct demands){.allowed = true};
}

size_t urgent_review_groups(const struct stored_request *request, struct arena *arena,
                            const char ***groups)
{
    const struct demands reviews = reviews_of(request, arena);
    const char **all = NULL;
    size_t count = 0;
    for (size_t i = 0; i < reviews.approval_count; i++) {
        const struct people *people = reviews.approvals[i].from[0];
        for (size_t k = 0; k < people->group_count; k++) {
            all = ARENA_MORE(arena, all, count);
            all[count++] = people->groups[k];
        }
    }
    *groups = all;
    return count;
}

static enum tri may_review(const struct urgent_review *review, const struct approval_demand *demand)
{
    return people_hold(demand->from[0], &review->caller->person.key, review->memberships);
}

/* Whether reviewer and requester are one human by another account; unknown where that cannot be
   read. Whoever has nothing to be told apart by reviews nothing. */
static enum tri is_same_human(const struct urgent_review *review, enum human_by by)
{
    const struct account *account = review->account, *requester = review->requester;
    if (by == HUMAN_BY_ACCOUNT)
        return TRI_NO;
    if (!account || !account->reading.known || !requester || !requester->reading.known)
        return TRI_UNKNOWN;
    const struct person one = {.mail = account->mail, .employee_id = account->employee_id},
                        other = {.mail = requester->mail, .employee_id = requester->employee_id};
    const char *value = human_of(by, &one), *same = human_of(by, &other);
    return !value || (same && text_equals_ignoring_case(value, same)) ? TRI_YES : TRI_NO;
}

static enum fail check_right(struct turn *turn, struct urgent_review *review,
                             const struct stored_request *request, const struct demands *reviews,
                             struct reason *why)
{
    const struct person_key *caller = &review->caller->person.key;
    const struct account *account = review->account;
    enum tri may = TRI_NO;
    bool told = false;
    enum fail fail = store_approver_is(turn->store, &request->id, caller, &told, why);
    if (fail)
        return fail;
    if (person_is(caller, &request->requester.key))
        return because(why, FAIL_DENIED, "nobody reviews their own request");
    for (size_t i = 0; i < reviews->approval_count && may != TRI_YES; i++) {
        enum tri one = may_review(review, &reviews->approvals[i]);
        may = one == TRI_NO ? may : one;
    }
    bool sees = told || (review->caller->roles & (ROLE_ADMIN | ROLE_AUDITOR));
    bool known = account && account->reading.known;
    enum tri same = may == TRI_NO ? TRI_NO : is_same_human(review, reviews->human_by);
    review->unread = may != TRI_NO && (may == TRI_UNKNOWN || !known || same == TRI_UNKNOWN);
    if (review->unread)
        return because(why, sees ? FAIL_UNAVAILABLE : FAIL_NOT_FOUND,
                       "the directory does not say whether %s may review", caller->oid);
    if (may == TRI_NO || same == TRI_YES || !account->exists || account->enabled != TRI_YES)
        return because(why, sees ? FAIL_DENIED : FAIL_NOT_FOUND, "%s is no reviewer now",
                       caller->oid);
    return FAIL_NONE;
}

/* Each look that is owed and that this person may take, in one. */
static enum fail make(struct turn *turn, const struct urgent_review *review,
                      const struct stored_request *request, const struct demands *reviews,
                      struct reason *why)
{
    size_t count = 0, made = 0;
    struct stored_review stored[STORED_REVIEWS];
    char mark[DIGEST_BASE64_SIZE];
    enum fail fail = store_reviews(turn->store, &request->id, turn->arena, &count, stored, why);
    if (!fail)
        fail = words_keep(turn, review->reason, mark, why);
    if (!fail)
        fail = store_person_save(turn->store, &review->caller->person, turn->now, why);
    for (size_t i = 0; !fail && i < count; i++) {
        size_t line = (size_t)stored[i].line - 1;
        if (stored[i].reviewed_at >= 0 || line >= reviews->approval_count ||
            may_review(review, &reviews->approvals[line]) != TRI_YES)
            continue;
        stored[i].by = review->caller->person;
        stored[i].outcome = outcomes[review->justified];
        stored[i].reviewed_at = turn->now;
        fail = store_review_make(turn->store, &request->id, &stored[i], mark, why);
        made++;
    }
    if (!fail && !made)
        return because(why, FAIL_CONFLICT, "no review of %s is owed by them", request->id.text);
    json_auto_t *detail = memory_needed(
        json_pack("{s:s, s:s}", "outcome", outcomes[review->justified], "reason", mark));
    return fail ? fail : tell_request(turn, request, EVENT_REVIEW_MADE, detail, why);
}

enum fail urgent_review_apply(struct turn *turn, void *data, struct reason *why)
{
    struct urgent_review *review = data;
    struct stored_request request;
    bool owed = false;
    enum fail fail = store_request(turn->store, &review->id, turn->arena, &request, why);
    if (fail)
        return fail;
    const struct demands reviews = reviews_of(&request, turn->arena);
    fail = check_right(turn, review, &request, &reviews, why);
    if (!fail)
        fail = make(turn, review, &request, &reviews, why);
    if (!fail)
        fail = store_review_is_owed(turn->store, &request.id, &owed, why);
    if (!fail && !owed)
        fail = store_job_end(turn->store, job_review, request.id.text, why);
    return fail || owed ? fail
                        : message_put(turn, MESSAGE_REVIEWED, &request.id, NULL,
                                      &request.requester.key, why);
}

static json_t *people_of(size_t count, const struct stored_told told[], int line)
{
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        if (told[i].line == line)
            (void)json_array_append_new(list, view_person(&told[i].person));
    return list;
}

static json_t *view_review(const struct stored_review *review, size_t count,
                           const struct stored_told told[])
{
    bool made = review->reviewed_at >= 0;
    return memory_needed(json_pack(
        "{s:s, s:o, s:o, s:o, s:s?, s:s?, s:o}", "rule", review->rule, "due_at",
        json_moment(review->due_at), "reviewers", people_of(count, told, review->line), "by",
        made ? view_person(&review->by) : json_null(), "outcome", made ? review->outcome : NULL,
        "reason", made ? review->reason : NULL, "at", json_moment(review->reviewed_at)));
}

enum fail view_urgent(struct store *store, const struct stored_request *request, int64_t now,
                      struct arena *arena, json_t **ret, struct reason *why)
{
    size_t count = 0, told_count = 0;
    struct stored_review reviews[STORED_REVIEWS];
    struct stored_told *told = NULL;
    bool owed = false, overdue = false;
    if (!request->urgent) {
        *ret = json_null();
        return FAIL_NONE;
    }
    enum fail fail = store_reviews(store, &request->id, arena, &count, reviews, why);
    if (!fail)
        fail = store_urgent_told(store, &request->id, arena, &told_count, &told, why);
    if (!fail)
        fail = store_review_is_owed(store, &request->id, &owed, why);
    if (fail)
        return fail;
    json_t *list = memory_needed(json_array());
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, view_review(&reviews[i], told_count, told));
        overdue |= owed && reviews[i].reviewed_at < 0 && now >= reviews[i].due_at;
    }
    *ret = memory_needed(json_pack("{s:b, s:b, s:o, s:o}", "owed", owed, "overdue", overdue,
                                   "reviews", list, "passed_over", people_of(told_count, told, 0)));
    return FAIL_NONE;
}
