#include "access/message_facts.h"

#include "access/drift.h"
#include "access/grants.h"
#include "access/message_causes.h"
#include "access/stages.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/words.h"
#include "store/approvals.h"
#include "store/delegations.h"
#include "store/doubts.h"
#include "store/grants.h"
#include "store/requests.h"
#include "store/urgent.h"
#include "store/watch.h"

#include <stdio.h>
#include <string.h>

enum { TYPED_MOST = 600 };

void message_locator(const struct access *access, const struct request_id *request,
                     const struct person_key *person, char locator[LOCATOR_SIZE])
{
    unsigned char bytes[16];
    char name[ID_SIZE + GUID_SIZE + GUID_SIZE + 2];
    struct text all = TEXT_LIMIT(sizeof name);
    text_addf(&all, "%s/%s/%s", request->text, person->tid, person->oid);
    seal_derive(keys_seal(access->keys), "link", text_of(&all), bytes);
    base64url_write(bytes, sizeof bytes, locator);
    text_scoped(&all);
}

/* What somebody typed, cut between characters; that it stays words is the letter's business. */
static const char *typed(struct arena *arena, const char *text)
{
    if (!text)
        return "(erased)";
    size_t length = strlen(text);
    if (length <= TYPED_MOST)
        return text;
    for (length = TYPED_MOST; length && ((unsigned char)text[length] & 0xC0) == 0x80; length--)
        ;
    return arena_text(arena, "%.*s …", (int)length, text);
}

static const char *shown(const struct person *person)
{
    return text_is_empty(person->name) ? person->key.oid : person->name;
}

/* "1 h 30 min" */
static const char *span(struct arena *arena, int64_t seconds)
{
    int64_t hours = seconds / 3600, minutes = (seconds % 3600 + 59) / 60;
    const char *h = hours ? arena_text(arena, "%lld h", (long long)hours) : "";
    const char *m = minutes ? arena_text(arena, "%lld min", (long long)minutes) : "";
    return arena_text(arena, "%s%s%s", h, *h && *m ? " " : "", m);
}

static const char *role_name(const struct access *access, const char *id)
{
    const struct role *role = policy_find_role(access->policy, id);
    return role ? role->name : id;
}

static const char *role_names(const struct access *access, const struct stored_request *request,
                              struct arena *arena)
{
    const char *names = "";
    for (size_t i = 0; i < request->role_count; i++)
        names = arena_text(arena, "%s%s%s", names, i ? ", " : "",
                           role_name(access, request->roles[i].role));
    const struct bundle *bundle =
        request->bundle ? policy_find_bundle(access->policy, request->bundle) : NULL;
    return bundle ? arena_text(arena, "%s (%s)", bundle->name, names) : names;
}

/* The sentence of a code, as the evidence of that phase has it with its arguments. */
static void add_why(struct store *store, const struct request_id *id, const char *phase,
                    const char *code, struct arena *arena, json_t *facts)
{
    struct reason ignored = {0};
    const char *kept = NULL;
    const json_t *args = NULL;
    if (!code)
        return;
    if (store_evidence(store, id, phase, arena, &kept, &ignored))
        kept = NULL;
    json_auto_t *list = kept ? json_loads(kept, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (text_equals(json_member_text(json_array_get(list, i), "code"), code))
            args = json_object_get(json_array_get(list, i), "args");
    const char *says = words_say(arena, code, args);
    message_set(facts, "why", says ? says : code);
    message_set(facts, "mend", words_say(arena, arena_text(arena, "%s.mend", code), args));
}

/* What the evidence says, in one line: device and sign-in first. */
static void add_evidence(struct store *store, const struct request_id *id, struct arena *arena,
                         json_t *facts)
{
    static const char *const checks[] = {"mfa", "device", "user_risk"};
    struct reason ignored = {0};
    const char *kept = NULL, *all = "";
    if (store_evidence(store, id, "submission", arena, &kept, &ignored))
        kept = NULL;
    json_auto_t *list = kept ? json_loads(kept, 0, NULL) : NULL;
    for (size_t k = 0; k < COUNT(checks); k++) {
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *piece = json_array_get(list, i);
            const char *code = json_member_text(piece, "code");
            if (!text_equals(json_member_text(piece, "check"), checks[k]) || !code)
                continue;
            const char *says = words_say(arena, code, json_object_get(piece, "args"));
            all = arena_text(arena, "%s%s%s", all, *all ? " " : "", says ? says : code);
        }
    }
    message_set(facts, "evidence", all);
}

