/* Goal: a hundred thousand orders, each with something changed, write nothing but what the genuine
 * ones do. */
#include "access/order_fixture.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = SPEC_ROUNDS(100000), GENUINE = 4 };

/* A fixed row of numbers: what fails once fails again. */

static uint64_t state = 42;

static size_t chance(size_t most)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return most ? (size_t)(state >> 33) % most : 0;
}

struct sample {
    char *bytes;
    size_t length;
    json_t *json;
    const char *request;
    enum activation mode;
    enum order_does does;
    int64_t duration;
    const char *body, *path; /* of its write */
    char last[21];           /* the latest end that its approvals can lead to */
};

/* Clocks may differ by so much (order.c): whoever starts so much later ends so much later. */
enum { SKEW = 300 };

/* Both approvers agreed to no more than what is asked for. */
static void agree(struct order *order)
{
    static const char *const approvers[] = {LENA, MARC};
    for (size_t i = 0; i < COUNT(approvers); i++) {
        struct commitment commitment = agreed_by(approvers[i]);
        commitment.request = order->request;
        commitment.duration = order->duration;
        order->decisions[i] = signed_by(&commitment, approvers[i], NULL, 0);
    }
}

/* Four genuine orders: two requests, two modes, a removal. */
static void make_samples(struct sample samples[GENUINE])
{
    for (size_t i = 0; i < GENUINE; i++) {
        struct order order = genuine();
        order.mode = i == 1 ? ACTIVATION_DELEGATED : ACTIVATION_APPLICATION;
        if (i == 2) { /* shorter, of another request */
            order.request = "01JDREQ0000000000000000002";
            order.words = "Incident 43 [Curfew 01JDREQ0000000000000000002]";
            order.duration = 1800;
            order.ends_at = NOW + 1800;
        }
        agree(&order);
        if (i == 3) {
            order.does = ORDER_REMOVES;
            order.line_count = order.decision_count = 0;
        }
        samples[i].bytes = bytes_of(&order);
        samples[i].length = strlen(samples[i].bytes);
        samples[i].json = json_loads(samples[i].bytes, 0, NULL);
        samples[i].request = order.request;
        samples[i].mode = order.mode;
        samples[i].does = order.does;
        samples[i].duration = order.duration;
        samples[i].body = arena_copy(arena, order.write.body);
        samples[i].path = arena_copy(arena, order.write.path);
        moment_text(order.ends_at + SKEW, samples[i].last);
    }
}

static char *flipped(const struct sample *one, size_t *length)
{
    char *bytes = malloc(one->length + 1);
    memcpy(bytes, one->bytes, one->length + 1);
    for (size_t i = 0, count = 1 + chance(3); i < count; i++)
        bytes[chance(one->length)] ^= (char)(1 << chance(8));
    *length = one->length;
    return bytes;
}

/* The beginning of one and the end of another, or one with a piece left out or doubled. */
static char *spliced(const struct sample *one, const struct sample *other, size_t *length)
{
    size_t head = chance(one->length + 1), tail = chance(other->length + 1);
    char *bytes = malloc(head + other->length - tail + 1);
    memcpy(bytes, one->bytes, head);
    memcpy(bytes + head, other->bytes + tail, other->length - tail);
    *length = head + other->length - tail;
    return bytes;
}

/* Some value inside, found by a random walk; its container and place. */
static json_t *walk(json_t *json, const char **name, size_t *index)
{
    for (;;) {
        json_t *next = NULL;
        if (json_is_object(json)) {
            size_t skip = chance(json_object_size(json));
            void *at = json_object_iter(json);
            while (skip--)
                at = json_object_iter_next(json, at);
            *name = json_object_iter_key(at);
            next = json_object_iter_value(at);
        } else {
            *name = NULL;
            *index = chance(json_array_size(json));
            next = json_array_get(json, *index);
        }
        bool inside = (json_is_object(next) && json_object_size(next)) ||
                      (json_is_array(next) && json_array_size(next));
        if (!inside || chance(6) == 0)
            return json;
        json = next;
    }
}

static json_t *at(json_t *container, const char *name, size_t index)
{
    return name ? json_object_get(container, name) : json_array_get(container, index);
}

static json_t *bent(const json_t *value)
{
    static const char *const others[] = {
        LENA,           MARC,        BEN,      REQUESTER,
        TARGET,         "owner",     "reader", "01JDREQ0000000000000000001",
        "selfActivate", "delegated", ""};
    if (json_is_integer(value)) {
        static const int deltas[] = {1, -1, 60, -60, 3600, -3600, 1800, -1800, 7200, 1000000};
        return json_integer(json_integer_value(value) + deltas[chance(COUNT(deltas))]);
    }
    if (json_is_boolean(value))
        return json_boolean(!json_is_true(value));
    if (json_is_array(value))
        return json_array();
    if (json_is_string(value) && json_string_length(value) && chance(2)) {
        char *text = strdup(json_string_value(value));
        size_t place = chance(strlen(text));
        text[place] = "0123456789abcdefABCDEF/+-=. "[chance(28)];
        json_t *changed = json_string(text);
        free(text);
        return changed;
    }
    return json_string(others[chance(COUNT(others))]);
}

/* A well-formed order in which a value was changed, or taken from the same place of another genuine
   one; and now and then its write made to fit again, as an insider would. */
