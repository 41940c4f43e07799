#include "access/access.h"

#include "access/in_force.h"
#include "access/sessions.h"
#include "base/json.h"
#include "base/moment.h"

#include <pthread.h>

static enum fail apply(struct change *change, struct store *store, struct reason *why)
{
    struct act *act = (struct act *)change; /* its first member */
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct access own;
    struct turn turn = {
        .access = &own,
        .store = store,
        .arena = arena,
        .now_ms = moment_now_ms(),
        .actor = act->actor,
        .act = act,
    };
    turn.now = turn.now_ms / 1000;
    access_begin(act->access, &own);
    enum fail fail = act->apply(&turn, act->data, why);
    access_end(&own);
    return fail;
}

static void done(struct change *change, enum fail fail, const struct reason *why)
{
    struct act *act = (struct act *)change;
    if (!fail && act->closes_session)
        sessions_forget(act->access->sessions, &act->session);
    if (!fail && act->closes_person)
        sessions_forget_person(act->access->sessions, &act->person, act->closed_at);
    act->done(act->context, fail, why);
}

void act_put(struct act *act, int64_t deadline)
{
    act->change = (struct change){.apply = apply, .done = done, .deadline = deadline};
    writer_put(act->access->writer, &act->change);
}

struct waiting {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool over;
    enum fail fail;
    struct reason why;
};

static void wake_up(void *context, enum fail fail, const struct reason *why)
{
    struct waiting *waiting = context;
    pthread_mutex_lock(&waiting->mutex);
    waiting->over = true;
    waiting->fail = fail;
    waiting->why = *why;
    pthread_cond_signal(&waiting->wake);
    pthread_mutex_unlock(&waiting->mutex);
}

enum fail act_now(struct access *access, const struct actor *actor,
                  enum fail (*what)(struct turn *turn, void *data, struct reason *why), void *data,
                  struct reason *why)
{
    struct waiting waiting = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    struct act act = {.access = access,
                      .actor = *actor,
                      .apply = what,
                      .data = data,
                      .done = wake_up,
                      .context = &waiting};
    act_put(&act, 0);
    pthread_mutex_lock(&waiting.mutex);
    while (!waiting.over)
        (void)pthread_cond_wait(&waiting.wake, &waiting.mutex);
    pthread_mutex_unlock(&waiting.mutex);
    if (waiting.fail)
        return because(why, waiting.fail, "%s", waiting.why.text);
    return FAIL_NONE;
}

enum fail turn_record(struct turn *turn, struct event event, struct reason *why)
{
    /* What came from outside must never keep an event from being recorded. */
    json_auto_t *detail = event.detail ? json_tame(event.detail) : NULL;
    event.at_ms = turn->now_ms;
    event.actor = turn->actor;
    event.detail = detail;
    return ledger_append(turn->access->ledger, turn->store, &event, why);
}