static enum fail add_decisions(struct store *store, const struct stored_request *request,
                               struct arena *arena, json_t *facts, struct reason *why)
{
    size_t count = 0;
    struct stored_decision *decisions = NULL;
    enum fail fail = store_decisions(store, &request->id, arena, &count, &decisions, why);
    if (fail)
        return fail;
    const char *by = "";
    bool approved = request->state == REQUEST_APPROVED, denied = request->state == REQUEST_DENIED;
    for (size_t i = 0; i < count; i++) {
        if (decisions[i].approves != approved)
            continue;
        bool own = person_is(&decisions[i].by.key, &decisions[i].place.key);
        by = arena_text(arena, "%s%s%s%s%s", by, *by ? ", " : "", shown(&decisions[i].by),
                        own ? "" : " for ", own ? "" : shown(&decisions[i].place));
        message_set(facts, "reason", typed(arena, decisions[i].reason));
    }
    message_set(facts, "decided_by", by);
    message_set(facts, "state",
                *by && (approved || denied)
                    ? arena_text(arena, "%s by %s", request_state_text(request->state), by)
                    : request_state_text(request->state));
    return FAIL_NONE;
}

/* Whether this stage asks somebody who has not decided: as an approver, or in the place of one. */
static bool asks(const struct progress *progress, size_t index, const struct person_key *person,
                 size_t count, const struct stored_delegation stand_ins[])
{
    const struct stored_stage *stage = &progress->stages[index];
    for (size_t i = 0; progress_asks(progress, index) && i < stage->approver_count; i++) {
        const struct person_key *approver = &stage->approvers[i].key;
        bool theirs = person_is(approver, person);
        for (size_t k = 0; k < count && !theirs; k++)
            theirs = person_is(&stand_ins[k].delegate.key, person) &&
                     person_is(&stand_ins[k].approver.key, approver);
        if (theirs && !progress_decision(progress, approver))
            return true;
    }
    return false;
}

/* Until when, and by which rule, somebody is asked; FAIL_CONFLICT when nothing is asked of them
 * now.
 */
static enum fail add_asked(struct store *store, const struct stored_request *request,
                           const struct person_key *person, struct arena *arena, json_t *facts,
                           struct reason *why)
{
    struct progress *progress = ARENA_NEW(arena, struct progress);
    struct stored_delegation *list = NULL;
    size_t count = 0;
    int64_t due_at = INT64_MAX;
    enum fail fail = progress_read(store, &request->id, arena, progress, why);
    if (!fail)
        fail = store_stand_ins(store, &request->id, arena, &count, &list, why);
    for (size_t i = 0; !fail && i < progress->count; i++) {
        const struct stored_stage *stage = &progress->stages[i];
        if (stage->due_at >= due_at || !asks(progress, i, person, count, list))
            continue;
        due_at = stage->due_at;
        message_set(facts, "rule", stage->rule);
        message_set(facts, "lapses", message_minute(arena, due_at));
    }
    if (!fail && due_at == INT64_MAX)
        return because(why, FAIL_CONFLICT, "nothing is asked of %s now", person->oid);
    return fail;
}

/* What of it is held already, and until when. */
static enum fail add_extended(struct access *access, struct store *store,
                              const struct stored_request *request, struct arena *arena,
                              json_t *facts, struct reason *why)
{
    const char *all = "";
    enum fail fail = FAIL_NONE;
    for (size_t i = 0; !fail && i < request->role_count; i++) {
        struct grant_id id;
        struct stored_grant held;
        if (!request->roles[i].extends)
            continue;
        (void)snprintf(id.text, ID_SIZE, "%s", request->roles[i].extends);
        fail = store_grant(store, &id, arena, &held, why);
        if (!fail)
            all = arena_text(arena, "%s%s%s until %s", all, *all ? ", " : "",
                             role_name(access, held.role), message_minute(arena, held.ends_at));
    }
    message_set(facts, "extended", all);
    return fail;
}

