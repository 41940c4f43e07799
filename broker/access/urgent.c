#include "access/urgent.h"

#include "access/alarms.h"
#include "access/messages.h"
#include "access/tell.h"
#include "base/memory.h"
#include "base/moment.h"
#include "store/jobs.h"
#include "store/people.h"
#include "store/urgent.h"

#include <string.h>

/* Whoever of those that alarms are told to cannot be read by then is left out. */
enum { PATIENCE_SECONDS = 120 };

bool urgent_reviewers(struct task *task, const struct demands *demands,
                      const struct person_key *requester, struct approvers *ret)
{
    const struct demands reviews = urgent_reviews(demands);
    return approvers_resolve(task, &reviews, requester, NULL, FACT_MINUTE, ret);
}

/* The first rule whose review nobody could make; NULL: there is none. */
static const char *unreviewed(const struct approvers *reviewers, const struct demands *demands)
{
    for (size_t i = 0; i < reviewers->stage_count; i++)
        if (!reviewers->stages[i].from.count)
            return demands->urgent.reviews[i].rule;
    return NULL;
}

void judge_urgent(const struct approvers *passed_over, const struct approvers *reviewers,
                  const struct demands *demands, int64_t now, struct evidence_list *list)
{
    struct evidence piece = {.check = "reviewers", .source = "policy", .observed_at = now};
    if (!demands->urgent.asked)
        return;
    const char *nobody = unreviewed(reviewers, demands);
    if (!passed_over->known || (nobody && !reviewers->known)) {
        piece.verdict = VERDICT_UNKNOWN;
        piece.code = "urgent_unread";
        piece.source = "entra";
        piece.observed_at = -1;
        piece.passing = true;
    } else if (nobody) {
        piece.verdict = VERDICT_FAIL;
        piece.code = "urgent_unreviewed";
        piece.args = json_pack("{s:s}", "rule", nobody);
    } else {
        piece.verdict = VERDICT_PASS;
        piece.code = "urgent_reviewed";
        piece.args = json_pack("{s:I, s:s}", "count", (json_int_t)reviewers->count, "names",
                               reviewers->names);
    }
    evidence_add(list, piece);
    if (passed_over->known && passed_over->count)
        evidence_add(list, (struct evidence){.check = "approvers",
                                             .verdict = VERDICT_PASS,
                                             .code = "urgent_passed_over",
                                             .args = json_pack("{s:I, s:s}", "count",
                                                               (json_int_t)passed_over->count,
                                                               "names", passed_over->names),
                                             .source = "policy",
                                             .observed_at = now});
}

enum fail urgent_check_open(struct turn *turn, const struct person_key *person,
                            struct request_id *open, struct reason *why)
{
    struct reason ignored = {0};
    enum fail fail = store_urgent_open(turn->store, person, open, &ignored);
    if (!fail)
        return because(why, FAIL_CONFLICT, "urgent request %s is open, or owes a review",
                       open->text);
    return fail == FAIL_NOT_FOUND ? FAIL_NONE : because(why, fail, "%s", ignored.text);
}

/* Makes it known to the people of one line, who may see it from now on. */
static enum fail tell(struct turn *turn, const struct request_id *id, int line,
                      const struct approver_set *people, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < people->count; i++) {
        const struct person *person = &people->people[i];
        fail = store_person_save(turn->store, person, turn->now, why);
        if (!fail)
            fail = store_urgent_tell(turn->store, id, line, &person->key, why);
    }
    return fail;
}

static enum fail send(struct turn *turn, const struct request_id *id, struct reason *why)
{
    size_t count = 0;
    struct stored_told *told = NULL;
    enum fail fail = store_urgent_told(turn->store, id, turn->arena, &count, &told, why);
    for (size_t i = 0; !fail && i < count; i++)
        fail = message_put(turn, MESSAGE_URGENT, id, NULL, &told[i].person.key, why);
    return fail;
}

enum fail urgent_tell_named(struct turn *turn, const struct request_id *id, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = store_grants_of(turn->store, id, turn->arena, &count, &grants, why);
    for (size_t i = 0; !fail && i < count; i++)
        fail = tell_begin(turn, &grants[i], TELL_URGENT, why);
    return fail;
}

