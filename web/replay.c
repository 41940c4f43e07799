#include "web/replay.h"

#include "base/text.h"
#include "store/people.h"

#include <string.h>

enum { KEPT_SECONDS = 24 * 3600, KEY_MOST = 200 };

static const char *key_of(const struct visit *visit)
{
    const char *key = visit->caller && visit->method == METHOD_POST
                          ? visit_header(visit, "Idempotency-Key")
                          : NULL;
    return key && *key ? key : NULL;
}

static struct stored_replay replay_of(const struct visit *visit, const char *key)
{
    return (struct stored_replay){.person = &visit->caller->person.key,
                                  .route = arena_text(visit->arena, "POST %s%s", visit->path, ""),
                                  .key = key};
}

enum fail replay_again(struct visit *visit, struct turn *turn, bool *replayed, struct reason *why)
{
    const char *key = key_of(visit);
    struct reason ignored = {0};
    if (!key)
        return FAIL_NONE;
    if (strlen(key) > KEY_MOST)
        return because(why, FAIL_INVALID, "an Idempotency-Key has at most %d characters", KEY_MOST);
    struct stored_replay replay = replay_of(visit, key);
    struct digest body = digest_of(visit->body, visit->body_length);
    enum fail fail = store_replay(turn->store, &replay, turn->now, visit->arena, &ignored);
    if (fail == FAIL_NOT_FOUND)
        return FAIL_NONE;
    if (fail)
        return because(why, fail, "%s", ignored.text);
    if (!digest_equals(&replay.body, &body))
        return because(why, FAIL_CONFLICT, "this Idempotency-Key came with another body before");
    visit->reply.status = replay.status;
    visit->reply.type = "application/json";
    visit->reply.body = replay.answer;
    visit->reply.length = strlen(replay.answer);
    if (replay.location)
        reply_header(&visit->reply, "Location", replay.location);
    *replayed = true;
    return FAIL_NONE;
}

static const char *location_of(const struct reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (text_equals(reply->headers[i].name, "Location"))
            return reply->headers[i].value;
    return NULL;
}

enum fail replay_keep(struct visit *visit, struct turn *turn, struct reason *why)
{
    const char *key = key_of(visit);
    if (!key)
        return FAIL_NONE;
    enum fail fail = visit->compose(visit, turn->store);
    if (fail)
        return because(why, fail, "the reply cannot be made");
    struct stored_replay replay = replay_of(visit, key);
    replay.body = digest_of(visit->body, visit->body_length);
    replay.status = visit->reply.status;
    replay.location = location_of(&visit->reply);
    replay.answer = visit->reply.body;
    replay.ends_at = turn->now + KEPT_SECONDS;
    return store_replay_add(turn->store, &replay, why);
}
