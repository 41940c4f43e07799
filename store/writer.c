#include "store/writer.h"

#include "base/memory.h"
#include "base/moment.h"

#include <pthread.h>
#include <stdlib.h>

/* How many changes one transaction takes: enough to share an fsync, few enough to keep the wait
 * short. */
enum { TOGETHER = 256 };

/* What a change came to. It is told when the transaction is over, not before: even a refusal may
 * rest on an earlier change that is not on disk yet. */
struct outcome {
    struct change *change;
    enum fail fail;
    struct reason why;
};

struct writer {
    struct stores *stores;
    struct store *store; /* NULL when reopening failed */
    struct writer_frame frame;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct change *first, **last;
    bool stopping, started;
    bool lost;    /* a sync failed, or what was read is damaged: nothing is written any more */
    size_t count; /* of the transaction in hand */
    struct outcome outcomes[TOGETHER];
};

static bool is_late(const struct change *change)
{
    return change->deadline && moment_ticks_ms() > change->deadline;
}

static enum fail late(struct reason *why)
{
    return because(why, FAIL_UNAVAILABLE, "waited too long for its turn");
}

/* One change in its savepoint. False when it could not be undone, or SQLite rolled everything back
 * by itself: the transaction is broken. */
static bool apply(struct writer *writer, struct outcome *outcome)
{
    struct change *change = outcome->change;
    struct reason *why = &outcome->why, more = {0};
    struct sql *sql = writer->store->sql;
    if (is_late(change)) {
        outcome->fail = late(why);
        return true;
    }
    writer->frame.savepoint(writer->frame.context);
    enum fail fail = sql_transact(sql, SQL_SAVEPOINT, why);
    if (!fail)
        fail = change->apply(change, writer->store, why);
    if (!fail)
        fail = sql_transact(sql, SQL_RELEASE, why);
    outcome->fail = fail;
    if (!fail)
        return true;
    writer->frame.rewind(writer->frame.context);
    return sql_is_in_transaction(sql) && sql_transact(sql, SQL_REWIND, &more) == FAIL_NONE;
}

/* Takes the next waiting change; with `wait`, sleeps until there is one or the end has come. */
static struct change *next_change(struct writer *writer, bool wait)
{
    pthread_mutex_lock(&writer->mutex);
    while (wait && !writer->first && !writer->stopping)
        (void)pthread_cond_wait(&writer->wake, &writer->mutex);
    struct change *change = writer->first;
    if (change) {
        writer->first = change->next;
        if (!writer->first)
            writer->last = &writer->first;
        change->next = NULL;
    }
    pthread_mutex_unlock(&writer->mutex);
    return change;
}

/* After a failed transaction nothing is known of the connection: take a new one. */
static void reopen(struct writer *writer)
{
    struct reason why = {0};
    if (writer->store && sql_is_lost(writer->store->sql)) {
        writer->lost = true;
        writer->frame.lost(writer->frame.context);
    }
    store_free(writer->store);
    writer->store = NULL;
    if (!writer->lost)
        (void)stores_writer(writer->stores, &writer->store, &why);
}

static enum fail begin(struct writer *writer, struct reason *why)
{
    if (!writer->store)
        reopen(writer);
    if (writer->lost)
        return because(why, FAIL_UNAVAILABLE, "the disk failed: the process must begin afresh");
    if (!writer->store)
        return because(why, FAIL_UNAVAILABLE, "the store cannot be opened");
    return sql_transact(writer->store->sql, SQL_BEGIN, why);
}

/* Applies `change` and what waits behind it. */
static enum fail apply_all(struct writer *writer, struct change *change, struct reason *why)
{
    while (change) {
        struct outcome *outcome = &writer->outcomes[writer->count++];
        *outcome = (struct outcome){.change = change};
        if (!apply(writer, outcome))
            return because(why, FAIL_UNAVAILABLE, "the transaction broke: %s", outcome->why.text);
        change = writer->count < TOGETHER ? next_change(writer, false) : NULL;
    }
    return FAIL_NONE;
}

