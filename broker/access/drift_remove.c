/* Taking away what nothing explains, where the policy says so: of a person, through PIM, one in
   each reading of a target, and by a write that is on disk before it leaves. */
#include "access/drift_seen.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

enum { AGAIN_SECONDS = 5 * 60 };

struct removing {
    struct drift_seen *seen;
    const struct stored_finding *finding;
    struct person_key person;
    struct stored_intent intent;
};

static enum fail record(struct turn *turn, const struct removing *removing, enum event_code code,
                        const json_t *detail, struct reason *why)
{
    return turn_record(turn,
                       (struct event){.code = code,
                                      .subject = &removing->person,
                                      .role = removing->seen->role->id,
                                      .detail = detail},
                       why);
}

/* PIM knows one assignment of a person: what Curfew gave them since the reading would go with it.
 */
static enum fail check_not_ours(struct turn *turn, const struct removing *removing,
                                struct reason *why)
{
    size_t count = 0;
    struct stored_held *held = NULL;
    enum fail fail = store_held(turn->store, removing->seen->watch.target, turn->now, turn->arena,
                                &count, &held, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (held[i].closed_at < 0 && person_is(&held[i].person, &removing->person))
            return because(why, FAIL_CONFLICT, "%s holds it by a grant now", removing->person.oid);
    return fail;
}

static enum fail apply_removal(struct turn *turn, void *data, struct reason *why)
{
    struct removing *removing = data;
    struct stored_intent *intent = &removing->intent;
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = digest_of_text(intent->body);
    digest_hex(&digest, hex);
    intent->committed_at = turn->now;
    json_auto_t *detail = memory_needed(
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "intent", intent->id.text, "action", intent->action,
                  "path", intent->path, "body", hex, "finding", removing->finding->id.text));
    enum fail fail = check_not_ours(turn, removing, why);
    if (!fail)
        fail = store_removal_add(turn->store, &removing->finding->id, removing->person.oid, intent,
                                 why);
    ledger_anchor(turn->access->ledger);
    return fail ? fail : record(turn, removing, EVENT_INTENT_COMMITTED, detail, why);
}

static enum fail apply_answer(struct turn *turn, void *data, struct reason *why)
{
    struct removing *removing = data;
    struct stored_intent *intent = &removing->intent;
    intent->outcome_at = turn->now;
    json_auto_t *detail = memory_needed(
        json_pack("{s:s, s:s, s:s, s:i, s:s?, s:s?, s:s?, s:s}", "intent", intent->id.text,
                  "action", intent->action, "outcome", intent->outcome, "status", intent->status,
                  "code", intent->code, "directory_request", intent->directory_request,
                  "correlation", intent->correlation, "finding", removing->finding->id.text));
    enum event_code code =
        text_equals(intent->outcome, "unknown") ? EVENT_INTENT_UNKNOWN : EVENT_INTENT_ANSWERED;
    enum fail fail = store_removal_answer(turn->store, intent, why);
    return fail ? fail : record(turn, removing, code, detail, why);
}

static enum pace written(struct task *task, void *data, const struct written *outcome)
{
    struct removing *removing = data;
    struct arena *arena = task_arena(task);
    struct stored_intent *intent = &removing->intent;
    intent->outcome = write_outcome_text(outcome->outcome);
    intent->status = outcome->status;
    intent->code = arena_copy(arena, outcome->code);
    intent->directory_request = arena_copy(arena, outcome->request);
    intent->correlation = arena_copy(arena, outcome->correlation);
    return task_change(task, apply_answer, removing);
}

static enum pace send(struct task *task, void *data, enum fail fail)
{
    struct removing *removing = data;
    const struct stored_intent *intent = &removing->intent;
    const struct write write = {
        .method = intent->method, .path = intent->path, .body = intent->body};
    char correlation[GUID_SIZE];
    if (fail)
        return PACE_OVER; /* nothing left: the next reading comes back to it */
    id_guid(intent->id.text, correlation);
    return task_write(task, NULL, &write, correlation, written, removing);
}

/* Told before, and seen again; a person's, through PIM; and not tried just now. */
static bool is_to_go(const struct drift_seen *seen, size_t i, struct store *store)
{
    const struct drift_finding *finding = &seen->found.list[i];
    const struct stored_finding *open = drift_open(seen, finding);
    struct reason why = {0};
    int64_t last = 0;
    if (!open || finding->kind != DRIFT_UNEXPLAINED || !finding->in_pim || finding->open)
        return false;
    json_auto_t *detail = json_loads(open->detail, 0, NULL);
    bool person = text_equals(json_string_value(json_object_get(detail, "type")), "person");
    return person && !store_removal_last(store, &open->id, 0, &last, &why) &&
           moment_now() - last >= AGAIN_SECONDS;
}

enum pace drift_remove(struct drift_seen *seen)
{
    struct task *task = seen->task;
    struct access *access = task_access(task);
    struct store *store = seen->role->removes_unexplained ? task_store(task) : NULL;
    struct removing *removing = ARENA_NEW(task_arena(task), struct removing);
    struct write write;
    struct reason why = {0};
    size_t i = 0;
    /* A store that was put back does not know all that Curfew gave. */
    if (!store || access->safe_mode)
        return PACE_OVER;
    while (i < seen->found.count && !is_to_go(seen, i, store))
        i++;
    if (i == seen->found.count ||
        !person_key_read(access->options.tenant_id, seen->found.list[i].about, &removing->person))
        return PACE_OVER;
    removing->seen = seen;
    removing->finding = drift_open(seen, &seen->found.list[i]);
    char name[GUID_SIZE];
    id_new(moment_now_ms(), removing->intent.id.text);
    id_guid(removing->intent.id.text, name);
    const struct assignment assignment = {
        .target = &seen->role->target,
        .oid = removing->person.oid,
        .words = arena_text(task_arena(task), "No grant explains it [Curfew %s]",
                            removing->finding->id.text),
        .name = name,
    };
    if (write_remove(&assignment, task_arena(task), &write, &why))
        return PACE_OVER;
    removing->intent.action = "remove";
    removing->intent.method = write.method;
    removing->intent.path = write.path;
    removing->intent.body = write.body;
    return task_change_then(task, apply_removal, removing, send);
}
