#include "access/delegations.h"

#include "access/messages.h"
#include "access/views.h"
#include "access/words_kept.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/people.h"

#include <string.h>

enum { NAME_MOST = 200, MADE_AN_HOUR = 20, LATE_SECONDS = 60 };

static void check_times(struct form *form, const struct delegating *delegating, int64_t now)
{
    int64_t from = delegating->from_at < 0 ? now : delegating->from_at;
    if (delegating->until_at < 0)
        return;
    if (from < now - LATE_SECONDS)
        form_complain(form, "from", "is in the past");
    else if (from > now + DELEGATION_AHEAD)
        form_complain(form, "from", "is more than a year ahead");
    if (delegating->until_at < from + DELEGATION_LEAST)
        form_complain(form, "until", "must be five minutes after its beginning or later");
    else if (delegating->until_at > from + DELEGATION_MOST)
        form_complain(form, "until", "is more than 90 days after its beginning");
}

/* What is neither would be another address of Graph: `.` lists everybody. */
static void check_named(struct form *form, const char *named)
{
    char guid[GUID_SIZE];
    if (named && !strchr(named, '@') && !text_read_guid(named, guid))
        form_complain(form, "delegate",
                      "is neither a name that somebody signs in with, as name@company, nor an "
                      "object id");
}

void delegating_read(const json_t *body, int64_t now, struct complaints *complaints,
                     struct delegating *ret)
{
    struct form form = form_open(body, "", complaints);
    ret->arena = complaints->arena;
    ret->named = form_text(&form, "delegate", REQUIRED, NAME_MOST);
    check_named(&form, ret->named);
    ret->from_at = form_moment(&form, "from", -1);
    (void)form_value(&form, "until", REQUIRED);
    ret->until_at = form_moment(&form, "until", -1);
    ret->reason = words_reason(&form, REQUIRED, REASON_MOST);
    check_times(&form, ret, now);
    form_end(&form);
}

enum pace delegating_look(struct task *task, void *data)
{
    struct delegating *delegating = data;
    const struct question question = {.kind = FACT_ACCOUNT, .subject = delegating->named};
    const struct question own = {.kind = FACT_ACCOUNT,
                                 .subject = delegating->caller->person.key.oid};
    const struct fact *fact = task_fact(task, &question, FACT_FRESH);
    const struct fact *approver = task_fact(task, &own, FACT_MINUTE);
    if (!fact || !approver)
        return PACE_WAIT;
    delegating->approver = delegating->caller->person;
    if (approver->reading.known)
        delegating->approver.mail = arena_copy(delegating->arena, approver->account.mail);
    const struct account *account = &fact->account;
    struct person *person = &delegating->delegate;
    delegating->unread =
        !account->reading.known || (account->exists && account->enabled == TRI_UNKNOWN);
    if (delegating->unread || !account->exists || account->enabled != TRI_YES ||
        !person_key_read(delegating->caller->person.key.tid, account->oid, &person->key))
        return PACE_OVER;
    const char *name = account->name ? account->name : account->oid;
    person->name = arena_copy(delegating->arena, name);
    person->mail = arena_copy(delegating->arena, account->mail);
    return PACE_OVER;
}

static enum fail check(struct turn *turn, const struct stored_delegation *made, struct reason *why)
{
    int64_t count = 0;
    bool any = false;
    if (turn->access->safe_mode)
        return because(why, FAIL_UNAVAILABLE, "safe mode: %s", turn->access->safe_why);
    if (person_is(&made->approver.key, &made->delegate.key))
        return because(why, FAIL_INVALID, "nobody stands in for themselves");
    enum fail fail =
        store_delegations_since(turn->store, &made->approver.key, turn->now - 3600, &count, why);
    if (!fail && count >= MADE_AN_HOUR)
        return because(why, FAIL_TOO_MANY, "%lld delegations in an hour", (long long)count);
    if (!fail)
        fail = store_delegation_between(turn->store, &made->approver.key, made->from_at,
                                        made->until_at, &any, why);
    if (!fail && any)
        return because(why, FAIL_CONFLICT, "somebody is named for that time already");
    return fail;
}

static enum fail tell_both(struct turn *turn, const struct stored_delegation *delegation,
                           enum message_kind to_delegate, enum message_kind to_approver,
                           struct reason *why)
{
    enum fail fail =
        message_delegation(turn, to_delegate, &delegation->id, &delegation->delegate.key, why);
    return fail ? fail
                : message_delegation(turn, to_approver, &delegation->id, &delegation->approver.key,
                                     why);
}

