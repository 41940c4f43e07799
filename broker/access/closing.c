#include "access/closing.h"

#include "access/grants.h"
#include "access/messages.h"
#include "access/moves.h"
#include "access/recheck.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/doubts.h"
#include "store/jobs.h"

#include <string.h>

/* One reading may be a mistake; a second, a minute later, is none. Together well below the fifteen
   minutes that closing somebody out may take. */
enum { EVERY_SECONDS = 5 * 60, AGAIN_SECONDS = 60, READ_AGE_MS = 30 * 1000, GRANTS_MOST = 200 };

/* A person as a step found them. */
struct leaver {
    struct person_key person;
    struct reading_of account;
};

enum fail closing_begin(struct turn *turn, const struct person_key *person, struct reason *why)
{
    const struct stored_job job = {.kind = job_person,
                                   .subject = person->oid,
                                   .rank = RANK_WATCH,
                                   .due_at = turn->now + EVERY_SECONDS};
    return store_job_begin(turn->store, &job, why);
}

static enum fail refuse(struct turn *turn, const struct request_id *id, const char *code,
                        struct reason *why)
{
    struct stored_request request;
    enum fail fail = store_request(turn->store, id, turn->arena, &request, why);
    bool pending = !fail && request.state == REQUEST_PENDING;
    if (!fail)
        fail = move_request(turn, &request, REQUEST_REFUSED, code, NULL, why);
    if (!fail)
        fail = grants_withdraw(turn, id, "request_refused", why);
    if (!fail && pending)
        fail = message_approvers(turn, id, NULL, why);
    return fail ? fail : store_job_end(turn->store, job_request, id->text, why);
}

/* What they hold, or are about to be given, is taken away. */
static enum fail revoke_all(struct turn *turn, const struct leaver *leaver, int64_t *count,
                            struct reason *why)
{
    size_t found = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = store_grants_page(turn->store, &leaver->person, true, NULL, GRANTS_MOST,
                                       turn->arena, &found, &grants, why);
    for (size_t i = 0; !fail && i < found; i++) {
        if (grants[i].state == GRANT_ENDING)
            continue;
        fail = recheck_revoke(turn, &grants[i], WATCH_ACCOUNT, &leaver->account, why);
        (*count)++;
    }
    return fail;
}

static enum fail close_out(struct turn *turn, const struct leaver *leaver, struct reason *why)
{
    size_t count = 0;
    struct request_id *requests = NULL;
    int64_t sessions = 0, grants = 0;
    enum fail fail = store_sessions_end_of(turn->store, &leaver->person, &sessions, why);
    turn->act->closes_person = true;
    turn->act->person = leaver->person;
    turn->act->closed_at = turn->now;
    if (!fail)
        fail = store_requests_open_of(turn->store, &leaver->person, turn->arena, &count, &requests,
                                      why);
    for (size_t i = 0; !fail && i < count; i++)
        fail = refuse(turn, &requests[i], leaver->account.code, why);
    if (!fail)
        fail = revoke_all(turn, leaver, &grants, why);
    if (fail || (!sessions && !count && !grants))
        return fail;
    json_auto_t *detail = memory_needed(json_pack(
        "{s:s, s:I, s:I, s:I}", "why", leaver->account.code, "sessions", (json_int_t)sessions,
        "requests", (json_int_t)count, "grants", (json_int_t)grants));
    return turn_record(turn,
                       (struct event){.code = EVENT_PERSON_CLOSED_OUT,
                                      .subject = &leaver->person,
                                      .detail = detail},
                       why);
}

/* The first bad reading is written down, the next one counts. */
static enum fail apply_bad(struct turn *turn, const struct leaver *leaver, int64_t *due_at,
                           struct reason *why)
{
    size_t count = 0;
    struct stored_doubt *doubts = NULL;
    const char *oid = leaver->person.oid;
    enum fail fail = store_doubts(turn->store, oid, turn->arena, &count, &doubts, why);
    if (fail)
        return fail;
    int64_t since = count ? doubts[0].since : turn->now;
    if (count && turn->now - since >= AGAIN_SECONDS)
        return close_out(turn, leaver, why);
    *due_at = since + AGAIN_SECONDS;
    struct stored_doubt doubt = {.subject = oid,
                                 .check = watch_check_text(WATCH_ACCOUNT),
                                 .since = turn->now,
                                 .piece = leaver->account.piece,
                                 .revokes_at = since + AGAIN_SECONDS};
    id_new(turn->now_ms, doubt.id.text);
    return store_doubt_save(turn->store, &doubt, why);
}

static enum fail apply_looked(struct turn *turn, void *data, struct reason *why)
{
    const struct leaver *leaver = data;
    int64_t due_at = turn->now + EVERY_SECONDS;
    bool any = true;
    enum fail fail = leaver->account.sight == READING_BAD
                         ? apply_bad(turn, leaver, &due_at, why)
                         : store_doubt_end(turn->store, leaver->person.oid,
                                           watch_check_text(WATCH_ACCOUNT), why);
    if (!fail)
        fail = store_open_of(turn->store, &leaver->person, &any, why);
    if (!fail && !any) /* whatever they open begins it anew */
        fail =
            store_doubt_end(turn->store, leaver->person.oid, watch_check_text(WATCH_ACCOUNT), why);
    if (fail)
        return fail;
    return any ? turn_job(turn, job_person, leaver->person.oid, RANK_WATCH, due_at, why)
               : store_job_end(turn->store, job_person, leaver->person.oid, why);
}

enum pace closing_step(struct task *task)
{
    struct leaver *leaver = ARENA_NEW(task_arena(task), struct leaver);
    const struct question question = {.kind = FACT_ACCOUNT, .subject = task_subject(task)};
    if (!person_key_read(task_access(task)->options.tenant_id, task_subject(task), &leaver->person))
        return task_hold(task, 60 * 1000);
    const struct fact *fact = task_fact(task, &question, READ_AGE_MS);
    if (!fact)
        return PACE_WAIT;
    const struct findings findings = {
        .now = moment_now(), .person = &leaver->person, .account = &fact->account};
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_account(&findings, &list);
    leaver->account = recheck_read(&list, task_arena(task));
    return leaver->account.sight == READING_NONE ? task_hold(task, 0)
                                                 : task_change(task, apply_looked, leaver);
}
