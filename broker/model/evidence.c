#include "model/evidence.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "model/words.h"

static const char *const verdicts[] = {
    [VERDICT_PASS] = "pass", [VERDICT_FAIL] = "fail", [VERDICT_UNKNOWN] = "unknown"};

const char *verdict_text(enum verdict verdict)
{
    return verdicts[verdict];
}

/* Where a piece goes; in a full list, the place of one that speaks less against, if any. */
static struct evidence *place_for(struct evidence_list *list, enum verdict verdict)
{
    static const int weights[] = {[VERDICT_PASS] = 0, [VERDICT_UNKNOWN] = 1, [VERDICT_FAIL] = 2};
    if (list->count < EVIDENCE_MOST)
        return &list->items[list->count++];
    for (size_t i = 0; i < list->count; i++) {
        if (weights[list->items[i].verdict] < weights[verdict]) {
            json_decref(list->items[i].args);
            return &list->items[i];
        }
    }
    return NULL;
}

void evidence_add(struct evidence_list *list, struct evidence piece)
{
    struct evidence *place = place_for(list, piece.verdict);
    if (place)
        *place = piece;
    else
        json_decref(piece.args);
}

void evidence_scoped(struct evidence_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        json_decref(list->items[i].args);
    list->count = 0;
}

const struct evidence *evidence_first(const struct evidence_list *list, enum verdict verdict)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].verdict == verdict)
            return &list->items[i];
    return NULL;
}

enum verdict evidence_verdict(const struct evidence_list *list, bool *waits)
{
    *waits = true;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].verdict == VERDICT_UNKNOWN && !list->items[i].passing)
            *waits = false;
    if (evidence_first(list, VERDICT_FAIL))
        return VERDICT_FAIL;
    return evidence_first(list, VERDICT_UNKNOWN) ? VERDICT_UNKNOWN : VERDICT_PASS;
}

json_t *evidence_pack(const struct evidence_list *list)
{
    json_t *all = memory_needed(json_array());
    for (size_t i = 0; i < list->count; i++) {
        const struct evidence *piece = &list->items[i];
        json_t *one =
            memory_needed(json_pack("{s:s, s:s, s:s, s:s, s:I}", "check", piece->check, "verdict",
                                    verdicts[piece->verdict], "code", piece->code, "source",
                                    piece->source, "observed_at", (json_int_t)piece->observed_at));
        if (piece->args)
            (void)json_object_set(one, "args", piece->args);
        (void)json_array_append_new(all, one);
    }
    return all;
}

json_t *evidence_view(const json_t *packed)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    if (!json_is_array(packed))
        return NULL;
    json_auto_t *all = memory_needed(json_array());
    for (size_t i = 0; i < json_array_size(packed); i++) {
        const json_t *piece = json_array_get(packed, i);
        const char *check = json_member_text(piece, "check");
        const char *verdict = json_member_text(piece, "verdict");
        const char *code = json_member_text(piece, "code");
        const char *source = json_member_text(piece, "source");
        if (!check || !verdict || !code || !source)
            return NULL;
        const json_t *args = json_object_get(piece, "args");
        int64_t at = json_member_number(piece, "observed_at", -1);
        char when[21] = "";
        if (at >= 0)
            moment_text(at, when);
        const char *mend = words_say(arena, arena_text(arena, "%s.mend", code), args);
        const char *says = words_say(arena, code, args);
        (void)json_array_append_new(
            all, memory_needed(json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s?, s:O?}", "check",
                                         check, "verdict", verdict, "code", code, "says",
                                         says ? says : code, "mend", mend, "source", source,
                                         "observed_at", at >= 0 ? when : NULL, "raw", args)));
    }
    return take(all);
}
