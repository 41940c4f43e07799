/* How a call leaves: the token is fetched, the service's turn is taken or waited for, and the
   answer teaches when the next one may leave. Reads of one service that begin in the same turn of
   the loop leave as one. */
#include "directory/batch.h"

#include "base/id.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "directory/error.h"
#include "outbound/retry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_LIMIT = 8 * 1024 * 1024, /* some hundred Conditional Access policies on one page */
    BATCH_ANSWER_LIMIT = 4 * ANSWER_LIMIT
};

struct sending {
    struct sending *next;
    struct directory *directory;
    struct errand errand;
    int64_t due_ms;
    bool renewed; /* a 401 was met once */
    bool alone;   /* a batch did not answer it */
};

static void begin(struct sending *sending);

static void finish(struct sending *sending, const struct answer *answer, int64_t free_at_ms)
{
    int64_t left_ms = free_at_ms - moment_ticks_ms();
    sending->errand.done(sending->errand.context, answer, left_ms > 0 ? left_ms : 0);
    free(sending);
}

static void finish_unsent(struct sending *sending, const char *why, int64_t free_at_ms)
{
    struct answer answer = {
        .outcome = OUTCOME_NOT_SENT, .body = "", .date = -1, .retry_after_ms = RETRY_ABSENT};
    (void)because(&answer.reason, FAIL_UNAVAILABLE, "%s", why);
    finish(sending, &answer, free_at_ms);
}

static void append(struct sending **list, struct sending *sending)
{
    while (*list)
        list = &(*list)->next;
    *list = sending;
}

static void wait_until(struct sending *sending, int64_t due_ms)
{
    append(&sending->directory->waiting, sending);
    sending->due_ms = due_ms;
    loop_wake(sending->directory->loop); /* so that directory_work says when */
}

/* A 401 or a challenge is given before anything is looked at, let alone done; only a proxy's is no
   such answer. A person's token cannot be had anew. */
static bool needs_new_token(const struct sending *sending, const struct answer *answer,
                            struct challenge *challenge)
{
    return answer->outcome == OUTCOME_ANSWERED && !sending->renewed && !sending->errand.token &&
           error_is_there(answer->body, answer->length) &&
           (error_challenge(answer, challenge) || answer->status == 401);
}

static void learn(struct directory *directory, enum service service, const struct answer *answer)
{
    throttle_learn(&directory->throttle, service, answer, randombytes_random(), moment_ticks_ms());
    if (answer->date >= 0) {
        atomic_store(&directory->skew_seconds, answer->date - moment_now());
        atomic_store(&directory->dated, true);
    }
}

/* Ends it, or sends it once more with a new token. */
static void settle(struct sending *sending, const struct answer *answer)
{
    struct directory *directory = sending->directory;
    struct challenge challenge = {0};
    if (!needs_new_token(sending, answer, &challenge)) {
        finish(sending, answer,
               directory->throttle.services[sending->errand.service].rest_until_ms);
        return;
    }
    sending->renewed = true;
    directory->bearer.refused(directory->bearer.context,
                              endpoint_of(directory, sending->errand.service)->scope,
                              challenge.not_before);
    begin(sending);
}

static void answered(void *context, const struct answer *answer)
{
    struct sending *sending = context;
    learn(sending->directory, sending->errand.service, answer);
    settle(sending, answer);
}

static void call(struct sending *sending, const struct secret *token)
{
    const struct errand *errand = &sending->errand;
    char fresh[GUID_SIZE];
    guid_new(fresh);
    const struct call_header headers[] = {
        {"client-request-id", errand->correlation ? errand->correlation : fresh},
        {"Accept", "application/json"},
        {"ConsistencyLevel", "eventual"},
    };
    const struct call call = {
        .method = errand->method,
        .url = errand->url,
        .header_count = errand->advanced ? COUNT(headers) : COUNT(headers) - 1,
        .headers = headers,
        .content_type = errand->body ? "application/json" : NULL,
        .body = errand->body,
        .body_length = errand->body ? strlen(errand->body) : 0,
        .bearer = token,
        .write = errand->write,
        .private_peer = endpoint_of(sending->directory, errand->service)->private_peer,
        .answer_limit = ANSWER_LIMIT,
    };
    loop_call(sending->directory->loop, &call, answered, sending);
}

/* The turn is taken only now, with the token in hand: whoever takes one must call. False: it waits
   for its turn, or is over. */
static bool may_leave(struct sending *sending, enum fail fail, const struct reason *why)
{
    struct throttle *throttle = &sending->directory->throttle;
    enum service service = sending->errand.service;
    int64_t free_at_ms;
    if (fail)
        finish_unsent(sending, why && why->text[0] ? why->text : "there is no token", 0);
    else if (throttle_take(throttle, service, moment_ticks_ms(), &free_at_ms))
        return true;
    else if (free_at_ms == throttle->services[service].pace_until_ms)
        wait_until(sending, free_at_ms); /* a second at most; a rest may be an hour */
    else
        finish_unsent(sending, "the service wants to be left alone", free_at_ms);
    return false;
}

static void got_token(void *context, enum fail fail, const struct reason *why,
                      const struct secret *token)
{
    struct sending *sending = context;
    if (may_leave(sending, fail, why))
        call(sending, token);
}

static void start(struct sending *sending)
{
    const struct bearer *bearer = &sending->directory->bearer;
    const char *scope = endpoint_of(sending->directory, sending->errand.service)->scope;
    if (sending->errand.token)
        got_token(sending, FAIL_NONE, NULL, sending->errand.token);
    else
        bearer->get(bearer->context, scope, got_token, sending);
}

