/* What the watch of a grant found, and what it leaves behind when it is taken away. */
#include "access/views.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/evidence.h"
#include "model/words.h"
#include "store/doubts.h"

/* How long a token that a tool got before lives on: 60 to 90 minutes, and up to 28 hours where the
   tool may be told of a revocation and need not listen (contract 2.8, 4.5). */
enum { TOKEN_SECONDS = 90 * 60, LONG_TOKEN_SECONDS = 28 * 3600 };

static json_t *view_doubt(const struct stored_doubt *doubt)
{
    json_auto_t *kept = json_loads(doubt->piece, 0, NULL);
    json_auto_t *list = memory_needed(json_pack("[O*]", kept));
    json_auto_t *shown = evidence_view(list);
    json_t *view = memory_needed(json_copy(json_array_get(shown, 0)));
    (void)json_object_set_new(view, "since", json_moment(doubt->since));
    (void)json_object_set_new(view, "revokes_at", json_moment(doubt->revokes_at));
    (void)json_object_set_new(view, "revoked", json_boolean(doubt->revoked));
    return view;
}

/* Of an active grant all that is wrong now; of one that was taken away, what for. */
static enum fail doubts_of(struct store *store, const struct stored_grant *grant,
                           struct arena *arena, json_t **ret, struct reason *why)
{
    size_t count = 0;
    struct stored_doubt *doubts = NULL;
    enum fail fail = store_doubts(store, grant->id.text, arena, &count, &doubts, why);
    if (fail)
        return fail;
    *ret = memory_needed(json_array());
    for (size_t i = 0; i < count; i++)
        if (doubts[i].revoked || grant->state == GRANT_ACTIVE)
            (void)json_array_append_new(*ret, view_doubt(&doubts[i]));
    return FAIL_NONE;
}

/* Signing its holder out, where it was taken away and the role says so; null otherwise. */
static enum fail sign_out_of(struct store *store, const struct stored_grant *grant,
                             struct arena *arena, json_t **ret, struct reason *why)
{
    struct stored_sign_out out;
    struct reason ignored = {0};
    enum fail fail = store_sign_out(store, &grant->id, arena, &out, &ignored);
    if (fail == FAIL_NOT_FOUND) {
        *ret = json_null();
        return FAIL_NONE;
    }
    if (fail)
        return because(why, fail, "%s", ignored.text);
    bool done = text_equals(out.outcome, "accepted") || text_equals(out.outcome, "done");
    const char *state = done ? "done" : text_equals(out.outcome, "refused") ? "refused" : "asked";
    *ret = memory_needed(json_pack("{s:s, s:o}", "state", state, "at",
                                   json_moment(done ? out.outcome_at : out.asked_at)));
    return FAIL_NONE;
}

/* What was open before the end goes on for a while; null where nothing was given, or nothing can
   be left. */
static json_t *lingering(const struct stored_grant *grant, struct arena *arena)
{
    char until[21], longest[21];
    int64_t now = moment_now();
    int64_t end = grant->ended_at >= 0 ? grant->ended_at : now;
    bool ends = grant->state == GRANT_ENDED || grant->state == GRANT_ENDING;
    if (!ends || !text_equals(grant->seen, "yes") || now > end + LONG_TOKEN_SECONDS)
        return json_null();
    bool all = now <= end + TOKEN_SECONDS;
    moment_text(end + TOKEN_SECONDS, until);
    moment_text(end + LONG_TOKEN_SECONDS, longest);
    const char *says = words_say(arena, all ? "lingers" : "lingers_long", NULL);
    return memory_needed(
        json_pack("{s:s, s:s, s:s?}", "until", until, "longest", longest, "says", says));
}

enum fail view_live(struct store *store, const struct stored_grant *grant, const struct role *role,
                    json_t *view, struct arena *arena, struct reason *why)
{
    json_t *doubts = NULL, *sign_out = NULL;
    int64_t within = role ? role->usable_within_seconds : -1;
    bool settles = within >= 0 && grant->state == GRANT_ACTIVE && grant->starts_at >= 0 &&
                   moment_now() < grant->starts_at + within;
    enum fail fail = doubts_of(store, grant, arena, &doubts, why);
    if (!fail)
        fail = sign_out_of(store, grant, arena, &sign_out, why);
    if (fail) {
        json_decref(doubts);
        return fail;
    }
    (void)json_object_set_new(view, "doubts", doubts);
    (void)json_object_set_new(view, "sign_out", sign_out);
    (void)json_object_set_new(view, "lingers", lingering(grant, arena));
    (void)json_object_set_new(view, "usable_by",
                              json_moment(settles ? grant->starts_at + within : -1));
    return FAIL_NONE;
}

json_t *view_warnings(const struct role *role, struct arena *arena)
{
    json_t *list = memory_needed(json_array());
    json_t *args = NULL;
    const char *code = role ? binding_doubt(role, moment_now(), &args) : NULL;
    if (code) {
        const char *says = words_say(arena, code, args);
        const char *mend = words_say(arena, arena_text(arena, "%s.mend", code), args);
        (void)json_array_append_new(list, memory_needed(json_pack("{s:s, s:s?, s:s?}", "code", code,
                                                                  "says", says, "mend", mend)));
    }
    json_decref(args);
    return list;
}
