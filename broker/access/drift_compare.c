#include "access/drift_compare.h"

#include "base/text.h"

static const char *const kinds[] = {
#define X(name, text) [DRIFT_##name] = text,
    DRIFT_KINDS(X)
#undef X
};

const char *drift_kind_text(enum drift_kind kind)
{
    return kinds[kind];
}

bool drift_kind_read(const char *text, enum drift_kind *kind)
{
    for (unsigned i = 0; i < DRIFT_KIND_COUNT; i++) {
        if (text_equals(text, kinds[i])) {
            *kind = (enum drift_kind)i;
            return true;
        }
    }
    return false;
}

struct comparing {
    const struct drift_reading *reading;
    struct arena *arena;
    struct drift_findings *found;
};

/* What is seen twice of the same one, such as assigned and activated, is one finding: the longer.
 */
static void add(struct comparing *comparing, struct drift_finding finding)
{
    struct drift_findings *found = comparing->found;
    for (size_t i = 0; i < found->count; i++) {
        struct drift_finding *other = &found->list[i];
        if (other->kind != finding.kind || !text_equals(other->about, finding.about))
            continue;
        if (finding.in_pim && (!other->in_pim || finding.end_at > other->end_at))
            *other = finding;
        return;
    }
    found->list = ARENA_MORE(comparing->arena, found->list, found->count);
    found->list[found->count++] = finding;
}

/* True when it is somebody's who is kept for emergencies: that is meant, and shown. */
static bool is_emergency(struct comparing *comparing, const char *id)
{
    const struct drift_reading *reading = comparing->reading;
    struct drift_findings *found = comparing->found;
    bool is = false;
    for (size_t i = 0; i < reading->emergency_count && !is; i++)
        is = text_equals_ignoring_case(reading->emergency[i], id);
    for (size_t i = 0; is && i < found->emergency_count; i++)
        if (text_equals(found->emergency[i], id))
            return true;
    if (is) {
        found->emergency = ARENA_MORE(comparing->arena, found->emergency, found->emergency_count);
        found->emergency[found->emergency_count++] = id;
    }
    return is;
}

static bool is_theirs(const struct stored_held *held, const char *id)
{
    return text_equals_ignoring_case(held->person.oid, id);
}

/* Of several grants that lean on it, the one that lasts longest. */
static const struct stored_held *open_of(const struct drift_reading *reading, const char *id)
{
    const struct stored_held *open = NULL;
    for (size_t i = 0; i < reading->held_count; i++) {
        const struct stored_held *held = &reading->held[i];
        if (is_theirs(held, id) && held->closed_at < 0 && (!open || held->ends_at > open->ends_at))
            open = held;
    }
    return open;
}

/* It may be shown although it is closed, because lists lag. */
static bool is_or_was_lately(const struct stored_held *held, int64_t at, int64_t lag_seconds)
{
    return held->closed_at < 0 || at - held->closed_at <= lag_seconds;
}

/* The one whose end is that of the instance to the second, as its intent had it (design 3.2). Of
   several, one that explains it. */
static const struct stored_held *ours(const struct drift_reading *reading,
                                      const struct holder *holder)
{
    const struct stored_held *found = NULL;
    for (size_t i = 0; i < reading->held_count; i++) {
        const struct stored_held *held = &reading->held[i];
        bool same = is_theirs(held, holder->id) && held->ends_at == holder->end_at &&
                    holder->activated == (held->mode != ACTIVATION_APPLICATION);
        if (same && (!found || is_or_was_lately(held, reading->at, DRIFT_LAG_SECONDS)))
            found = held;
    }
    return found;
}

static void compare_holder(struct comparing *comparing, const struct holder *holder)
{
    const struct drift_reading *reading = comparing->reading;
    const struct stored_held *held = ours(reading, holder), *open = open_of(reading, holder->id);
    if (held && is_or_was_lately(held, reading->at, DRIFT_LAG_SECONDS))
        return;
    if (is_emergency(comparing, holder->id))
        return;
    enum drift_kind kind = held                                     ? DRIFT_LATE
                           : open && holder->end_at > open->ends_at ? DRIFT_PERMANENT
                                                                    : DRIFT_UNEXPLAINED;
    add(comparing, (struct drift_finding){.kind = kind,
                                          .about = holder->id,
                                          .in_pim = true,
                                          .activated = holder->activated,
                                          .end_at = holder->end_at,
                                          .held = held,
                                          .open = open});
}

static bool is_in_pim(const struct holders *holders, const char *id)
{
    for (size_t i = 0; i < holders->count; i++)
        if (text_equals(holders->list[i].id, id))
            return true;
    return false;
}

/* Whoever stands in Entra's own list and in none of PIM's was put there behind PIM's back, unless
   it only lags behind what Curfew gives and takes. */
static void compare_standing(struct comparing *comparing, const char *id)
{
    const struct drift_reading *reading = comparing->reading;
    if (is_in_pim(reading->holders, id))
        return;
    for (size_t i = 0; i < reading->held_count; i++)
        if (is_theirs(&reading->held[i], id) &&
            is_or_was_lately(&reading->held[i], reading->at, DRIFT_ENTRA_LAG_SECONDS))
            return;
    if (!is_emergency(comparing, id))
        add(comparing,
            (struct drift_finding){.kind = DRIFT_UNEXPLAINED, .about = id, .end_at = INT64_MAX});
}

/* Entra does not remove the last owner of a group (contract 5.3). */
static void compare_owners(struct comparing *comparing)
{
    const struct drift_reading *reading = comparing->reading;
    const char *owner = NULL;
    bool several = false;
    for (size_t i = 0; i < reading->holders->count; i++) {
        const char *id = reading->holders->list[i].id;
        several |= owner && !text_equals(owner, id);
        owner = id;
    }
    for (size_t i = 0; i < reading->standing->count; i++) {
        const char *id = reading->standing->ids[i];
        several |= owner && !text_equals(owner, id);
        owner = id;
    }
    const struct stored_held *open = owner && !several ? open_of(reading, owner) : NULL;
    if (open)
        add(comparing,
            (struct drift_finding){
                .kind = DRIFT_LAST_OWNER, .about = owner, .end_at = open->ends_at, .open = open});
}

void drift_compare(const struct drift_reading *reading, struct arena *arena,
                   struct drift_findings *ret)
{
    *ret = (struct drift_findings){0};
    struct comparing comparing = {.reading = reading, .arena = arena, .found = ret};
    for (size_t i = 0; i < reading->holders->count; i++)
        if (reading->holders->list[i].direct)
            compare_holder(&comparing, &reading->holders->list[i]);
    for (size_t i = 0; i < reading->standing->count; i++)
        compare_standing(&comparing, reading->standing->ids[i]);
    if (text_equals(reading->target->access, "owner"))
        compare_owners(&comparing);
    for (unsigned i = 0; i < PIM_WEAKNESS_COUNT; i++)
        if (reading->weaknesses & 1u << i)
            add(&comparing,
                (struct drift_finding){.kind = DRIFT_WEAKER,
                                       .about = pim_weakness_text((enum pim_weakness)i)});
}
