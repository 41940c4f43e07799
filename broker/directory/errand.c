/* How a call leaves: the token is fetched, the service's turn is taken or waited for, and the
   answer teaches when the next one may leave. */
#include "directory/internal.h"

#include "base/id.h"
#include "base/memory.h"
#include "base/moment.h"
#include "directory/error.h"
#include "outbound/retry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_LIMIT = 8 * 1024 * 1024 }; /* some hundred Conditional Access policies on one page */

struct sending {
    struct sending *next;
    struct directory *directory;
    struct errand errand;
    int64_t due_ms;
    bool renewed; /* a 401 was met once */
};

static void start(struct sending *sending);

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

static void wait_until(struct sending *sending, int64_t due_ms)
{
    struct sending **last = &sending->directory->waiting;
    while (*last)
        last = &(*last)->next;
    *last = sending;
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

static void answered(void *context, const struct answer *answer)
{
    struct sending *sending = context;
    struct directory *directory = sending->directory;
    struct challenge challenge = {0};
    throttle_learn(&directory->throttle, sending->errand.service, answer, randombytes_random(),
                   moment_ticks_ms());
    if (answer->date >= 0) {
        directory->dated = true;
        directory->skew_seconds = answer->date - moment_now();
    }
    if (!needs_new_token(sending, answer, &challenge)) {
        finish(sending, answer,
               directory->throttle.services[sending->errand.service].rest_until_ms);
        return;
    }
    sending->renewed = true;
    directory->bearer.refused(directory->bearer.context, directory->scope, challenge.not_before);
    start(sending);
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
        .private_peer = sending->directory->private_peer,
        .answer_limit = ANSWER_LIMIT,
    };
    loop_call(sending->directory->loop, &call, answered, sending);
}

/* The turn is taken only now, with the token in hand: whoever takes one must call. */
static void got_token(void *context, enum fail fail, const struct reason *why,
                      const struct secret *token)
{
    struct sending *sending = context;
    struct throttle *throttle = &sending->directory->throttle;
    enum service service = sending->errand.service;
    int64_t free_at_ms;
    if (fail)
        finish_unsent(sending, why && why->text[0] ? why->text : "there is no token", 0);
    else if (throttle_take(throttle, service, moment_ticks_ms(), &free_at_ms))
        call(sending, token);
    else if (free_at_ms == throttle->services[service].pace_until_ms)
        wait_until(sending, free_at_ms); /* a second at most; a rest may be an hour */
    else
        finish_unsent(sending, "the service wants to be left alone", free_at_ms);
}

static void start(struct sending *sending)
{
    const struct bearer *bearer = &sending->directory->bearer;
    if (sending->errand.token)
        got_token(sending, FAIL_NONE, NULL, sending->errand.token);
    else
        bearer->get(bearer->context, sending->directory->scope, got_token, sending);
}

void errand_send(struct directory *directory, const struct errand *errand)
{
    struct sending *sending = MEMORY_NEW(struct sending);
    sending->directory = directory;
    sending->errand = *errand;
    start(sending);
}

static struct sending *take_due(struct directory *directory, int64_t now_ms)
{
    struct sending **at = &directory->waiting;
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
    while ((due = take_due(directory, now_ms)))
        start(due);
    for (const struct sending *one = directory->waiting; one; one = one->next)
        if (one->due_ms < next_ms)
            next_ms = one->due_ms;
    return next_ms == INT64_MAX ? MOMENT_NEVER : moment_now_ms() + next_ms - now_ms;
}

void errands_give_up(struct directory *directory)
{
    while (directory->waiting)
        finish_unsent(take_due(directory, INT64_MAX), "stopping", 0);
}
