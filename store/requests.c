#include "store/requests.h"

#include <stdio.h>
#include <string.h>

enum fail store_request_add(struct store *store, const struct stored_request *request,
                            struct reason *why)
{
    enum fail fail = sql_run(
        store->sql, SQL_REQUEST_ADD, NULL, why, TEXT(request->id.text),
        TEXT(request->requester.key.tid), TEXT(request->requester.key.oid),
        TEXT(request_state_text(REQUEST_CHECKING)), NUMBER(request->duration_seconds),
        MAYBE(request->start_at, -1), NUMBER(request->start_within_seconds),
        TEXT(request->justification_mark), TEXT(request->ticket), NUMBER(request->submitted_at),
        NUMBER(request->check_until), TEXT(request->policy_version), TEXT(request->sign_in),
        TEXT(request->demands), TEXT(request->occasion), TEXT(request->bundle),
        NUMBER(request->undo), NUMBER(request->urgent));
    for (size_t i = 0; !fail && i < request->role_count; i++)
        fail = sql_run(store->sql, SQL_REQUEST_ROLE_ADD, NULL, why, TEXT(request->id.text),
                       NUMBER((int64_t)i), TEXT(request->roles[i].role),
                       TEXT(request->roles[i].target), TEXT(request->roles[i].extends));
    return fail;
}

static enum fail read_roles(struct store *store, struct arena *arena,
                            struct stored_request *request, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_REQUEST_ROLES, TEXT(request->id.text));
    while (request->role_count < STORED_ROLES && rows_next(&rows)) {
        request->roles[request->role_count].role = rows_copy(&rows, 0, arena);
        request->roles[request->role_count].target = rows_copy(&rows, 1, arena);
        request->roles[request->role_count++].extends = rows_copy(&rows, 2, arena);
    }
    return rows_end(&rows, why);
}

static void read_request(const struct rows *rows, struct arena *arena,
                         struct stored_request *request)
{
    request->duration_seconds = rows_number(rows, 4, 0);
    request->start_at = rows_number(rows, 5, -1);
    request->start_within_seconds = rows_number(rows, 6, 0);
    request->justification_mark = rows_copy(rows, 7, arena);
    request->justification = rows_copy(rows, 8, arena);
    request->ticket = rows_copy(rows, 9, arena);
    request->submitted_at = rows_number(rows, 10, 0);
    request->check_until = rows_number(rows, 11, 0);
    request->lapses_at = rows_number(rows, 12, -1);
    request->policy_version = rows_copy(rows, 13, arena);
    request->sign_in = rows_copy(rows, 14, arena);
    request->demands = rows_copy(rows, 15, arena);
    request->requester.name = rows_copy(rows, 16, arena);
    request->requester.mail = rows_copy(rows, 17, arena);
    request->bundle = rows_copy(rows, 21, arena);
    request->undo = rows_number(rows, 22, 0) != 0;
    request->urgent = rows_number(rows, 23, 0) != 0;
    request->why = rows_copy(rows, 3, arena);
    request->occasion = rows_copy(rows, 18, arena);
    request->decide_by = rows_number(rows, 19, -1);
    request->stuck_at = rows_number(rows, 20, -1);
}

enum fail store_request(struct store *store, const struct request_id *id, struct arena *arena,
                        struct stored_request *request, struct reason *why)
{
    struct stored_request read = {.id = *id};
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_REQUEST_READ, TEXT(id->text));
    bool found = rows_next(&rows);
    bool sound = found &&
                 person_key_read(rows_text(&rows, 0), rows_text(&rows, 1), &read.requester.key) &&
                 request_state_read(rows_text(&rows, 2), &read.state);
    if (sound)
        read_request(&rows, arena, &read);
    enum fail fail = rows_end(&rows, why);
    if (!fail && !found)
        fail = because(why, FAIL_NOT_FOUND, "no request %s", id->text);
    if (!fail && !sound)
        fail = because(why, FAIL_BROKEN, "the row of request %s makes no sense", id->text);
    if (!fail)
        fail = read_roles(store, arena, &read, why);
    if (!fail)
        *request = read;
    return fail;
}

enum fail store_request_move(struct store *store, const struct request_id *id,
                             enum request_state from, enum request_state to, const char *because_of,
                             struct reason *why)
{
    int64_t moved = 0;
    enum fail fail =
        sql_run(store->sql, SQL_REQUEST_MOVE, &moved, why, TEXT(id->text),
                TEXT(request_state_text(from)), TEXT(request_state_text(to)), TEXT(because_of));
    return fail || moved ? fail
                         : because(why, FAIL_CONFLICT, "request %s is not %s any more", id->text,
                                   request_state_text(from));
}

enum fail store_request_demand(struct store *store, const struct stored_request *request,
                               struct reason *why)
{
    return sql_run(store->sql, SQL_REQUEST_DEMAND, NULL, why, TEXT(request->id.text),
                   TEXT(request->demands), NUMBER(request->start_within_seconds),
                   MAYBE(request->lapses_at, -1), TEXT(request->occasion),
                   MAYBE(request->decide_by, -1));
}

