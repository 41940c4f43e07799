#include "access/decisions.h"

#include "access/decision_right.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/messages.h"
#include "access/review.h"
#include "access/signing.h"
#include "access/stages.h"
#include "access/words_kept.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "policies/tally.h"
#include "store/approvals.h"
#include "store/jobs.h"
#include "store/people.h"

#include <stdlib.h>

void decision_read(const json_t *body, struct complaints *complaints, struct decision *ret)
{
    static const char *const choices[] = {"deny", "approve"};
    struct form form = form_open(body, "", complaints);
    (void)form_text(&form, "decision", REQUIRED, 64);
    ret->approves = form_choice(&form, "decision", COUNT(choices), choices, 0) == 1;
    const char *reason = words_reason(&form, OPTIONAL, REASON_MOST);
    ret->reason = reason ? reason : "";
    ret->duration_seconds = form_span(&form, "duration", 5 * 60, 7 * 86400, -1);
    if (!ret->approves && ret->duration_seconds >= 0)
        form_complain(&form, "duration", "goes with an approval only");
    ret->in_place_of = form_guid(&form, "for", OPTIONAL);
    form_end(&form);
}

static enum fail record(struct turn *turn, const struct decision *decision,
                        const struct stored_request *request, struct reason *why)
{
    char mark[DIGEST_BASE64_SIZE], span[32] = "";
    bool own = decision->place == &decision->places[0];
    struct stored_decision row = {.by = decision->caller->person,
                                  .place = {.key = decision->place->person},
                                  .approves = decision->approves,
                                  .duration_seconds = decision->duration_seconds,
                                  .decided_at = turn->now};
    enum fail fail =
        decision->signing
            ? words_keep_salted(turn, decision->reason, decision->signing->reason_salt, mark, why)
            : words_keep(turn, decision->reason, mark, why);
    if (!fail)
        fail = store_person_save(turn->store, &decision->caller->person, turn->now, why);
    if (!fail)
        fail = store_decision_add(turn->store, &request->id, &row, mark, why);
    if (fail)
        return fail;
    if (decision->duration_seconds >= 0)
        span_text(decision->duration_seconds, span);
    json_auto_t *detail = memory_needed(json_pack(
        "{s:s, s:s?, s:I, s:s*}", "reason", mark, "duration", *span ? span : NULL, "sign_in_at",
        (json_int_t)decision->caller->sign_in.at, "for", own ? NULL : decision->place->person.oid));
    if (decision->signing)
        fail = signing_keep(turn, decision, detail, why);
    return fail ? fail
                : tell_request(turn, request,
                               decision->approves ? EVENT_DECISION_APPROVED : EVENT_DECISION_DENIED,
                               detail, why);
}

enum fail decision_settle(struct turn *turn, struct stored_request *request, bool approves,
                          const struct person_key *by, struct reason *why)
{
    enum request_state to = approves ? REQUEST_APPROVED : REQUEST_DENIED;
    enum fail fail = move_request(turn, request, to, NULL, NULL, why);
    if (!fail)
        fail = store_job_end(turn->store, job_request, request->id.text, why);
    if (!fail)
        fail = approves ? grants_make(turn, request, why)
                        : grants_withdraw(turn, &request->id, "request_denied", why);
    if (!fail)
        fail = message_approvers(turn, &request->id, by, why);
    if (!fail)
        fail = message_put(turn, approves ? MESSAGE_APPROVED : MESSAGE_DENIED, &request->id, NULL,
                           &request->requester.key, why);
    return fail;
}

enum fail decision_left(struct turn *turn, const struct stored_request *request,
                        const struct person_key *by, struct reason *why)
{
    json_auto_t *detail = memory_needed(json_pack("{s:s, s:s}", "by", by->oid, "why", "left"));
    enum fail fail = store_decision_drop(turn->store, &request->id, by, why);
    return fail ? fail : tell_request(turn, request, EVENT_APPROVAL_VOID, detail, why);
}

enum fail decision_void(struct turn *turn, const struct stored_grant *grant,
                        const struct stored_intent *intent, struct reason *why)
{
    struct person_key by;
    if (!person_key_read(grant->holder.tid, intent->by, &by))
        return because(why, FAIL_BROKEN, "intent %s is nobody's", intent->id.text);
    json_auto_t *detail =
        memory_needed(json_pack("{s:s, s:s, s:s, s:s?}", "intent", intent->id.text, "by", by.oid,
                                "outcome", intent->outcome, "code", intent->code));
    enum fail fail = store_decision_drop(turn->store, &grant->request, &by, why);
    return fail ? fail : tell_grant(turn, grant, EVENT_APPROVAL_VOID, detail, why);
}

static enum fail check_quota(struct turn *turn, const struct decision *decision, struct reason *why)
{
    int64_t count, most = turn->access->options.decisions_per_hour;
    enum fail fail = store_decisions_since(turn->store, &decision->caller->person.key,
                                           turn->now - 3600, &count, why);
    if (!fail && count >= most)
        return because(why, FAIL_TOO_MANY, "%lld decisions in an hour", (long long)count);
    return fail;
}

