/* Looking into a store that may be in use, as `curfew doctor` does: no lock, no migration, no file
   made beside it. */
#include "store/store.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <sys/stat.h>

enum { URI_LIMIT = 3 * 4096, INSPECT_MS = 60 * 1000, STEPS_BETWEEN = 100 * 1000 };

/* Who has the database open in WAL mode has the file of that name too; where there is none, SQLite
   would make it, unless it is told that nobody writes. */
static void add_uri(struct text *uri, const char *path)
{
    struct stat about;
    scoped(text_scoped) struct text log = TEXT_LIMIT(URI_LIMIT);
    text_addf(&log, "%s-wal", path);
    text_add(uri, "file:");
    for (const char *at = path; *at; at++) {
        if (*at == '?' || *at == '#' || *at == '%')
            text_addf(uri, "%%%02X", (unsigned)*at);
        else
            text_add_char(uri, *at);
    }
    text_add(uri, stat(text_of(&log), &about) == 0 ? "?mode=ro" : "?mode=ro&immutable=1");
}

static int took_too_long(void *until_ms)
{
    return moment_ticks_ms() > *(const int64_t *)until_ms;
}

static enum fail inspect(const char *path, const char *uri, struct reason *why)
{
    scoped(sqlite_close) sqlite3 *database = NULL;
    int64_t until_ms = moment_ticks_ms() + INSPECT_MS;
    enum fail fail = sqlite_connect(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, &database, why);
    if (fail)
        return fail;
    sqlite3_progress_handler(database, STEPS_BETWEEN, took_too_long, &until_ms);
    return sqlite_inspect(database, path, migrations, why);
}

enum fail store_look(const char *url, struct store **ret, struct reason *why)
{
    const char *path;
    struct stat about;
    scoped(text_scoped) struct text uri = TEXT_LIMIT(URI_LIMIT);
    enum fail fail = store_path(url, &path, why);
    if (fail)
        return fail;
    if (stat(path, &about) != 0)
        return because(why, FAIL_NOT_FOUND, "%s cannot be found", path);
    add_uri(&uri, path);
    fail = inspect(path, text_of(&uri), why);
    if (fail)
        return fail;
    scoped(store_scoped) struct store *store = MEMORY_NEW(struct store);
    fail = sql_open(text_of(&uri), SQL_LOOKS, &store->sql, why);
    if (!fail)
        fail = sql_transact(store->sql, SQL_LOOK, why);
    if (!fail)
        *ret = take(store);
    return fail;
}
