#include "access/ledger.h"

#include "audit/merkle.h"
#include "audit/record.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "store/events.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often the highest checkpoint is kept on disk when nothing presses. */
enum { SYNC_EVERY_MS = 1000, TOUCHED_MOST = 512 };

struct head {
    struct merkle tree;
    struct digest last;
    int64_t at_ms;
};

struct ledger {
    struct keys *keys;
    bool sound;
    struct head on_disk, pending, savepoint;
    struct text record;
    bool anchor;
    atomic_bool unkept; /* the last try to keep the highest checkpoint failed */
    int64_t synced_size, synced_ticks;
    size_t touched_count;
    struct request_id touched[TOUCHED_MOST];
    struct ledger_listener listener;
};

/* In safe mode the log goes on beside the one that was recorded: under another name. */
static const struct note_signer *signer_of(const struct ledger *ledger)
{
    return ledger->sound ? keys_signer(ledger->keys) : keys_restored_signer(ledger->keys);
}

static struct checkpoint checkpoint_of(const struct ledger *ledger, const struct head *head)
{
    struct checkpoint checkpoint = {.size = head->tree.size, .root = merkle_root(&head->tree)};
    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s",
                   note_signer_key(signer_of(ledger))->name);
    return checkpoint;
}

static enum fail read_node(void *context, int level, int64_t index, struct digest *hash,
                           struct reason *why)
{
    return store_node(context, level, index, hash, why);
}

/* The store must contain what the highest checkpoint says, and its own head must be the head of its
 * own rows. */
static enum fail check(struct ledger *ledger, struct store *store, const char *note, bool *sound,
                       struct reason *why)
{
    const struct checkpoint *highest = keys_highest(ledger->keys);
    const struct merkle_nodes nodes = {.context = store, .read = read_node};
    struct merkle then = {0};
    struct checkpoint own = {0};
    struct note read;
    struct reason wrong = {0};
    *sound = false;
    if (ledger->on_disk.tree.size < highest->size) {
        (void)because(why, FAIL_CONFLICT,
                      "the store has %lld events, but %lld were recorded before",
                      (long long)ledger->on_disk.tree.size, (long long)highest->size);
        return FAIL_NONE;
    }
    enum fail fail = merkle_load(&nodes, highest->size, &then, &wrong);
    if (fail == FAIL_UNAVAILABLE)
        return because(why, fail, "%s", wrong.text);
    struct digest root = merkle_root(&then);
    if (fail || (highest->size && !digest_equals(&root, &highest->root))) {
        (void)because(why, FAIL_CONFLICT, "the store's history is not the one that was recorded");
        return FAIL_NONE;
    }
    struct checkpoint expected = checkpoint_of(ledger, &ledger->on_disk);
    bool signed_by_us =
        expected.size == 0 ||
        (note && note_read(slice_of(note), &read, &wrong) == FAIL_NONE &&
         checkpoint_read(read.text, &own, &wrong) == FAIL_NONE &&
         note_signed_by(&read, note_signer_key(keys_signer(ledger->keys))) == NOTE_SIGNED &&
         own.size == expected.size && digest_equals(&own.root, &expected.root));
    if (!signed_by_us)
        (void)because(why, FAIL_CONFLICT, "the store's checkpoint is not that of its events");
    *sound = signed_by_us;
    return FAIL_NONE;
}

enum fail ledger_open(struct keys *keys, struct store *store, struct ledger **ret, bool *sound,
                      struct reason *why)
{
    scoped(ledger_scoped) struct ledger *ledger = MEMORY_NEW(struct ledger);
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct stored_head head;
    const struct merkle_nodes nodes = {.context = store, .read = read_node};
    ledger->keys = keys;
    ledger->record = TEXT_LIMIT(RECORD_MOST);
    enum fail fail = store_head(store, arena, &head, why);
    if (!fail)
        fail = merkle_load(&nodes, head.size, &ledger->on_disk.tree, why);
    if (fail == FAIL_NOT_FOUND)
        return because(why, FAIL_UNAVAILABLE, "the audit tree in the store has holes");
    if (fail)
        return fail;
    ledger->on_disk.last = head.last;
    ledger->on_disk.at_ms = head.at_ms;
    ledger->pending = ledger->on_disk;
    ledger->synced_size = keys_highest(keys)->size;
    fail = check(ledger, store, head.checkpoint, &ledger->sound, why);
    if (fail)
        return fail;
    *sound = ledger->sound;
    *ret = take(ledger);
    return FAIL_NONE;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    text_scoped(&ledger->record);
    free(ledger);
}

static void touch(struct ledger *ledger, const struct request_id *request)
{
    if (!request || ledger->touched_count == TOUCHED_MOST)
        return;
    for (size_t i = ledger->touched_count; i > 0 && i + 4 > ledger->touched_count; i--)
        if (strcmp(ledger->touched[i - 1].text, request->text) == 0)
            return;
    ledger->touched[ledger->touched_count++] = *request;
}

static const char *actor_column(const struct actor *actor)
{
    return actor->kind == ACTOR_PERSON ? actor->person.oid : actor_kind_text(actor->kind);
}

