#include "store/store.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { POOL = 16 };

struct stores {
    char *path;
    int lock;
    pthread_mutex_t mutex;
    size_t idle_count;
    struct store *idle[POOL];
    atomic_uint_fast64_t state; /* odd while something is being committed */
};

enum fail store_path(const char *url, const char **path, struct reason *why)
{
    if (text_starts_with(url, "postgresql:") || text_starts_with(url, "postgres:"))
        return because(
            why, FAIL_INVALID,
            "PostgreSQL is not supported yet: write sqlite:PATH, with PATH on a local disk");
    /* SQLite takes ":memory:" for a database of its own in each connection. */
    if (!text_starts_with(url, "sqlite:") || !url[7] || url[7] == ':')
        return because(why, FAIL_INVALID, "\"%s\" is not a store: write sqlite:PATH", url);
    *path = url + 7;
    return FAIL_NONE;
}

/* A file of its own, so that copying the database never copies the lock. */
static enum fail lock(struct stores *stores, struct reason *why)
{
    char name[4096];
    scoped(text_scoped) struct text path = TEXT_LIMIT(sizeof name);
    text_addf(&path, "%s.lock", stores->path);
    stores->lock = open(text_of(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (stores->lock < 0)
        return because(why, FAIL_UNAVAILABLE, "%s cannot be made: %s", text_of(&path),
                       strerror(errno));
    if (flock(stores->lock, LOCK_EX | LOCK_NB) != 0)
        return because(why, FAIL_CONFLICT, "another process serves %s", stores->path);
    return FAIL_NONE;
}

enum fail stores_open(const char *url, struct stores **ret, bool *made, struct reason *why)
{
    const char *path;
    enum fail fail = store_path(url, &path, why);
    if (fail)
        return fail;
    scoped(stores_scoped) struct stores *stores = MEMORY_NEW(struct stores);
    stores->path = memory_copy(path);
    stores->lock = -1;
    stores->state = 2;
    (void)pthread_mutex_init(&stores->mutex, NULL);
    fail = lock(stores, why);
    if (!fail)
        fail = store_migrate(path, migrations, made, why);
    if (!fail)
        *ret = take(stores);
    return fail;
}

enum fail stores_look(const char *url, struct stores **ret, struct reason *why)
{
    scoped(store_scoped) struct store *store = NULL;
    enum fail fail = store_look(url, &store, why);
    if (fail)
        return fail;
    fail = sql_transact(store->sql, SQL_COMMIT, why); /* each borrower begins its own */
    if (fail)
        return fail;
    struct stores *stores = MEMORY_NEW(struct stores);
    stores->path = memory_copy(""); /* there is this one connection */
    stores->lock = -1;
    (void)pthread_mutex_init(&stores->mutex, NULL);
    stores->idle[stores->idle_count++] = take(store);
    *ret = stores;
    return FAIL_NONE;
}

void stores_free(struct stores *stores)
{
    if (!stores)
        return;
    for (size_t i = 0; i < stores->idle_count; i++)
        store_free(stores->idle[i]);
    if (stores->lock >= 0)
        (void)close(stores->lock);
    (void)pthread_mutex_destroy(&stores->mutex);
    free(stores->path);
    free(stores);
}

static enum fail store_new(const char *path, enum sql_mode mode, struct store **ret,
                           struct reason *why)
{
    struct sql *sql;
    enum fail fail = sql_open(path, mode, &sql, why);
    if (fail)
        return fail;
    *ret = MEMORY_NEW(struct store);
    (*ret)->sql = sql;
    return FAIL_NONE;
}

enum fail stores_writer(struct stores *stores, struct store **ret, struct reason *why)
{
    return store_new(stores->path, SQL_WRITES, ret, why);
}

void store_free(struct store *store)
{
    if (!store)
        return;
    sql_free(store->sql);
    free(store);
}

enum fail stores_borrow(struct stores *stores, struct store **ret, struct reason *why)
{
    struct store *store = NULL;
    pthread_mutex_lock(&stores->mutex);
    if (stores->idle_count)
        store = stores->idle[--stores->idle_count];
    pthread_mutex_unlock(&stores->mutex);
    enum fail fail = store ? FAIL_NONE : store_new(stores->path, SQL_READS, &store, why);
    if (!fail) {
        store->state = stores_state(stores); /* before its moment is fixed by the first read */
        fail = sql_transact(store->sql, SQL_LOOK, why);
    }
    if (fail)
        store_free(store);
    else
        *ret = store;
    return fail;
}

void stores_return(struct stores *stores, struct store *store)
{
    struct reason ignored = {0};
    if (!store)
        return;
    bool usable = sql_transact(store->sql, SQL_COMMIT, &ignored) == FAIL_NONE;
    pthread_mutex_lock(&stores->mutex);
    if (usable && stores->idle_count < POOL && !sql_is_lost(store->sql)) {
        stores->idle[stores->idle_count++] = store;
        store = NULL;
    }
    pthread_mutex_unlock(&stores->mutex);
    store_free(store);
}

uint64_t stores_state(const struct stores *stores)
{
    uint64_t state = atomic_load(&stores->state);
    return state % 2 ? 0 : state;
}

void stores_change_begins(struct stores *stores)
{
    (void)atomic_fetch_add(&stores->state, 1);
}

void stores_change_ends(struct stores *stores)
{
    (void)atomic_fetch_add(&stores->state, 1);
}
