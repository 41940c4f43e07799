/* `curfew backup`: a consistent copy of a database in use, made page by page by SQLite itself. */
#include "base/scoped.h"
#include "store/sqlite.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PAGES_A_STEP = 4096 };

static enum fail copy(sqlite3 *from, sqlite3 *to, struct reason *why)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite_failed(to, "backup", why);
    int step = SQLITE_OK;
    while (step == SQLITE_OK || step == SQLITE_BUSY || step == SQLITE_LOCKED)
        step = sqlite3_backup_step(backup, PAGES_A_STEP);
    (void)sqlite3_backup_finish(backup);
    if (step != SQLITE_DONE)
        return sqlite_failed(to, "backup", why);
    /* The copy is one file: no WAL beside it that somebody could forget to take along. */
    return sqlite_script(to, "PRAGMA journal_mode = DELETE", why);
}

enum fail stores_backup(const char *url, const char *to, struct reason *why)
{
    const char *path;
    scoped(sqlite_close) sqlite3 *source = NULL, *target = NULL;
    enum fail fail = store_path(url, &path, why);
    if (!fail)
        fail = sqlite_connect(path, SQLITE_OPEN_READONLY, &source, why);
    if (fail)
        return fail;
    int made = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0)
        return because(why, errno == EEXIST ? FAIL_CONFLICT : FAIL_UNAVAILABLE,
                       "%s cannot be made: %s", to, strerror(errno));
    (void)close(made);
    /* One read transaction over the whole copy: a consistent moment, however busy the writer is. */
    fail = sqlite_script(source, "BEGIN; SELECT count(*) FROM migration", why);
    if (!fail)
        fail = sqlite_connect(to, SQLITE_OPEN_READWRITE, &target, why);
    if (!fail)
        fail = copy(source, target, why);
    if (fail)
        (void)unlink(to);
    return fail;
}