enum fail ledger_append(struct ledger *ledger, struct store *store, const struct event *event,
                        struct reason *why)
{
    struct head *head = &ledger->pending;
    struct event dated = *event;
    int64_t seq = head->tree.size;
    if (dated.at_ms < head->at_ms)
        dated.at_ms = head->at_ms;
    text_clear(&ledger->record);
    enum fail fail = record_write(&dated, seq, seq ? &head->last : NULL, &ledger->record, why);
    if (fail)
        return fail;
    struct stored_event row = {
        .seq = seq,
        .at_ms = dated.at_ms,
        .code = event_code_text(event->code),
        .actor = actor_column(&event->actor),
        .subject = event->subject ? event->subject->oid : NULL,
        .request = event->request ? event->request->text : NULL,
        .grant = event->grant ? event->grant->text : NULL,
        .role = event->role,
        .from = event->from,
        .to = event->to,
        .record = text_of(&ledger->record),
        .record_length = ledger->record.length,
        .leaf = merkle_leaf(text_of(&ledger->record), ledger->record.length),
    };
    struct merkle_node completed[MERKLE_LEVELS];
    fail = store_event_add(store, &row, why);
    size_t count = merkle_add(&head->tree, &row.leaf, completed);
    for (size_t i = 0; !fail && i < count; i++)
        fail =
            store_node_add(store, completed[i].level, completed[i].index, &completed[i].hash, why);
    head->last = row.leaf;
    head->at_ms = dated.at_ms;
    touch(ledger, event->request);
    return fail;
}

void ledger_anchor(struct ledger *ledger)
{
    ledger->anchor = true;
}

static void frame_savepoint(void *context)
{
    struct ledger *ledger = context;
    ledger->savepoint = ledger->pending;
}

static void frame_rewind(void *context)
{
    struct ledger *ledger = context;
    ledger->pending = ledger->savepoint;
}

static enum fail frame_seal(void *context, struct store *store, struct reason *why)
{
    struct ledger *ledger = context;
    if (ledger->pending.tree.size == ledger->on_disk.tree.size)
        return FAIL_NONE;
    struct checkpoint checkpoint = checkpoint_of(ledger, &ledger->pending);
    const struct note_signer *signer = signer_of(ledger);
    scoped(text_scoped) struct text note = TEXT_LIMIT(NOTE_MOST);
    enum fail fail = checkpoint_sign(&checkpoint, 1, &signer, &note, why);
    struct stored_head row = {.size = ledger->pending.tree.size,
                              .at_ms = ledger->pending.at_ms,
                              .checkpoint = text_of(&note),
                              .last = ledger->pending.last};
    return fail ? fail : store_head_write(store, &row, why);
}

enum fail ledger_sync(struct ledger *ledger, struct reason *why)
{
    /* In safe mode the highest checkpoint is the evidence: it stays as it is. */
    if (!ledger->sound || ledger->synced_size == ledger->on_disk.tree.size)
        return FAIL_NONE;
    struct checkpoint checkpoint = checkpoint_of(ledger, &ledger->on_disk);
    enum fail fail = keys_raise(ledger->keys, &checkpoint, moment_now(), why);
    if (!fail)
        ledger->synced_size = checkpoint.size;
    ledger->synced_ticks = moment_ticks_ms();
    atomic_store(&ledger->unkept, fail != FAIL_NONE);
    return fail;
}

bool ledger_is_kept(const struct ledger *ledger)
{
    return !atomic_load(&ledger->unkept);
}

enum fail ledger_keep(struct ledger *ledger, struct reason *why)
{
    return ledger_is_kept(ledger) ? FAIL_NONE : ledger_sync(ledger, why);
}

static void frame_committed(void *context)
{
    struct ledger *ledger = context;
    struct reason why = {0};
    ledger->on_disk = ledger->pending;
    bool due = moment_ticks_ms() - ledger->synced_ticks >= SYNC_EVERY_MS;
    if ((ledger->anchor || due) && ledger_sync(ledger, &why) != FAIL_NONE)
        log_line(LOG_ERROR, "audit.highest_not_kept", "{s:s}", "why", why.text);
    ledger->anchor = false;
    size_t count = ledger->touched_count;
    ledger->touched_count = 0;
    ledger->listener.committed(ledger->listener.context, count, ledger->touched);
}

static void frame_undone(void *context)
{
    struct ledger *ledger = context;
    ledger->pending = ledger->on_disk;
    ledger->anchor = false;
    ledger->touched_count = 0;
}

static void frame_lost(void *context)
{
    struct ledger *ledger = context;
    ledger->listener.lost(ledger->listener.context);
}

struct writer_frame ledger_frame(struct ledger *ledger, const struct ledger_listener *listener)
{
    ledger->listener = *listener;
    return (struct writer_frame){
        .context = ledger,
        .savepoint = frame_savepoint,
        .rewind = frame_rewind,
        .seal = frame_seal,
        .committed = frame_committed,
        .undone = frame_undone,
        .lost = frame_lost,
    };
}

void ledger_accept(struct ledger *ledger)
{
    ledger->sound = true;
}

void ledger_checkpoint(const struct ledger *ledger, struct checkpoint *ret)
{
    *ret = checkpoint_of(ledger, &ledger->on_disk);
}
