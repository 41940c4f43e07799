/* Goal: with an Idempotency-Key the same POST of the same person is carried out once and answered
 * alike; another body is a conflict; other people and addresses are not concerned. */
#include "web/replay.h"
#include "web/made.h"

#include "base/json.h"
#include "base/memory.h"

#include <string.h>

static struct store *store; /* the writer's */
static int composed;

static enum fail compose(struct visit *visit, struct store *unused)
{
    (void)unused;
    composed++;
    reply_header(&visit->reply, "Location", "/api/v1/requests/1");
    (void)visit_json(visit, 201, memory_needed(json_pack("{s:i}", "number", composed)));
    return FAIL_NONE;
}

struct post {
    const char *path, *key, *body;
    char person; /* last letter of the object id */
    int64_t now;
};

/* Runs the two halves as a change does; answers the status, 0 when it was refused as `*refused`. */
static int post(const struct post *post, enum fail *refused, char answer[64])
{
    struct made made;
    bool replayed = false;
    struct reason why = {0};
    made_visit(&made, METHOD_POST, post->path);
    struct caller caller = {0};
    memset(caller.person.key.tid, 'a', sizeof caller.person.key.tid - 1);
    memset(caller.person.key.oid, post->person, sizeof caller.person.key.oid - 1);
    made.visit.caller = &caller;
    made.visit.body = post->body;
    made.visit.body_length = strlen(post->body);
    made.visit.compose = compose;
    if (post->key)
        made_header(&made, "idempotency-key", post->key);
    struct turn turn = {.store = store, .arena = made.visit.arena, .now = post->now};
    enum fail fail = replay_again(&made.visit, &turn, &replayed, &why);
    if (!fail && !replayed) {
        fail = replay_keep(&made.visit, &turn, &why);
        if (!fail && !made.visit.reply.status)
            fail = compose(&made.visit, store);
    }
    *refused = fail;
    (void)snprintf(answer, 64, "%s", made.visit.reply.body ? made.visit.reply.body : "");
    int status = fail ? 0 : made.visit.reply.status;
    if (status)
        ck_assert_text(made.visit.reply.headers[0].value, "/api/v1/requests/1");
    made_free(&made);
    return status;
}

static struct stores *open_store(void)
{
    bool fresh;
    struct stores *stores = NULL;
    char url[300];
    (void)snprintf(url, sizeof url, "sqlite:%s", spec_path("curfew.db"));
    ck_assert_fine(stores_open(url, &stores, &fresh, &spec_why));
    ck_assert_fine(stores_writer(stores, &store, &spec_why));
    composed = 0;
    return stores;
}

static void close_store(struct stores *stores)
{
    store_free(store);
    stores_free(stores);
}

static const struct post usual = {
    .path = "/api/v1/requests", .key = "one", .body = "{}", .person = 'b', .now = 1000};

START_TEST(the_same_post_is_carried_out_once_and_answered_alike)
{
    enum fail refused;
    char first[64], again[64];
    struct stores *stores = open_store();
    ck_assert_int_eq(post(&usual, &refused, first), 201);
    ck_assert_int_eq(post(&usual, &refused, again), 201);
    ck_assert_text(again, first);
    ck_assert_int_eq(composed, 1);
    close_store(stores);
}
END_TEST

START_TEST(without_a_key_each_is_carried_out)
{
    enum fail refused;
    char answer[64];
    struct post plain = usual;
    struct stores *stores = open_store();
    plain.key = NULL;
    ck_assert_int_eq(post(&plain, &refused, answer), 201);
    ck_assert_int_eq(post(&plain, &refused, answer), 201);
    ck_assert_int_eq(composed, 2);
    close_store(stores);
}
END_TEST

START_TEST(another_body_under_the_same_key_is_a_conflict)
{
    enum fail refused;
    char answer[64];
    struct post other = usual;
    struct stores *stores = open_store();
    other.body = "{ }";
    ck_assert_int_eq(post(&usual, &refused, answer), 201);
    ck_assert_int_eq(post(&other, &refused, answer), 0);
    ck_assert_int_eq(refused, FAIL_CONFLICT);
    close_store(stores);
}
END_TEST

START_TEST(a_key_is_of_one_person_one_address_and_one_day)
{
    enum fail refused;
    char answer[64];
    struct post person = usual, path = usual, late = usual, almost = usual;
    struct stores *stores = open_store();
    person.person = 'c';
    path.path = "/api/v1/requests/1/cancel";
    almost.now += 24 * 3600 - 1;
    late.now += 24 * 3600;
    ck_assert_int_eq(post(&usual, &refused, answer), 201);
    ck_assert_int_eq(post(&almost, &refused, answer), 201);
    ck_assert_int_eq(composed, 1);
    ck_assert_int_eq(post(&person, &refused, answer), 201);
    ck_assert_int_eq(post(&path, &refused, answer), 201);
    ck_assert_int_eq(post(&late, &refused, answer), 201);
    ck_assert_int_eq(composed, 4);
    close_store(stores);
}
END_TEST

START_TEST(a_key_has_at_most_200_characters)
{
    enum fail refused;
    char answer[64], key[202];
    struct post longest = usual;
    struct stores *stores = open_store();
    memset(key, 'k', sizeof key);
    key[200] = '\0';
    longest.key = key;
    ck_assert_int_eq(post(&longest, &refused, answer), 201);
    key[200] = 'k';
    key[201] = '\0';
    ck_assert_int_eq(post(&longest, &refused, answer), 0);
    ck_assert_int_eq(refused, FAIL_INVALID);
    close_store(stores);
}
END_TEST

SPECIFICATION("web/replay", the_same_post_is_carried_out_once_and_answered_alike,
              without_a_key_each_is_carried_out, another_body_under_the_same_key_is_a_conflict,
              a_key_is_of_one_person_one_address_and_one_day, a_key_has_at_most_200_characters)