static enum fail add_request(struct access *access, struct store *store,
                             const struct stored_request *request, struct arena *arena,
                             json_t *facts, struct reason *why)
{
    message_set(facts, "requester", shown(&request->requester));
    message_set(facts, "roles", role_names(access, request, arena));
    message_set(facts, "duration", span(arena, request->duration_seconds));
    message_set(facts, "justification", typed(arena, request->justification));
    message_set(facts, "ticket", request->ticket ? typed(arena, request->ticket) : "");
    message_set(facts, "lapses",
                request->lapses_at >= 0 ? message_minute(arena, request->lapses_at) : "");
    add_why(store, &request->id, "submission", request->why, arena, facts);
    add_evidence(store, &request->id, arena, facts);
    enum fail fail = add_extended(access, store, request, arena, facts, why);
    return fail ? fail : add_decisions(store, request, arena, facts, why);
}

/* Until when they hold the same already, which starting this would end first. */
static enum fail add_gap(struct store *store, const struct stored_grant *grant, struct arena *arena,
                         json_t *facts, struct reason *why)
{
    size_t count = 0;
    struct stored_grant *live = NULL;
    if (grant->mode != ACTIVATION_DELEGATED || grant->state != GRANT_WAITING)
        return FAIL_NONE;
    enum fail fail =
        store_grants_live_for(store, &grant->holder, grant->target, arena, &count, &live, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (live[i].state == GRANT_ACTIVE)
            message_set(facts, "gap", message_minute(arena, live[i].ends_at));
    return fail;
}

static enum fail add_grant(struct access *access, struct store *store, const struct grant_id *id,
                           struct arena *arena, json_t *facts, struct reason *why)
{
    struct stored_grant grant;
    char phase[GRANT_PHASE_SIZE];
    enum fail fail = store_grant(store, id, arena, &grant, why);
    if (fail)
        return fail;
    message_set(facts, "role", role_name(access, grant.role));
    message_set(facts, "ends", grant.ends_at >= 0 ? message_minute(arena, grant.ends_at) : "");
    message_set(facts, "start_by", message_minute(arena, grant.start_by));
    message_set(facts, grant.mode == ACTIVATION_PIM_APPROVAL ? "held" : "free", "yes");
    grant_phase(&grant.id, phase);
    add_why(store, &grant.request, phase, grant.why, arena, facts);
    return add_gap(store, &grant, arena, facts, why);
}

/* There is nothing to start any more when it was started, or is over. */
static enum fail still_waits(struct store *store, const struct grant_id *id, struct arena *arena,
                             struct reason *why)
{
    struct stored_grant grant;
    enum fail fail = store_grant(store, id, arena, &grant, why);
    if (!fail && grant.state != GRANT_WAITING)
        return because(why, FAIL_CONFLICT, "the grant is %s", grant_state_text(grant.state));
    return fail;
}

/* Whether Curfew starts what was approved, or the requester does. */
static enum fail add_start(struct store *store, const struct request_id *id, struct arena *arena,
                           json_t *facts, struct reason *why)
{
    size_t count = 0, theirs = 0;
    struct stored_grant *grants = NULL;
    enum fail fail = store_grants_of(store, id, arena, &count, &grants, why);
    for (size_t i = 0; i < count; i++)
        theirs += grants[i].mode == ACTIVATION_DELEGATED;
    message_set(facts, "by_itself", theirs < count ? "yes" : "");
    message_set(facts, "by_them", theirs ? "yes" : "");
    return fail;
}

/* All that was found together, a sentence each; the page has what there is no room for. */
static enum fail add_findings(const struct access *access, struct store *store, const char *told,
                              struct arena *arena, json_t *facts, struct reason *why)
{
    enum { SAID_MOST = 8 };
    size_t count = 0;
    const char *all = "", *name = "";
    struct stored_finding *findings = NULL;
    enum fail fail = store_findings_told(store, told, arena, &count, &findings, why);
    for (size_t i = 0; i < count; i++) {
        const struct role *role = drift_role(access, findings[i].target, arena);
        json_auto_t *detail = json_loads(findings[i].detail, 0, NULL);
        const char *code = json_member_text(detail, "code");
        const char *says = code ? words_say(arena, code, json_object_get(detail, "args")) : NULL;
        name = role ? role->name : findings[i].target;
        if (i < SAID_MOST)
            all = arena_text(arena, "%s%s%s: %s", all, *all ? " " : "", name,
                             says ? says : findings[i].kind);
    }
    if (count > SAID_MOST)
        all = arena_text(arena, "%s And %zu more.", all, count - SAID_MOST);
    message_set(facts, "what", count == 1 ? name : arena_text(arena, "%zu findings", count));
    message_set(facts, "findings", all);
    return fail;
}

static enum fail write_letter(const struct stored_message *message, json_t *facts, const char *link,
                              struct arena *arena, struct letter *letter, struct reason *why)
{
    message_set(facts, "link", link);
    *letter = (struct letter){.id = arena_copy(arena, message->id.text),
                              .to_name = message->to.name,
                              .to_address = message->to.mail};
    return letter_write(message->kind, facts, link, arena, letter, why);
}

static enum fail alarm_letter(struct access *access, struct store *store,
                              const struct stored_message *message, struct arena *arena,
                              struct letter *letter, struct reason *why)
{
    json_auto_t *facts = memory_needed(json_object());
    enum fail fail = add_findings(access, store, message->findings, arena, facts, why);
    const char *link = arena_text(arena, "%s/watch", access->options.public_url);
    return fail ? fail : write_letter(message, facts, link, arena, letter, why);
}

static enum fail delegation_letter(struct access *access, struct store *store,
                                   const struct stored_message *message, struct arena *arena,
                                   struct letter *letter, struct reason *why)
{
    struct stored_delegation delegation;
    enum fail fail = store_delegation(store, message->delegation, arena, &delegation, why);
    bool is_of_end = text_equals(message->kind, "delegation_ended");
    if (!fail && !is_of_end && (delegation.ended_at >= 0 || moment_now() >= delegation.until_at))
        fail = because(why, FAIL_CONFLICT, "the delegation is over");
    if (fail)
        return fail;
    bool by_approver = text_equals(delegation.ended_by, delegation.approver.key.oid);
    json_auto_t *facts = memory_needed(json_object());
    message_set(facts, "approver", shown(&delegation.approver));
    message_set(facts, "delegate", shown(&delegation.delegate));
    message_set(facts, "from", message_minute(arena, delegation.from_at));
    message_set(facts, "until", message_minute(arena, delegation.until_at));
    message_set(facts, "reason", typed(arena, delegation.reason));
    message_set(facts, "ended_by",
                shown(by_approver ? &delegation.approver : &delegation.delegate));
    const char *link = arena_text(arena, "%s/decide", access->options.public_url);
    return write_letter(message, facts, link, arena, letter, why);
}

/* In whose place they are asked; nobody's who is asked themselves. */
static enum fail add_places(struct store *store, const struct stored_message *message,
                            struct arena *arena, json_t *facts, struct reason *why)
{
    size_t count = 0, stage_count = 0;
    struct stored_delegation *list = NULL;
    struct stored_stage stages[STORED_STAGES] = {{0}};
    const char *names = "";
    enum fail fail = store_stages(store, message->request, arena, &stage_count, stages, why);
    if (!fail)
        fail = store_stand_ins(store, message->request, arena, &count, &list, why);
    for (size_t i = 0; i < stage_count; i++)
        for (size_t k = 0; stages[i].opened_at >= 0 && k < stages[i].approver_count; k++)
            if (person_is(&stages[i].approvers[k].key, &message->to.key))
                count = 0;
    for (size_t i = 0; i < count; i++)
        if (person_is(&list[i].delegate.key, &message->to.key))
            names =
                arena_text(arena, "%s%s%s", names, *names ? ", " : "", shown(&list[i].approver));
    message_set(facts, "place", names);
    if (*names)
        message_set(facts, "rule", "");
    return fail;
}

/* What is owed of access before approval: by whom it is told to, or by whom it was looked at. */
static enum fail add_urgent(struct store *store, const struct stored_request *request,
                            const struct person_key *to, struct arena *arena, json_t *facts,
                            struct reason *why)
{
    size_t count = 0, told_count = 0;
    struct stored_review reviews[STORED_REVIEWS];
    struct stored_told *told = NULL;
    const char *by = "", *outcome = "it was justified";
    enum fail fail = store_reviews(store, &request->id, arena, &count, reviews, why);
    if (!fail)
        fail = store_urgent_told(store, &request->id, arena, &told_count, &told, why);
    for (size_t i = 0; !fail && i < count; i++) {
        if (reviews[i].reviewed_at < 0) {
            message_set(facts, "review_due", message_minute(arena, reviews[i].due_at));
            continue;
        }
        by = arena_text(arena, "%s%s%s", by, *by ? ", " : "", shown(&reviews[i].by));
        outcome = text_equals(reviews[i].outcome, "justified") ? outcome : "it was not justified";
        message_set(facts, "review_reason", typed(arena, reviews[i].reason));
    }
    for (size_t i = 0; !fail && i < told_count; i++) {
        bool theirs = person_is(&told[i].person.key, to);
        if (theirs && !told[i].line)
            message_set(facts, "passed_over", "yes");
        else if (theirs && (size_t)told[i].line <= count)
            message_set(facts, "review_by",
                        message_minute(arena, reviews[told[i].line - 1].due_at));
    }
    message_set(facts, "reviewed_by", by);
    message_set(facts, "outcome", outcome);
    return fail;
}

enum fail message_letter(struct access *access, struct store *store,
                         const struct stored_message *message, struct arena *arena,
                         struct letter *letter, struct reason *why)
{
    char locator[LOCATOR_SIZE];
    struct stored_request request;
    if (message->findings)
        return alarm_letter(access, store, message, arena, letter, why);
    if (message->delegation)
        return delegation_letter(access, store, message, arena, letter, why);
    json_auto_t *facts = memory_needed(json_object());
    enum fail fail = store_request(store, message->request, arena, &request, why);
    bool is_asked = text_equals(message->kind, "decide") || text_equals(message->kind, "remind");
    if (!fail && is_asked && request.state != REQUEST_PENDING)
        fail = because(why, FAIL_CONFLICT, "the request is %s", request_state_text(request.state));
    if (!fail && text_equals(message->kind, "start"))
        fail = still_waits(store, message->grant, arena, why);
    if (!fail)
        fail = add_request(access, store, &request, arena, facts, why);
    if (!fail && is_asked)
        fail = add_asked(store, &request, &message->to.key, arena, facts, why);
    if (!fail)
        fail = add_places(store, message, arena, facts, why);
    if (!fail)
        fail = add_start(store, &request.id, arena, facts, why);
    if (!fail && request.urgent)
        fail = add_urgent(store, &request, &message->to.key, arena, facts, why);
    if (!fail && message->grant)
        fail = add_grant(access, store, message->grant, arena, facts, why);
    if (!fail && message->grant)
        fail = message_add_cause(store, message->grant, arena, facts, why);
    if (!fail && text_equals(message->kind, "warned"))
        fail = message_add_doubt(store, message->about, arena, facts, why);
    if (fail)
        return fail;
    if (text_equals(message->kind, "told")) {
        message_set(facts, "what",
                    words_say(arena, arena_text(arena, "told_%s", message->about), facts));
        return write_letter(message, facts, NULL, arena, letter, why);
    }
    message_locator(access, message->request, &message->to.key, locator);
    const char *link = arena_text(arena, "%s/l/%s", access->options.public_url, locator);
    return write_letter(message, facts, link, arena, letter, why);
}