enum fail urgent_begin(struct turn *turn, const struct stored_request *request,
                       const struct demands *demands, const struct approvers *passed_over,
                       const struct approvers *reviewers, struct reason *why)
{
    const struct request_id *id = &request->id;
    const struct urgent_demand *urgent = &demands->urgent;
    int64_t due_at = INT64_MAX;
    char due[21];
    json_auto_t *rules = memory_needed(json_array());
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < urgent->review_count; i++) {
        const struct stored_review review = {.line = (int)i + 1,
                                             .rule = urgent->reviews[i].rule,
                                             .due_at =
                                                 turn->now + urgent->reviews[i].within_seconds};
        fail = store_review_add(turn->store, id, &review, why);
        if (!fail)
            fail = tell(turn, id, review.line, &reviewers->stages[i].from, why);
        due_at = review.due_at < due_at ? review.due_at : due_at;
        (void)json_array_append_new(rules, json_string(review.rule));
    }
    for (size_t i = 0; !fail && i < passed_over->stage_count; i++)
        fail = tell(turn, id, 0, &passed_over->stages[i].from, why);
    moment_text(due_at, due);
    json_auto_t *detail =
        memory_needed(json_pack("{s:O, s:I, s:s}", "rules", rules, "passed_over",
                                (json_int_t)passed_over->count, "review_by", due));
    if (!fail)
        fail = tell_request(turn, request, EVENT_REQUEST_URGENT, detail, why);
    if (!fail)
        fail = send(turn, id, why);
    return fail ? fail : turn_job(turn, job_review, id->text, RANK_MESSAGE, due_at, why);
}

/* An overdue review, and whom it is told to. */
struct overdue {
    struct stored_request request;
    struct approvers told;
};

static enum fail apply_overdue(struct turn *turn, void *data, struct reason *why)
{
    struct overdue *overdue = data;
    const struct request_id *id = &overdue->request.id;
    size_t count = 0;
    struct stored_told *told = NULL;
    bool owed = false;
    json_auto_t *detail = memory_needed(json_pack("{s:s}", "alarm", "review_overdue"));
    enum fail fail = store_review_is_owed(turn->store, id, &owed, why);
    if (!fail)
        fail = store_job_end(turn->store, job_review, id->text, why);
    if (fail || !owed) /* somebody looked at it meanwhile, or it never came about */
        return fail;
    fail = tell_request(turn, &overdue->request, EVENT_ALARM, detail, why);
    if (!fail)
        fail = store_urgent_told(turn->store, id, turn->arena, &count, &told, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (told[i].line)
            fail = message_put(turn, MESSAGE_OVERDUE, id, NULL, &told[i].person.key, why);
    for (size_t i = 0; !fail && i < overdue->told.stages[0].from.count; i++) {
        const struct person *person = &overdue->told.stages[0].from.people[i];
        fail = store_person_save(turn->store, person, turn->now, why);
        if (!fail)
            fail = message_put(turn, MESSAGE_OVERDUE, id, NULL, &person->key, why);
    }
    return fail;
}

static enum fail forget(struct turn *turn, void *data, struct reason *why)
{
    return store_job_end(turn->store, job_review, data, why);
}

/* When the review that is owed first was due. */
static enum fail read_due(struct store *store, const struct request_id *id, struct arena *arena,
                          int64_t *due_at, struct reason *why)
{
    size_t count = 0;
    struct stored_review reviews[STORED_REVIEWS];
    enum fail fail = store_reviews(store, id, arena, &count, reviews, why);
    *due_at = INT64_MAX;
    for (size_t i = 0; !fail && i < count; i++)
        if (reviews[i].reviewed_at < 0 && reviews[i].due_at < *due_at)
            *due_at = reviews[i].due_at;
    return fail;
}

enum pace urgent_step(struct task *task)
{
    struct overdue *overdue = ARENA_NEW(task_arena(task), struct overdue);
    struct request_id id;
    struct reason why = {0};
    bool owed = false;
    int64_t due_at;
    struct store *store = task_store(task);
    memcpy(id.text, task_subject(task), ID_SIZE);
    enum fail fail = store ? store_request(store, &id, task_arena(task), &overdue->request, &why)
                           : FAIL_UNAVAILABLE;
    if (!fail)
        fail = store_review_is_owed(store, &id, &owed, &why);
    if (!fail)
        fail = read_due(store, &id, task_arena(task), &due_at, &why);
    if (fail && fail != FAIL_NOT_FOUND)
        return task_hold(task, 0);
    if (fail || !owed)
        return task_change(task, forget, arena_copy(task_arena(task), id.text));
    if (!alarm_told(task, &overdue->told))
        return PACE_WAIT;
    if (!overdue->told.known && moment_now() - due_at < PATIENCE_SECONDS)
        return task_hold(task, 0);
    return task_change(task, apply_overdue, overdue);
}
