#include "access/desk.h"

#include "access/in_force.h"
#include "base/json.h"
#include "base/moment.h"
#include "store/approvals.h"
#include "store/events.h"

#include <stdio.h>
#include <string.h>

static struct access access_of_case;
static struct arena *arena;
static struct ledger_listener listener;

static void committed(void *context, size_t count, const struct request_id requests[])
{
    (void)context, (void)count, (void)requests;
}

static void lost(void *context)
{
    (void)context;
    ck_abort_msg("the disk failed");
}

static void open_ledger(struct access *access, bool fresh)
{
    bool sound = false;
    struct store *store = NULL;
    ck_assert_fine(
        keys_open(spec_path("keys"), "curfew.example/audit", fresh, &access->keys, &spec_why));
    ck_assert_fine(stores_borrow(access->stores, &store, &spec_why));
    ck_assert_fine(ledger_open(access->keys, store, &access->ledger, &sound, &spec_why));
    stores_return(access->stores, store);
    ck_assert(sound);
}

struct access *desk(void)
{
    struct access *access = &access_of_case;
    char url[200];
    bool made;
    if (access->stores)
        return access;
    arena = arena_new();
    struct complaints complaints = {.arena = arena};
    (void)snprintf(url, sizeof url, "sqlite:%s", spec_path("curfew.db"));
    *access = (struct access){.options = {
                                  .tenant_id = TENANT,
                                  .public_url = "https://curfew.example",
                                  .mail_from = "curfew@contoso.example",
                              }};
    ck_assert_fine(stores_open(url, &access->stores, &made, &spec_why));
    ck_assert_fine(
        policy_read(SOURCES "/policies/examples/sandbox", &access->policy, &complaints, &spec_why));
    access->in_force = in_force_new(policy_share(access->policy));
    open_ledger(access, made);
    listener = (struct ledger_listener){.committed = committed, .lost = lost};
    const struct writer_frame frame = ledger_frame(access->ledger, &listener);
    ck_assert_fine(writer_start(access->stores, &frame, &access->writer, &spec_why));
    return access;
}

void desk_close(void)
{
    struct access *access = &access_of_case;
    writer_free(access->writer);
    ck_assert_fine(ledger_sync(access->ledger, &spec_why));
    ledger_free(access->ledger);
    keys_free(access->keys);
    stores_free(access->stores);
    in_force_free(access->in_force);
    policy_free(access->policy);
    arena_free(arena);
    arena = NULL;
    *access = (struct access){0};
}

struct person_key desk_person(const char *oid)
{
    struct person_key key;
    ck_assert(person_key_read(TENANT, oid, &key));
    return key;
}

enum fail desk_turn(enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                    void *data)
{
    const struct actor curfew = {.kind = ACTOR_CURFEW};
    spec_why = (struct reason){0};
    return act_now(desk(), &curfew, apply, data, &spec_why);
}

static enum fail add_request(struct turn *turn, void *data, struct reason *why)
{
    return store_request_add(turn->store, data, why);
}

/* What the store makes is `checking`; it is then moved in the store alone. */
static enum fail place_request(struct turn *turn, void *data, struct reason *why)
{
    const struct stored_request *request = data;
    enum request_state now = desk_read_request(&request->id).state;
    return now == request->state
               ? FAIL_NONE
               : store_request_move(turn->store, &request->id, now, request->state, NULL, why);
}

struct stored_request desk_request(enum request_state state)
{
    struct access *access = desk();
    int64_t now = moment_now();
    struct stored_request request = {
        .requester = {.key = desk_person(ANA), .name = "Ana Torres"},
        .state = state,
        .duration_seconds = 3600,
        .start_at = -1,
        .start_within_seconds = 3600,
        .justification_mark = "none",
        .submitted_at = now,
        .check_until = now + 600,
        .lapses_at = now + 3600,
        .policy_version = policy_version(access->policy),
        .sign_in = "{}",
        .role_count = 1,
    };
    id_new(moment_now_ms(), request.id.text);
    request.roles[0].role = "copilot-owner";
    request.roles[0].target = OWNERS;
    ck_assert_fine(desk_turn(add_request, &request));
    ck_assert_fine(desk_turn(place_request, &request));
    return request;
}

/* A grant begins as `waiting`; it is then moved in the store alone. */
static enum fail add_grant(struct turn *turn, void *data, struct reason *why)
{
    const struct stored_grant *grant = data;
    enum fail fail = store_grant_add(turn->store, grant, why);
    return fail || grant->state == GRANT_WAITING
               ? fail
               : store_grant_move(turn->store, &grant->id, GRANT_WAITING, grant->state, NULL, why);
}

struct stored_grant desk_grant(const struct stored_request *request, enum grant_state state)
{
    struct stored_grant grant = {.request = request->id,
                                 .holder = request->requester.key,
                                 .role = request->roles[0].role,
                                 .target = request->roles[0].target,
                                 .state = state,
                                 .start_by = moment_now() + 3600};
    id_new(moment_now_ms(), grant.id.text);
    ck_assert_fine(desk_turn(add_grant, &grant));
    return grant;
}

struct stored_request desk_read_request(const struct request_id *id)
{
    struct store *store = NULL;
    struct stored_request request;
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_request(store, id, arena, &request, &spec_why));
    stores_return(desk()->stores, store);
    return request;
}

struct stored_grant desk_read_grant(const struct grant_id *id)
{
    struct store *store = NULL;
    struct stored_grant grant;
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_grant(store, id, arena, &grant, &spec_why));
    stores_return(desk()->stores, store);
    return grant;
}

int64_t desk_events(void)
{
    struct store *store = NULL;
    struct stored_head head;
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    ck_assert_fine(store_head(store, arena, &head, &spec_why));
    stores_return(desk()->stores, store);
    return head.size;
}

json_t *desk_event(void)
{
    struct store *store = NULL;
    const struct event_filter all = {.end = INT64_MAX};
    ck_assert_fine(stores_borrow(desk()->stores, &store, &spec_why));
    struct rows rows = store_events_newest(store, &all, 1);
    ck_assert(rows_next(&rows));
    json_t *event = json_loads(rows_text(&rows, 1), 0, NULL);
    ck_assert_fine(rows_end(&rows, &spec_why));
    stores_return(desk()->stores, store);
    return event;
}