enum fail store_request_lapses(struct store *store, const struct stored_request *request,
                               struct reason *why)
{
    return sql_run(store->sql, SQL_REQUEST_LAPSES, NULL, why, TEXT(request->id.text),
                   NUMBER(request->lapses_at), MAYBE(request->stuck_at, -1));
}

enum fail store_request_shorten(struct store *store, const struct request_id *id, int64_t seconds,
                                struct reason *why)
{
    return sql_run(store->sql, SQL_REQUEST_SHORTEN, NULL, why, TEXT(id->text), NUMBER(seconds));
}

enum fail store_requests_since(struct store *store, const struct person_key *person, int64_t since,
                               int64_t *count, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(
        store->sql, SQL_REQUESTS_SINCE, TEXT(person->tid), TEXT(person->oid), NUMBER(since));
    int64_t counted = rows_next(&rows) ? rows_number(&rows, 0, 0) : 0;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *count = counted;
    return fail;
}

enum fail store_request_open_for(struct store *store, const struct person_key *person,
                                 const char *target, struct request_id *id, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(
        store->sql, SQL_REQUEST_OPEN_FOR, TEXT(person->tid), TEXT(person->oid), TEXT(target));
    bool found = rows_next(&rows);
    if (found)
        (void)snprintf(id->text, sizeof id->text, "%s", rows_text(&rows, 0));
    enum fail fail = rows_end(&rows, why);
    return fail || found ? fail : because(why, FAIL_NOT_FOUND, "nothing is open for it");
}

enum fail store_requests_page(struct store *store, const struct request_page *page,
                              struct arena *arena, size_t *count, struct request_id **ids,
                              struct reason *why)
{
    const char *before = page->before ? page->before : "~"; /* after every id */
    struct request_id *found = ARENA_ARRAY(arena, struct request_id, page->most);
    size_t found_count = 0;
    enum query query = page->to_review     ? SQL_REQUESTS_TO_REVIEW
                       : page->as_approver ? SQL_REQUESTS_FOR_APPROVER
                                           : SQL_REQUESTS_OF;
    scoped(rows_scoped) struct rows rows =
        page->person ? sql_ask(store->sql, query, TEXT(page->person->tid), TEXT(page->person->oid),
                               TEXT(before), TEXT(page->state), TEXT(page->role),
                               NUMBER((int64_t)page->most))
                     : sql_ask(store->sql, SQL_REQUESTS_ALL, TEXT(before), TEXT(page->state),
                               TEXT(page->role), NUMBER((int64_t)page->most));
    while (found_count < page->most && rows_next(&rows))
        (void)snprintf(found[found_count++].text, ID_SIZE, "%s", rows_text(&rows, 0));
    enum fail fail = rows_end(&rows, why);
    if (fail)
        return fail;
    *count = found_count;
    *ids = found;
    return FAIL_NONE;
}

enum fail store_words_add(struct store *store, const char *commitment, const unsigned char salt[16],
                          const char *text, struct reason *why)
{
    return sql_run(store->sql, SQL_WORDS_ADD, NULL, why, TEXT(commitment), BYTES(salt, 16),
                   TEXT(text));
}

enum fail store_policy_save(struct store *store, const char *version, const char *text, int64_t now,
                            bool *fresh, struct reason *why)
{
    int64_t added = 0;
    enum fail fail =
        sql_run(store->sql, SQL_POLICY_SAVE, &added, why, TEXT(version), TEXT(text), NUMBER(now));
    if (!fail)
        *fresh = added > 0;
    return fail;
}

enum fail store_policy(struct store *store, const char *version, struct arena *arena,
                       const char **text, struct reason *why)
{
    scoped(rows_scoped) struct rows rows = sql_ask(store->sql, SQL_POLICY_READ, TEXT(version));
    const char *found = rows_next(&rows) ? rows_copy(&rows, 0, arena) : NULL;
    enum fail fail = rows_end(&rows, why);
    if (!fail && found)
        *text = found;
    return fail || found ? fail
                         : because(why, FAIL_NOT_FOUND, "no policy %s was in force", version);
}

enum fail store_evidence_save(struct store *store, const struct request_id *id, const char *phase,
                              const char *list, int64_t now, struct reason *why)
{
    return sql_run(store->sql, SQL_EVIDENCE_SAVE, NULL, why, TEXT(id->text), TEXT(phase),
                   NUMBER(now), TEXT(list));
}

enum fail store_evidence(struct store *store, const struct request_id *id, const char *phase,
                         struct arena *arena, const char **list, struct reason *why)
{
    scoped(rows_scoped) struct rows rows =
        sql_ask(store->sql, SQL_EVIDENCE_READ, TEXT(id->text), TEXT(phase));
    const char *found = rows_next(&rows) ? rows_copy(&rows, 0, arena) : NULL;
    enum fail fail = rows_end(&rows, why);
    if (!fail)
        *list = found;
    return fail;
}
