/* Goal: what must never be in the database, the database itself refuses: a changed event, a second
 * open holding, a second decision, a row without what it belongs to. */
#include "base/scoped.h"
#include "store/migrate.h"
#include "store/sqlite.h"
#include "support/spec.h"

#include <string.h>

static sqlite3 *database;

#define TENANT "'t'"
#define PERSON TENANT ", 'alice'"
#define LEAF   "zeroblob(32)"
#define EVENT(seq)                                                                                 \
    "INSERT INTO event (seq, at_ms, code, actor, record, leaf)"                                    \
    " VALUES (" seq ", 0, 'alarm.raised', 'curfew', '{}', " LEAF ")"

static void given_the_schema(void)
{
    bool made;
    ck_assert_fine(store_migrate(spec_path("curfew.db"), migrations, &made, &spec_why));
    ck_assert_fine(
        sqlite_connect(spec_path("curfew.db"), SQLITE_OPEN_READWRITE, &database, &spec_why));
}

static void works(const char *statement)
{
    ck_assert_fine(sqlite_script(database, statement, &spec_why));
}

static void refused(const char *statement, const char *says)
{
    struct reason why = {0};
    ck_assert_msg(sqlite_script(database, statement, &why) != FAIL_NONE, "%s", statement);
    ck_assert_msg(strstr(why.text, says), "%s: %s", statement, why.text);
}

START_TEST(an_event_is_never_changed)
{
    given_the_schema();
    works(EVENT("0"));
    refused("UPDATE event SET code = 'grant.ended'", "events are never changed");
    refused("UPDATE event SET seq = 1", "events are never changed");
    refused("UPDATE OR IGNORE event SET record = ''", "events are never changed");
    refused(EVENT("0") " ON CONFLICT (seq) DO UPDATE SET record = ''", "events are never changed");
}
END_TEST

START_TEST(an_event_is_never_deleted_or_replaced)
{
    given_the_schema();
    works(EVENT("0"));
    refused("DELETE FROM event", "events are never deleted");
    refused("DELETE FROM event WHERE seq = 0", "events are never deleted");
    refused("REPLACE INTO event (seq, at_ms, code, actor, record, leaf)"
            " VALUES (0, 0, 'grant.ended', 'curfew', '{}', " LEAF ")",
            "events are never deleted");
    refused("UPDATE OR REPLACE event SET seq = 0", "events are never");
    refused(EVENT("0"), "UNIQUE constraint failed: event.seq");
}
END_TEST

START_TEST(leaves_and_nodes_are_digests)
{
    given_the_schema();
    refused("INSERT INTO event (seq, at_ms, code, actor, record, leaf)"
            " VALUES (0, 0, 'x', 'curfew', '{}', zeroblob(31))",
            "CHECK constraint failed");
    refused("INSERT INTO node (level, position, hash) VALUES (1, 0, zeroblob(33))",
            "CHECK constraint failed");
}
END_TEST

START_TEST(there_is_one_head)
{
#define HEAD(one)                                                                                  \
    "INSERT INTO head (one, size, at_ms, last, checkpoint)"                                        \
    " VALUES (" one ", 0, 0, zeroblob(32), '')"
    given_the_schema();
    refused(HEAD("2"), "CHECK constraint failed");
    works("DELETE FROM head");
    works(HEAD("1"));
    refused(HEAD("1"), "UNIQUE constraint failed");
#undef HEAD
}
END_TEST

START_TEST(at_most_one_holding_of_a_person_and_target_is_open)
{
#define HOLDING(id, oid, closed)                                                                   \
    "INSERT INTO holding (id, tid, oid, target, ends_at, opened_at, closed_at)"                    \
    " VALUES ('" id "', " TENANT ", '" oid "', 'group/g/member', 9, 1, " closed ")"
    given_the_schema();
    works(HOLDING("1", "alice", "5"));
    works(HOLDING("2", "alice", "NULL"));
    works(HOLDING("3", "bob", "NULL"));
    refused(HOLDING("4", "alice", "NULL"), "UNIQUE constraint failed: holding.tid");
    works("UPDATE holding SET closed_at = 6 WHERE id = '2'");
    works(HOLDING("4", "alice", "NULL"));
    refused("UPDATE holding SET closed_at = NULL WHERE id = '2'",
            "UNIQUE constraint failed: holding.tid");
#undef HOLDING
}
END_TEST

START_TEST(what_belongs_to_a_request_needs_one)
{
    static const char *const statements[] = {
        "INSERT INTO request_role (request, position, role, target) VALUES ('none', 0, 'r', 't')",
        "INSERT INTO evidence (request, phase, judged_at, list) VALUES ('none', 'start', 0, '[]')",
        "INSERT INTO approver (request, line, stage, tid, oid) VALUES ('none', 0, 0, " PERSON ")",
        "INSERT INTO decision (request, tid, oid, decision, reason, decided_at)"
        " VALUES ('none', " PERSON ", 'approve', 'c', 0)",
        "INSERT INTO link (token, request, tid, oid) VALUES (x'00', 'none', " PERSON ")",
    };
    given_the_schema();
    for (size_t i = 0; i < COUNT(statements); i++)
        refused(statements[i], "FOREIGN KEY constraint failed");
}
END_TEST

START_TEST(nobody_decides_twice_on_one_request)
{
#define DECISION(oid, what)                                                                        \
    "INSERT INTO decision (request, tid, oid, decision, reason, decided_at)"                       \
    " VALUES ('r', " TENANT ", '" oid "', '" what "', 'c', 0)"
    given_the_schema();
    works("PRAGMA foreign_keys = OFF"); /* the request itself does not matter here */
    works(DECISION("alice", "approve"));
    works(DECISION("bob", "approve"));
    refused(DECISION("alice", "deny"), "UNIQUE constraint failed");
#undef DECISION
}
END_TEST

START_TEST(nobodys_place_is_spoken_for_twice)
{
#define DECISION(oid, place)                                                                       \
    "INSERT INTO decision (request, tid, oid, decision, reason, decided_at, for_oid)"              \
    " VALUES ('r', " TENANT ", '" oid "', 'approve', 'c', 0, " place ")"
    given_the_schema();
    works("PRAGMA foreign_keys = OFF");
    works(DECISION("alice", "NULL"));
    works(DECISION("bob", "'carol'"));
    refused(DECISION("dave", "'alice'"), "UNIQUE constraint failed");
    refused(DECISION("carol", "NULL"), "UNIQUE constraint failed");
    refused(DECISION("dave", "'carol'"), "UNIQUE constraint failed");
#undef DECISION
}
END_TEST

START_TEST(columns_hold_only_their_own_kind)
{
    given_the_schema();
    refused("INSERT INTO person (tid, oid, seen_at) VALUES (" PERSON ", 'yesterday')",
            "cannot store TEXT value in INTEGER column");
    refused("INSERT INTO person (tid, oid, seen_at) VALUES ('t', NULL, 0)",
            "NOT NULL constraint failed");
}
END_TEST

SPECIFICATION("store/schema", an_event_is_never_changed, an_event_is_never_deleted_or_replaced,
              leaves_and_nodes_are_digests, there_is_one_head,
              at_most_one_holding_of_a_person_and_target_is_open,
              what_belongs_to_a_request_needs_one, nobody_decides_twice_on_one_request,
              nobodys_place_is_spoken_for_twice, columns_hold_only_their_own_kind)