static enum fail check_open(const struct turn *turn, const struct decision *decision,
                            const struct stored_request *request, struct reason *why)
{
    if (request->state != REQUEST_PENDING)
        return because(why, FAIL_CONFLICT, "request %s is %s", request->id.text,
                       request_state_text(request->state));
    if (turn->now >= request->lapses_at)
        return because(why, FAIL_CONFLICT, "the time to decide on %s is over", request->id.text);
    if (decision->held && decision->duration_seconds >= 0)
        return because(why, FAIL_REFUSED_BY_POLICY, "PIM holds it with its end");
    if (!decision->signing && decision->duration_seconds > request->duration_seconds)
        return because(why, FAIL_REFUSED_BY_POLICY, "longer than what was asked");
    return FAIL_NONE;
}

/* Unique keys hold it too; asked before somebody signs in for nothing. */
static enum fail check_first(const struct decision *decision, struct reason *why)
{
    const struct person_key *caller = &decision->caller->person.key;
    const struct progress *progress = decision->progress;
    for (size_t i = 0; i < progress->decision_count; i++)
        if (person_is(&progress->decisions[i].by.key, caller) ||
            person_is(&progress->decisions[i].place.key, &decision->place->person))
            return because(why, FAIL_CONFLICT, "%s has decided on %s before", caller->oid,
                           decision->id.text);
    return FAIL_NONE;
}

enum fail decision_judge(struct turn *turn, struct decision *decision, struct reason *why)
{
    struct stored_request *request = ARENA_NEW(turn->arena, struct stored_request);
    struct demands *demands = ARENA_NEW(turn->arena, struct demands);
    decision->request = request;
    decision->demands = demands;
    decision->progress = ARENA_NEW(turn->arena, struct progress);
    enum fail fail = store_request(turn->store, &decision->id, turn->arena, request, why);
    if (fail)
        return fail;
    if (!findings_kept_demands(request, turn->arena, demands))
        *demands = (struct demands){0};
    struct stored_grant held;
    fail = grant_held(turn->store, &request->id, turn->arena, &held, &decision->held, why);
    if (fail)
        return fail;
    fail = progress_read(turn->store, &request->id, turn->arena, decision->progress, why);
    if (!fail)
        fail = decision_right(turn, decision, why);
    if (!fail && decision->approves && turn->access->safe_mode)
        fail = because(why, FAIL_UNAVAILABLE, "safe mode: %s", turn->access->safe_why);
    if (!fail)
        fail = check_open(turn, decision, request, why);
    if (!fail)
        fail = check_first(decision, why);
    if (!fail)
        fail = decision_bar(turn, decision, why);
    if (!fail)
        fail = check_quota(turn, decision, why);
    if (!fail && decision->signing)
        fail = signing_check(turn, decision, why);
    return fail;
}

/* Enough have agreed, or one has denied. What PIM holds is approved once PIM took it; a denial
   never waits for that. */
static enum fail conclude(struct turn *turn, struct decision *decision, struct reason *why)
{
    bool held = decision->held;
    enum fail fail = FAIL_NONE;
    if (held && !decision->review)
        fail = because(why, FAIL_STEP_UP_NEEDED, "PIM holds it: their own token decides there");
    if (!fail && !(held && decision->approves))
        fail = decision_settle(turn, decision->request, decision->approves,
                               &decision->caller->person.key, why);
    return fail || !held ? fail : review_commit(turn, decision->review, why);
}

static enum fail make(struct turn *turn, struct decision *decision, struct reason *why)
{
    struct stored_request *request = decision->request;
    struct progress *progress = decision->progress;
    enum fail fail = decision->approves ? decision_recount(turn, decision, why) : FAIL_NONE;
    if (!fail)
        fail = decision_note(turn, decision, why);
    if (!fail)
        fail = record(turn, decision, request, why);
    if (!fail && decision->approves && decision->duration_seconds >= 0)
        fail = store_request_shorten(turn->store, &request->id, decision->duration_seconds, why);
    if (!fail)
        fail = progress_read(turn->store, &request->id, turn->arena, progress, why);
    if (fail)
        return fail;
    return (decision->approves ? progress->approved : progress->over)
               ? conclude(turn, decision, why)
               : progress_go_on(turn, request, decision->demands, progress, why);
}

enum fail decision_take(struct turn *turn, struct decision *decision, struct reason *why)
{
    bool fine = true;
    if (decision_needs_sign_in(decision))
        return signing_ask(turn, decision, why);
    enum fail fail = decision->signing ? signing_judge(turn, decision, &fine, why) : FAIL_NONE;
    return fail || !fine ? fail : make(turn, decision, why);
}

enum fail decision_apply(struct turn *turn, void *data, struct reason *why)
{
    enum fail fail = decision_judge(turn, data, why);
    return fail ? fail : decision_take(turn, data, why);
}