static enum fail record(struct turn *turn, const struct stored_delegation *delegation,
                        enum event_code code, const char *mark, struct reason *why)
{
    char from[21], until[21];
    moment_text(delegation->from_at, from);
    moment_text(delegation->until_at, until);
    json_auto_t *detail = memory_needed(
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*}", "delegation", delegation->id.text, "approver",
                  delegation->approver.key.oid, "delegate", delegation->delegate.key.oid, "from",
                  from, "until", until, "reason", mark));
    return turn_record(
        turn, (struct event){.code = code, .subject = &delegation->delegate.key, .detail = detail},
        why);
}

/* What waits for the approver is looked at anew, which asks whoever stands in for them. */
static enum fail wake_requests(struct turn *turn, const struct person_key *approver,
                               struct reason *why)
{
    size_t count = 0;
    struct request_id *requests = NULL;
    enum fail fail =
        store_delegation_touches(turn->store, approver, turn->arena, &count, &requests, why);
    for (size_t i = 0; !fail && i < count; i++)
        fail = turn_job(turn, job_request, requests[i].text, RANK_REQUEST, turn->now, why);
    return fail;
}

enum fail delegating_apply(struct turn *turn, void *data, struct reason *why)
{
    struct delegating *delegating = data;
    char mark[DIGEST_BASE64_SIZE];
    struct stored_delegation made = {
        .approver = delegating->approver,
        .delegate = delegating->delegate,
        .from_at = delegating->from_at < turn->now ? turn->now : delegating->from_at,
        .until_at = delegating->until_at,
        .reason_mark = mark,
        .made_at = turn->now,
        .ended_at = -1,
    };
    enum fail fail = check(turn, &made, why);
    if (fail)
        return fail;
    id_new(turn->now_ms, made.id.text);
    fail = words_keep(turn, delegating->reason, mark, why);
    if (!fail)
        fail = store_person_save(turn->store, &made.approver, turn->now, why);
    if (!fail)
        fail = store_person_save(turn->store, &made.delegate, turn->now, why);
    if (!fail)
        fail = store_delegation_add(turn->store, &made, why);
    if (!fail)
        fail = record(turn, &made, EVENT_DELEGATION_MADE, mark, why);
    if (!fail)
        fail = tell_both(turn, &made, MESSAGE_DELEGATE, MESSAGE_DELEGATED, why);
    if (!fail && delegation_is_in_force(&made, turn->now))
        fail = wake_requests(turn, &made.approver.key, why);
    if (!fail)
        delegating->id = made.id;
    return fail;
}

enum fail delegation_end_apply(struct turn *turn, void *data, struct reason *why)
{
    const struct delegation_ending *ending = data;
    const struct person_key *caller = &ending->caller->person.key;
    struct stored_delegation delegation;
    enum fail fail = store_delegation(turn->store, &ending->id, turn->arena, &delegation, why);
    if (!fail && !person_is(caller, &delegation.approver.key) &&
        !person_is(caller, &delegation.delegate.key))
        fail = because(why, FAIL_NOT_FOUND, "%s is a stranger to delegation %s", caller->oid,
                       ending->id.text);
    if (!fail)
        fail = store_delegation_end(turn->store, &ending->id, turn->now, caller, why);
    if (!fail)
        fail = record(turn, &delegation, EVENT_DELEGATION_ENDED, NULL, why);
    return fail ? fail
                : tell_both(turn, &delegation, MESSAGE_DELEGATION_ENDED, MESSAGE_DELEGATION_ENDED,
                            why);
}

enum fail delegations_ask(struct turn *turn, const struct request_id *request, struct reason *why)
{
    size_t count = 0;
    struct stored_delegation *list = NULL;
    enum fail fail = store_delegations_in_force(turn->store, request, turn->now, turn->arena,
                                                &count, &list, why);
    for (size_t i = 0; !fail && i < count; i++) {
        fail = store_stand_in_add(turn->store, request, &list[i].id, why);
        if (!fail)
            fail = message_put(turn, MESSAGE_DECIDE, request, NULL, &list[i].delegate.key, why);
    }
    return fail;
}

json_t *view_delegation(const struct stored_delegation *delegation, int64_t now)
{
    bool over = delegation->ended_at >= 0 || now >= delegation->until_at;
    const char *state = over ? "over" : now < delegation->from_at ? "ahead" : "in_force";
    return memory_needed(
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s?, s:o, s:o, s:s?}", "id", delegation->id.text,
                  "state", state, "approver", view_person(&delegation->approver), "delegate",
                  view_person(&delegation->delegate), "from", json_moment(delegation->from_at),
                  "until", json_moment(delegation->until_at), "reason", delegation->reason,
                  "made_at", json_moment(delegation->made_at), "ended_at",
                  json_moment(delegation->ended_at), "ended_by", delegation->ended_by));
}
