/* What is watched, as auditors and administrators see it. */
#include "access/views.h"

#include "access/drift.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/words.h"
#include "store/people.h"
#include "store/watch.h"

static json_t *view_finding(const struct stored_finding *finding, struct arena *arena)
{
    json_auto_t *detail = json_loads(finding->detail, 0, NULL);
    const json_t *args = json_object_get(detail, "args");
    const char *code = json_member_text(detail, "code");
    const char *says = code ? words_say(arena, code, args) : NULL;
    const char *mend = code ? words_say(arena, arena_text(arena, "%s.mend", code), args) : NULL;
    return memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:b}", "id", finding->id.text, "kind",
        finding->kind, "about", finding->about, "says", says ? says : finding->kind, "mend", mend,
        "name", json_member_text(detail, "name"), "type", json_member_text(detail, "type"), "until",
        json_member_text(detail, "until"), "since", json_moment(finding->opened_at), "seen",
        finding->absent_at < 0));
}

/* Emergency people who hold it: meant, and shown as such. */
static json_t *view_emergency(struct access *access, struct store *store, const char *kept,
                              struct arena *arena)
{
    json_t *list = memory_needed(json_array());
    json_auto_t *ids = kept ? json_loads(kept, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        struct person person = {0};
        struct reason ignored = {0};
        const char *id = json_string_value(json_array_get(ids, i));
        if (id && person_key_read(access->options.tenant_id, id, &person.key))
            (void)store_person(store, &person.key, arena, &person, &ignored);
        (void)json_array_append_new(
            list, memory_needed(json_pack("{s:s?, s:s?}", "id", id, "name", person.name)));
    }
    return list;
}

static json_t *view_target(struct access *access, struct store *store,
                           const struct stored_watch *watch, size_t count,
                           const struct stored_finding findings[], int64_t now, struct arena *arena)
{
    const struct role *role = drift_role(access, watch->target, arena);
    int64_t lag = now - (watch->read_at < 0 ? watch->since : watch->read_at);
    json_t *found = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        if (text_equals(findings[i].target, watch->target))
            (void)json_array_append_new(found, view_finding(&findings[i], arena));
    return memory_needed(
        json_pack("{s:s, s:s?, s:s, s:o, s:o, s:I, s:b, s:o, s:o}", "target", watch->target, "role",
                  role ? role->id : NULL, "role_name", role ? role->name : watch->target, "since",
                  json_moment(watch->since), "read_at", json_moment(watch->read_at), "lag_seconds",
                  (json_int_t)(lag > 0 ? lag : 0), "late", lag > DRIFT_LATE_SECONDS, "emergency",
                  view_emergency(access, store, watch->emergency, arena), "findings", found));
}

/* What was found of Curfew's own policy stands beside what is found of targets, as long as it does.
 */
static void add_policy(struct access *access, struct store *store, size_t count,
                       const struct stored_finding findings[], int64_t now, struct arena *arena,
                       json_t *items)
{
    for (size_t i = 0; i < count; i++) {
        const struct stored_watch watch = {
            .target = "policy", .since = findings[i].opened_at, .read_at = now};
        if (!text_equals(findings[i].target, watch.target))
            continue;
        json_t *view = view_target(access, store, &watch, count, findings, now, arena);
        (void)json_object_set_new(view, "role_name", json_string("The policy"));
        (void)json_array_append_new(items, view);
        return;
    }
}

enum fail view_watch(struct access *access, struct store *store, int64_t now, struct arena *arena,
                     json_t **ret, struct reason *why)
{
    size_t count = 0, found = 0;
    struct stored_watch *watches = NULL;
    struct stored_finding *findings = NULL;
    const struct people *const *told;
    enum fail fail = store_watches(store, arena, &count, &watches, why);
    if (!fail)
        fail = store_findings(store, NULL, arena, &found, &findings, why);
    if (fail)
        return fail;
    json_t *items = memory_needed(json_array());
    int64_t lag = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *view = view_target(access, store, &watches[i], found, findings, now, arena);
        json_int_t own = json_integer_value(json_object_get(view, "lag_seconds"));
        lag = own > lag ? own : lag;
        (void)json_array_append_new(items, view);
    }
    add_policy(access, store, found, findings, now, arena, items);
    *ret =
        memory_needed(json_pack("{s:o, s:n, s:I, s:b}", "items", items, "cursor", "lag_seconds",
                                (json_int_t)lag, "told", policy_told(access->policy, &told) > 0));
    return FAIL_NONE;
}
