#include "store/migrate.h"

#include "base/digest.h"
#include "base/scoped.h"
#include "base/text.h"
#include "store/sqlite.h"

#include <string.h>
#include <sys/stat.h>

static void statement_scoped(sqlite3_stmt **statement)
{
    (void)sqlite3_finalize(*statement);
}

/* The recorded digest of the migration in `place` (from 0), "" when it has not run yet. */
static enum fail recorded(sqlite3 *database, int place, char name[128],
                          char digest[DIGEST_HEX_SIZE], struct reason *why)
{
    scoped(statement_scoped) sqlite3_stmt *statement = NULL;
    name[0] = digest[0] = '\0';
    if (sqlite3_prepare_v2(database, "SELECT name, digest FROM migration WHERE place = ?1", -1,
                           &statement, NULL) != SQLITE_OK)
        return sqlite_failed(database, "migration", why);
    (void)sqlite3_bind_int(statement, 1, place);
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW) {
        (void)sqlite3_snprintf(128, name, "%s", sqlite3_column_text(statement, 0));
        (void)sqlite3_snprintf(DIGEST_HEX_SIZE, digest, "%s", sqlite3_column_text(statement, 1));
    }
    return step == SQLITE_ROW || step == SQLITE_DONE ? FAIL_NONE
                                                     : sqlite_failed(database, "migration", why);
}

static enum fail run(sqlite3 *database, int place, const struct migration *step, const char *digest,
                     struct reason *why)
{
    scoped(statement_scoped) sqlite3_stmt *statement = NULL;
    enum fail fail = sqlite_script(database, "BEGIN IMMEDIATE", why);
    if (!fail)
        fail = sqlite_script(database, step->sql, why);
    if (!fail && sqlite3_prepare_v2(database, "INSERT INTO migration VALUES (?1, ?2, ?3)", -1,
                                    &statement, NULL) != SQLITE_OK)
        fail = sqlite_failed(database, step->name, why);
    if (!fail) {
        (void)sqlite3_bind_int(statement, 1, place);
        (void)sqlite3_bind_text(statement, 2, step->name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(statement, 3, digest, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_DONE)
            fail = sqlite_failed(database, step->name, why);
    }
    if (!fail)
        fail = sqlite_script(database, "COMMIT", why);
    return fail; /* closing the connection rolls back what was begun */
}

static enum fail run_missing(sqlite3 *database, const struct migration *steps, struct reason *why)
{
    int place = 0;
    char name[128], found[DIGEST_HEX_SIZE];
    enum fail fail = FAIL_NONE;
    for (; steps[place].name && !fail; place++) {
        char wanted[DIGEST_HEX_SIZE];
        struct digest digest = digest_of_text(steps[place].sql);
        digest_hex(&digest, wanted);
        fail = recorded(database, place, name, found, why);
        if (!fail && !name[0])
            fail = run(database, place, &steps[place], wanted, why);
        else if (!fail && (!text_equals(name, steps[place].name) || !text_equals(found, wanted)))
            return because(why, FAIL_CONFLICT,
                           "migration %s of the database is not the one of this program", name);
    }
    if (!fail)
        fail = recorded(database, place, name, found, why);
    if (!fail && name[0])
        return because(why, FAIL_CONFLICT, "the database is newer than this program: it has %s",
                       name);
    return fail;
}

static enum fail quick_check(sqlite3 *database, const char *path, struct reason *why)
{
    scoped(statement_scoped) sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        return sqlite_failed(database, path, why);
    const char *says = (const char *)sqlite3_column_text(statement, 0);
    if (!text_equals(says, "ok"))
        return because(why, FAIL_UNAVAILABLE, "%s is damaged: %s", path, says ? says : "?");
    return FAIL_NONE;
}

enum fail store_migrate(const char *path, const struct migration *steps, bool *made,
                        struct reason *why)
{
    struct stat about;
    bool is_new = stat(path, &about) != 0;
    scoped(sqlite_close) sqlite3 *database = NULL;
    mode_t mask = umask(0077);
    enum fail fail =
        sqlite_connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &database, why);
    (void)umask(mask);
    if (!fail && !is_new)
        fail = quick_check(database, path, why);
    if (!fail)
        fail = sqlite_script(database,
                             "PRAGMA journal_mode = WAL;"
                             "CREATE TABLE IF NOT EXISTS migration ("
                             "  place INTEGER NOT NULL PRIMARY KEY," /* from 0 */
                             "  name TEXT NOT NULL,"
                             "  digest TEXT NOT NULL" /* SHA-256 of its text, in hexadecimal */
                             ") STRICT",
                             why);
    char first[128], digest[DIGEST_HEX_SIZE];
    if (!fail)
        fail = recorded(database, 0, first, digest, why);
    if (!fail)
        fail = run_missing(database, steps, why);
    if (!fail)
        *made = !first[0];
    return fail;
}

enum fail sqlite_inspect(sqlite3 *database, const char *path, const struct migration *steps,
                         struct reason *why)
{
    int place = 0;
    char name[128], found[DIGEST_HEX_SIZE], wanted[DIGEST_HEX_SIZE];
    enum fail fail = quick_check(database, path, why);
    if (!fail && sqlite3_table_column_metadata(database, NULL, "migration", "place", NULL, NULL,
                                               NULL, NULL, NULL) != SQLITE_OK)
        return because(why, FAIL_CONFLICT, "%s is no store of Curfew", path);
    for (; !fail && steps[place].name; place++) {
        struct digest digest = digest_of_text(steps[place].sql);
        digest_hex(&digest, wanted);
        fail = recorded(database, place, name, found, why);
        if (!fail && !name[0])
            return because(why, FAIL_CONFLICT, "%s is older than this program: it lacks %s", path,
                           steps[place].name);
        if (!fail && (!text_equals(name, steps[place].name) || !text_equals(found, wanted)))
            return because(why, FAIL_CONFLICT, "%s in %s is not the one of this program", name,
                           path);
    }
    if (!fail)
        fail = recorded(database, place, name, found, why);
    if (!fail && name[0])
        return because(why, FAIL_CONFLICT, "%s is newer than this program: it has %s", path, name);
    return fail;
}
