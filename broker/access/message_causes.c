#include "access/message_causes.h"

#include "base/json.h"
#include "base/moment.h"
#include "model/words.h"
#include "store/doubts.h"

void message_set(json_t *facts, const char *name, const char *text)
{
    (void)json_object_set_new(facts, name, json_string(text ? text : ""));
}

const char *message_minute(struct arena *arena, int64_t moment)
{
    char text[21];
    moment_text(moment, text);
    return arena_text(arena, "%.10s %.5s", text, text + 11);
}

/* What a piece of evidence says, and how it is mended. */
static void add_piece(const char *piece, const char *says, const char *mends, struct arena *arena,
                      json_t *facts)
{
    json_auto_t *kept = json_loads(piece, 0, NULL);
    const char *code = json_member_text(kept, "code");
    const json_t *args = json_object_get(kept, "args");
    if (!code)
        return;
    message_set(facts, says, words_say(arena, code, args));
    message_set(facts, mends, words_say(arena, arena_text(arena, "%s.mend", code), args));
}

enum fail message_add_doubt(struct store *store, const char *id, struct arena *arena, json_t *facts,
                            struct reason *why)
{
    struct stored_doubt doubt;
    enum fail fail = store_doubt(store, id, arena, &doubt, why);
    if (fail)
        return fail;
    add_piece(doubt.piece, "why", "mend", arena, facts);
    message_set(facts, "revokes",
                doubt.revokes_at >= 0 ? message_minute(arena, doubt.revokes_at) : "");
    return FAIL_NONE;
}

enum fail message_add_cause(struct store *store, const struct grant_id *grant, struct arena *arena,
                            json_t *facts, struct reason *why)
{
    size_t count = 0;
    struct stored_doubt *doubts = NULL;
    enum fail fail = store_doubts(store, grant->text, arena, &count, &doubts, why);
    for (size_t i = 0; !fail && i < count; i++)
        if (doubts[i].revoked)
            add_piece(doubts[i].piece, "cause", "mend", arena, facts);
    return fail;
}