/* Together. */

struct batch {
    struct directory *directory;
    enum service service;
    size_t count;
    struct sending *sendings[BATCH_MOST];
};

static void gather(struct sending *sending)
{
    append(&sending->directory->gathered, sending);
    loop_wake(sending->directory->loop); /* so that directory_work sends it */
}

/* Each gets its own answer as if it had called alone; who has none calls alone. */
static void take_apart(const struct batch *batch, const struct answer *whole)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct answer answers[BATCH_MOST];
    (void)batch_read(whole, batch->count, arena, answers);
    for (size_t i = 0; i < batch->count; i++) {
        struct sending *sending = batch->sendings[i];
        if (answers[i].outcome == OUTCOME_ANSWERED) {
            answered(sending, &answers[i]);
        } else {
            sending->alone = true;
            begin(sending);
        }
    }
}

/* What keeps the whole from being answered counts once, and for each of them. */
static void batch_answered(void *context, const struct answer *whole)
{
    struct batch *batch = context;
    struct challenge challenge;
    bool failed =
        whole->outcome != OUTCOME_ANSWERED || whole->status == 429 || whole->status >= 500;
    if (failed || whole->status == 401 || error_challenge(whole, &challenge)) {
        learn(batch->directory, batch->service, whole);
        for (size_t i = 0; i < batch->count; i++)
            settle(batch->sendings[i], whole);
    } else {
        take_apart(batch, whole);
    }
    free(batch);
}

static void call_together(struct batch *batch, const struct secret *token)
{
    struct directory *directory = batch->directory;
    const struct errand *errands[BATCH_MOST];
    scoped(text_scoped) struct text url = TEXT_LIMIT(SIZE_MAX / 2);
    char correlation[GUID_SIZE];
    for (size_t i = 0; i < batch->count; i++)
        errands[i] = &batch->sendings[i]->errand;
    char *body = batch_write(directory, batch->count, errands);
    text_addf(&url, "%s/v1.0/$batch", directory->graph.origin);
    guid_new(correlation);
    const struct call_header headers[] = {{"client-request-id", correlation},
                                          {"Accept", "application/json"}};
    const struct call call = {
        .method = "POST",
        .url = text_of(&url),
        .header_count = COUNT(headers),
        .headers = headers,
        .content_type = "application/json",
        .body = body,
        .body_length = strlen(body),
        .bearer = token,
        .private_peer = directory->graph.private_peer,
        .answer_limit = BATCH_ANSWER_LIMIT,
    };
    loop_call(directory->loop, &call, batch_answered, batch);
    free(body);
}

static void got_batch_token(void *context, enum fail fail, const struct reason *why,
                            const struct secret *token)
{
    struct batch *batch = context;
    size_t asked = batch->count;
    batch->count = 0;
    for (size_t i = 0; i < asked; i++)
        if (may_leave(batch->sendings[i], fail, why))
            batch->sendings[batch->count++] = batch->sendings[i];
    if (batch->count > 1) {
        call_together(batch, token);
        return;
    }
    if (batch->count)
        call(batch->sendings[0], token);
    free(batch);
}

/* As many of the first one's service as one call takes. */
static struct batch *take_batch(struct directory *directory, struct sending **list)
{
    struct batch *batch = MEMORY_NEW(struct batch);
    batch->directory = directory;
    batch->service = (*list)->errand.service;
    for (struct sending **at = list; *at && batch->count < BATCH_MOST;) {
        struct sending *one = *at;
        if (one->errand.service == batch->service) {
            *at = take(one->next);
            batch->sendings[batch->count++] = one;
        } else {
            at = &one->next;
        }
    }
    return batch;
}

static void send_gathered(struct directory *directory)
{
    struct sending *list = take(directory->gathered);
    while (list)
        directory->bearer.get(directory->bearer.context, directory->graph.scope, got_batch_token,
                              take_batch(directory, &list));
}

static void begin(struct sending *sending)
{
    if (sending->errand.together && !sending->errand.token && !sending->alone &&
        batch_path(sending->directory, &sending->errand))
        gather(sending);
    else
        start(sending);
}

void errand_send(struct directory *directory, const struct errand *errand)
{
    struct sending *sending = MEMORY_NEW(struct sending);
    sending->directory = directory;
    sending->errand = *errand;
    begin(sending);
}

static struct sending *take_due(struct sending **at, int64_t now_ms)
{
    while (*at && (*at)->due_ms > now_ms)
        at = &(*at)->next;
    struct sending *due = *at;
    if (due)
        *at = take(due->next);
    return due;
}

int64_t errands_send_waiting(struct directory *directory)
{
    int64_t now_ms = moment_ticks_ms(), next_ms = INT64_MAX;
    struct sending *due;
    send_gathered(directory);
    while ((due = take_due(&directory->waiting, now_ms)))
        start(due);
    for (const struct sending *one = directory->waiting; one; one = one->next)
        if (one->due_ms < next_ms)
            next_ms = one->due_ms;
    return next_ms == INT64_MAX ? MOMENT_NEVER : moment_now_ms() + next_ms - now_ms;
}

void errands_give_up(struct directory *directory)
{
    while (directory->gathered)
        finish_unsent(take_due(&directory->gathered, INT64_MAX), "stopping", 0);
    while (directory->waiting)
        finish_unsent(take_due(&directory->waiting, INT64_MAX), "stopping", 0);
}
