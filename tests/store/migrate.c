/* Goal: a database is brought to this program's schema once, step by step, and one that this
 * program cannot vouch for is refused by name. */
#include "store/migrate.h"
#include "base/scoped.h"
#include "store/sqlite.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct migration one[] = {{"0001_first", "CREATE TABLE a (x) STRICT;\n"}, {0}};
static const struct migration *const none = one + 1;
static const struct migration two[] = {
    {"0001_first", "CREATE TABLE a (x INTEGER) STRICT;"},
    {"0002_second", "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES (1);"},
    {0}};

static const char *path(void)
{
    return spec_path("store.db");
}

/* The one number that a statement answers, over a connection of its own. */
static int number(const char *statement)
{
    scoped(sqlite_close) sqlite3 *database = NULL;
    sqlite3_stmt *prepared = NULL;
    ck_assert_fine(sqlite_connect(path(), SQLITE_OPEN_READWRITE, &database, &spec_why));
    ck_assert_int_eq(sqlite3_prepare_v2(database, statement, -1, &prepared, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(prepared), SQLITE_ROW);
    int result = sqlite3_column_int(prepared, 0);
    (void)sqlite3_finalize(prepared);
    return result;
}

static bool migrated(const struct migration *steps)
{
    bool made = false;
    ck_assert_fine(store_migrate(path(), steps, &made, &spec_why));
    return made;
}

static const char *refused(const struct migration *steps, enum fail as)
{
    static struct reason why;
    bool made = true;
    why = (struct reason){0};
    ck_assert_int_eq(store_migrate(path(), steps, &made, &why), as);
    ck_assert(made); /* untouched */
    return why.text;
}

START_TEST(a_new_file_gets_every_step)
{
    struct stat about;
    ck_assert(migrated(two));
    ck_assert_int_eq(number("SELECT count(*) FROM a"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM migration"), 2);
    ck_assert_int_eq(stat(path(), &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_step_runs_once)
{
    ck_assert(migrated(two));
    ck_assert(!migrated(two));
    ck_assert(!migrated(two));
    ck_assert_int_eq(number("SELECT count(*) FROM a"), 1);
}
END_TEST

START_TEST(steps_that_came_later_are_added)
{
    static const struct migration first[] = {{"0001_first", "CREATE TABLE a (x INTEGER) STRICT;"},
                                             {0}};
    ck_assert(migrated(first));
    ck_assert(!migrated(two));
    ck_assert_int_eq(number("SELECT count(*) FROM b"), 0);
    ck_assert_int_eq(number("SELECT count(*) FROM migration"), 2);
}
END_TEST

START_TEST(the_steps_of_the_program_run)
{
    ck_assert(migrated(migrations));
    ck_assert(!migrated(migrations));
    ck_assert_int_eq(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}
END_TEST

START_TEST(a_step_that_was_changed_afterwards_is_refused_by_its_name)
{
    static const struct migration changed[] = {{"0001_first", "CREATE TABLE a (x INTEGER);"}, {0}};
    static const struct migration renamed[] = {{"0001_start", "CREATE TABLE a (x INTEGER) STRICT;"},
                                               {0}};
    ck_assert(migrated(two));
    ck_assert_text(refused(changed, FAIL_CONFLICT),
                   "migration 0001_first of the database is not the one of this program");
    ck_assert_text(refused(renamed, FAIL_CONFLICT),
                   "migration 0001_first of the database is not the one of this program");
    ck_assert(!migrated(two)); /* and nothing was touched */
}
END_TEST

START_TEST(a_database_that_is_newer_than_the_program_is_refused_by_name)
{
    static const struct migration first[] = {{"0001_first", "CREATE TABLE a (x INTEGER) STRICT;"},
                                             {0}};
    ck_assert(migrated(two));
    ck_assert_text(refused(first, FAIL_CONFLICT),
                   "the database is newer than this program: it has 0002_second");
    ck_assert_text(refused(none, FAIL_CONFLICT),
                   "the database is newer than this program: it has 0001_first");
}
END_TEST

START_TEST(a_step_that_fails_leaves_nothing_and_the_next_start_goes_on)
{
    static const struct migration broken[] = {
        {"0001_first", "CREATE TABLE a (x INTEGER) STRICT;"},
        {"0002_second", "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"},
        {0}};
    ck_assert_ptr_nonnull(strstr(refused(broken, FAIL_UNAVAILABLE), "no such table: nowhere"));
    ck_assert_int_eq(number("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    ck_assert_int_eq(number("SELECT count(*) FROM migration"), 1);
    ck_assert(!migrated(two));
    ck_assert_int_eq(number("SELECT count(*) FROM b"), 0);
}
END_TEST

START_TEST(a_file_that_a_crash_left_empty_is_new)
{
    (void)spec_file("store.db", "");
    ck_assert(migrated(two));
    ck_assert_int_eq(unlink(path()), 0);
    ck_assert(migrated(none)); /* the crash came before the first step */
    ck_assert(migrated(two));
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused)
{
    (void)spec_file("store.db", "This is a letter and no database, and it is long enough to be "
                                "read as the header of one, which is a hundred bytes long or so.");
    const char *why = refused(two, FAIL_UNAVAILABLE);
    ck_assert_msg(strstr(why, "file is not a database") && strstr(why, path()), "%s", why);
}
END_TEST

/* Overwrites bytes of the file from `at` on. */
static void scratch(long at, const char *bytes)
{
    FILE *file = fopen(path(), "r+e");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_damaged_file_is_refused)
{
    ck_assert(migrated(migrations));
    ck_assert(number("PRAGMA wal_checkpoint(TRUNCATE)") == 0);
    scratch(2 * 4096, "scratched scratched scratched scratched");
    const char *why = refused(migrations, FAIL_UNAVAILABLE);
    ck_assert_msg(strstr(why, "damaged") || strstr(why, "malformed"), "%s", why);
    ck_assert_ptr_nonnull(strstr(why, path()));
}
END_TEST

START_TEST(a_file_that_was_cut_off_is_refused)
{
    ck_assert(migrated(migrations));
    ck_assert(number("PRAGMA wal_checkpoint(TRUNCATE)") == 0);
    ck_assert_int_eq(truncate(path(), 3 * 4096), 0);
    (void)refused(migrations, FAIL_UNAVAILABLE);
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_refused_by_its_name)
{
    bool made;
    struct reason why = {0};
    ck_assert_int_eq(store_migrate("/nowhere/store.db", two, &made, &why), FAIL_UNAVAILABLE);
    ck_assert_text(why.text, "/nowhere/store.db cannot be opened: unable to open database file");
}
END_TEST

SPECIFICATION("store/migrate", a_new_file_gets_every_step, a_step_runs_once,
              steps_that_came_later_are_added, the_steps_of_the_program_run,
              a_step_that_was_changed_afterwards_is_refused_by_its_name,
              a_database_that_is_newer_than_the_program_is_refused_by_name,
              a_step_that_fails_leaves_nothing_and_the_next_start_goes_on,
              a_file_that_a_crash_left_empty_is_new, a_file_that_is_no_database_is_refused,
              a_damaged_file_is_refused, a_file_that_was_cut_off_is_refused,
              a_place_that_cannot_be_written_is_refused_by_its_name)