static char *swapped(const struct sample *one, const struct sample *other, size_t *length)
{
    json_auto_t *json = json_deep_copy(one->json);
    for (size_t i = 0, count = 1 + chance(2); i < count; i++) {
        const char *name = NULL;
        size_t index = 0;
        json_t *container = walk(json, &name, &index), *value = NULL;
        const json_t *own = at(container, name, index);
        if (chance(2) && container == json)
            value = json_deep_copy(json_object_get(other->json, name));
        if (!value)
            value = bent(own);
        if (name)
            (void)json_object_set_new(container, name, value);
        else
            (void)json_array_set_new(container, index, value);
    }
    char *bytes = json_canonical(json);
    *length = strlen(bytes);
    return bytes;
}

/* The same, with the write that the changed members produce. */
static char *fitted(char *bytes, size_t *length)
{
    json_auto_t *json = json_loads(bytes, 0, NULL);
    json_t *write = json_object_get(json, "write");
    const char *target = json_member_text(json, "target"), *words = json_member_text(json, "words");
    const char *requester = json_member_text(json, "requester"),
               *ticket = json_member_text(json, "ticket"), *mode = json_member_text(json, "mode");
    struct order order = {
        .does = text_equals(json_member_text(json, "does"), "remove") ? ORDER_REMOVES : ORDER_GIVES,
        .requester = requester,
        .target = target,
        .words = words,
        .ticket = ticket,
        .starts_at = json_member_number(json, "starts_at", 0),
        .ends_at = json_member_number(json, "ends_at", 0)};
    if (!target || !words || !requester || !ticket || !mode ||
        !activation_read(mode, &order.mode) || !json_is_object(write) ||
        order_produce(&order, arena, &order.write, NULL))
        return bytes;
    (void)json_object_set_new(write, "method", json_string(order.write.method));
    (void)json_object_set_new(write, "path", json_string(order.write.path));
    (void)json_object_set_new(write, "body", json_string(order.write.body));
    free(bytes);
    bytes = json_canonical(json);
    *length = strlen(bytes);
    return bytes;
}

/* Whether a write gives nothing that the genuine orders of this request do not: the same person,
   target and action, and no later end than was approved. What people read in Entra's log (words,
   ticket) and an earlier end give nobody anything. */
static bool is_no_more(const struct order *order, const struct sample samples[GENUINE])
{
    for (size_t i = 0; i < GENUINE; i++)
        if (text_equals(order->request, samples[i].request) &&
            text_equals(order->write.path, samples[i].path) &&
            text_equals(order->write.body, samples[i].body))
            return true;
    json_auto_t *own = json_loads(order->write.body, 0, NULL);
    for (size_t i = 0; i < GENUINE; i++) {
        if (!text_equals(order->request, samples[i].request))
            continue;
        json_auto_t *theirs = json_loads(samples[i].body, 0, NULL);
        json_auto_t *copy = json_deep_copy(own);
        if (!text_equals(order->write.path, samples[i].path))
            continue;
        const char *end = json_member_text(
            json_object_get(json_object_get(own, "scheduleInfo"), "expiration"), "endDateTime");
        const char *last = json_member_text(
            json_object_get(json_object_get(theirs, "scheduleInfo"), "expiration"), "endDateTime");
        if ((end == NULL) != (last == NULL) || (end && strcmp(end, samples[i].last) > 0))
            continue;
        static const char *const free_of[] = {"justification", "ticketInfo", "scheduleInfo"};
        for (size_t k = 0; k < COUNT(free_of); k++) {
            (void)json_object_del(copy, free_of[k]);
            (void)json_object_del(theirs, free_of[k]);
        }
        if (json_equal(copy, theirs))
            return true;
    }
    return false;
}

START_TEST(a_hundred_thousand_changed_orders_give_nobody_anything)
{
    struct sample samples[GENUINE];
    size_t reached = 0, passed = 0;
    prepare();
    make_samples(samples);
    struct arena *keep = arena;
    for (size_t i = 0; i < MUTATIONS; i++) {
        const struct sample *one = &samples[chance(GENUINE)], *other = &samples[chance(GENUINE)];
        struct order read;
        size_t length = 0, kind = chance(10);
        if (i % 64 == 0) {
            if (arena != keep)
                arena_free(arena);
            arena = arena_new();
        }
        char *bytes = kind < 3   ? flipped(one, &length)
                      : kind < 6 ? spliced(one, other, &length)
                                 : swapped(one, other, &length);
        if (kind >= 8)
            bytes = fitted(bytes, &length);
        rules.request = one->request;
        rules.mode = one->mode;
        rules.does = one->does;
        rules.duration = one->duration;
        enum fail fail = read_with(bytes, length, &rules, &read);
        reached += fail && (strstr(spec_why.text, "token") || strstr(spec_why.text, "signature") ||
                            strstr(spec_why.text, "too few") || strstr(spec_why.text, "twice"));
        passed += !fail;
        ck_assert_msg(fail || is_no_more(&read, samples), "mutation %zu writes %s", i,
                      fail ? "" : read.write.body);
        free(bytes);
    }
    printf("  %zu of %d reached the signatures, %zu said the same\n", reached + passed, MUTATIONS,
           passed);
    ck_assert_uint_gt(reached, MUTATIONS / 100);
    for (size_t i = 0; i < GENUINE; i++) {
        free(samples[i].bytes);
        json_decref(samples[i].json);
    }
    if (arena != keep)
        arena_free(arena);
    arena = keep;
    clean_up();
}
END_TEST

SPECIFICATION("access/order_mutations", a_hundred_thousand_changed_orders_give_nobody_anything)