static size_t standing(const struct writer *writer)
{
    size_t count = 0;
    for (size_t i = 0; i < writer->count; i++)
        count += writer->outcomes[i].fail == FAIL_NONE;
    return count;
}

static enum fail finish(struct writer *writer, struct reason *why)
{
    struct store *store = writer->store;
    if (sql_is_lost(store->sql))
        return because(why, FAIL_UNAVAILABLE, "the disk cannot be trusted");
    if (!standing(writer))
        return sql_transact(store->sql, SQL_ROLLBACK, why);
    enum fail fail = writer->frame.seal(writer->frame.context, store, why);
    return fail ? fail : sql_transact(store->sql, SQL_COMMIT, why);
}

static void answer_all(struct writer *writer, enum fail fail, const struct reason *why)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct outcome *outcome = &writer->outcomes[i];
        outcome->change->done(outcome->change, fail ? fail : outcome->fail,
                              fail ? why : &outcome->why);
    }
}

static void transact(struct writer *writer, struct change *change)
{
    struct reason why = {0};
    if (is_late(change)) {
        change->done(change, late(&why), &why);
        return;
    }
    enum fail fail = begin(writer, &why);
    writer->count = 0;
    if (fail)
        writer->outcomes[writer->count++] = (struct outcome){.change = change};
    else
        fail = apply_all(writer, change, &why);
    stores_change_begins(writer->stores); /* even a COMMIT that failed may have changed something */
    if (!fail)
        fail = finish(writer, &why);
    if (fail || !standing(writer))
        writer->frame.undone(writer->frame.context);
    else
        writer->frame.committed(writer->frame.context);
    if (fail)
        reopen(writer);
    stores_change_ends(writer->stores);
    answer_all(writer, fail, &why);
}

static void *run(void *context)
{
    struct writer *writer = context;
    (void)pthread_setname_np(pthread_self(), "writer"); /* as ps -L shows it */
    for (struct change *change; (change = next_change(writer, true));)
        transact(writer, change);
    return NULL;
}

enum fail writer_start(struct stores *stores, const struct writer_frame *frame, struct writer **ret,
                       struct reason *why)
{
    scoped(writer_scoped) struct writer *writer = MEMORY_NEW(struct writer);
    writer->stores = stores;
    writer->frame = *frame;
    writer->last = &writer->first;
    (void)pthread_mutex_init(&writer->mutex, NULL);
    (void)pthread_cond_init(&writer->wake, NULL);
    enum fail fail = stores_writer(stores, &writer->store, why);
    if (fail)
        return fail;
    if (pthread_create(&writer->thread, NULL, run, writer) != 0)
        return because(why, FAIL_UNAVAILABLE, "no thread for the writer");
    writer->started = true;
    *ret = take(writer);
    return FAIL_NONE;
}

void writer_put(struct writer *writer, struct change *change)
{
    change->next = NULL;
    pthread_mutex_lock(&writer->mutex);
    bool stopping = writer->stopping;
    if (!stopping) {
        *writer->last = change;
        writer->last = &change->next;
        pthread_cond_signal(&writer->wake);
    }
    pthread_mutex_unlock(&writer->mutex);
    if (stopping) {
        struct reason why = {0};
        change->done(change, because(&why, FAIL_UNAVAILABLE, "stopping"), &why);
    }
}

void writer_stop(struct writer *writer)
{
    if (!writer->started)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->mutex);
    (void)pthread_join(writer->thread, NULL);
    writer->started = false;
    struct reason ignored = {0}; /* the next start reads what stands beside the file as well */
    if (writer->store && !writer->lost)
        (void)sql_settle(writer->store->sql, &ignored);
}

void writer_free(struct writer *writer)
{
    if (!writer)
        return;
    writer_stop(writer);
    store_free(writer->store);
    (void)pthread_cond_destroy(&writer->wake);
    (void)pthread_mutex_destroy(&writer->mutex);
    free(writer);
}
