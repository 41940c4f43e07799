/* Fills a fresh store with the history of a busy house, through the writer and the ledger of
   Curfew: the tree, the checkpoint and every column are what serving would have left. bench_history
   FOLDER ORIGIN TENANT EVENTS */
#include "access/ledger.h"
#include "base/memory.h"
#include "base/moment.h"
#include "store/people.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 10000, PEOPLE = 300, SPACING_MS = 20000 };

struct filling {
    struct change change;
    struct ledger *ledger;
    struct person_key people[PEOPLE];
    int64_t next, end, at_ms;
    struct request_id request;
    struct grant_id grant;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool over;
    enum fail fail;
    struct reason why;
};

#define EVIDENCE                                                                                   \
    "{\"evidence\": ["                                                                             \
    "{\"check\": \"mfa\", \"code\": \"mfa_context\", \"observed_at\": 1790000000, \"raw\": "       \
    "{\"context\": \"c1\", \"minutes\": 2}, \"source\": \"sign_in\", \"verdict\": \"pass\"}, "     \
    "{\"check\": \"device\", \"code\": \"device_compliant\", \"observed_at\": 1790000000, "        \
    "\"raw\": "                                                                                    \
    "{\"device\": \"SEC-114\"}, \"source\": \"intune\", \"verdict\": \"pass\"}]}"

/* The events of one request, from the form to the end. */
static const struct step {
    enum event_code code;
    bool by_person, of_grant;
    const char *from, *to, *detail;
} life[] = {
    {EVENT_REQUEST_SUBMITTED, true, false, NULL, "checking",
     "{\"duration\": \"PT1H\", \"justification\": "
     "\"q83Vb7w0m9m8yKkVd3zTn0t1n3r5p7s9uBvDxFzHjLk=\", \"policy\": "
     "\"sha256:0f4c3b2a19283746556473829100f4c3b2a19283746556473829100f4c3b2a1\", \"roles\": "
     "[{\"role\": \"copilot-owner\", \"target\": "
     "\"group:64090000-0000-4000-8000-000000000004:member\"}], \"ticket\": \"INC-4711\"}"},
    {EVENT_REQUEST_PENDING, false, false, "checking", "pending", EVIDENCE},
    {EVENT_MESSAGE_SENT, false, false, NULL, NULL,
     "{\"channel\": \"graph_mail\", \"kind\": \"decide\", \"message\": "
     "\"01JD0000000000000000000000\"}"},
    {EVENT_DECISION_APPROVED, true, false, NULL, NULL,
     "{\"duration\": null, \"reason\": \"q83Vb7w0m9m8yKkVd3zTn0t1n3r5p7s9uBvDxFzHjLk=\"}"},
    {EVENT_REQUEST_APPROVED, false, false, "pending", "approved", "{}"},
    {EVENT_GRANT_WAITING, false, true, NULL, "waiting", NULL},
    {EVENT_GRANT_ACTIVATING, false, true, "waiting", "activating", "{}"},
    {EVENT_INTENT_COMMITTED, false, true, NULL, NULL,
     "{\"action\": \"assign\", \"ends_at\": \"2026-09-21T14:00:00Z\", \"intent\": "
     "\"01JD0000000000000000000000\", \"target\": "
     "\"group:64090000-0000-4000-8000-000000000004:member\"}"},
    {EVENT_INTENT_ANSWERED, false, true, NULL, NULL,
     "{\"directory_request\": \"7b0c7a52-6a3e-4b41-9f0a-0d7c3f6a2b11\", \"intent\": "
     "\"01JD0000000000000000000000\", \"status\": 201}"},
    {EVENT_GRANT_ACTIVE, false, true, "activating", "active", "{}"},
    {EVENT_GRANT_ENDING, false, true, "active", "ending", "{\"why\": \"expired\"}"},
    {EVENT_GRANT_ENDED, false, true, "ending", "ended", "{\"why\": \"expired\"}"},
};

static enum fail append(struct filling *filling, struct store *store, json_t *const details[],
                        struct reason *why)
{
    int64_t turn = filling->next / (int64_t)COUNT(life);
    const struct step *step = &life[filling->next % (int64_t)COUNT(life)];
    const struct person_key *analyst = &filling->people[turn % PEOPLE];
    if (step == life) {
        id_new(filling->at_ms, filling->request.text);
        id_new(filling->at_ms, filling->grant.text);
    }
    filling->at_ms += SPACING_MS;
    struct event event = {
        .at_ms = filling->at_ms,
        .code = step->code,
        .actor = {.kind = ACTOR_CURFEW},
        .subject = analyst,
        .request = &filling->request,
        .grant = step->of_grant ? &filling->grant : NULL,
        .role = "copilot-owner",
        .from = step->from,
        .to = step->to,
        .detail = details[step - life],
    };
    if (step->by_person)
        event.actor =
            (struct actor){ACTOR_PERSON, filling->people[(turn + (step != life)) % PEOPLE]};
    filling->next++;
    return ledger_append(filling->ledger, store, &event, why);
}

static enum fail save_people(struct filling *filling, struct store *store, struct reason *why)
{
    enum fail fail = FAIL_NONE;
    for (int i = 0; !fail && i < PEOPLE; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "Analyst number %d", i);
        const struct person person = {.key = filling->people[i], .name = name};
        fail = store_person_save(store, &person, filling->at_ms / 1000, why);
    }
    return fail;
}

static enum fail apply(struct change *change, struct store *store, struct reason *why)
{
    struct filling *filling = (struct filling *)change; /* its first member */
    json_t *details[COUNT(life)];
    for (size_t i = 0; i < COUNT(life); i++)
        details[i] = life[i].detail ? memory_needed(json_loads(life[i].detail, 0, NULL)) : NULL;
    enum fail fail = filling->next ? FAIL_NONE : save_people(filling, store, why);
    for (int i = 0; !fail && i < TOGETHER && filling->next < filling->end; i++)
        fail = append(filling, store, details, why);
    for (size_t i = 0; i < COUNT(life); i++)
        json_decref(details[i]);
    return fail;
}

static void done(struct change *change, enum fail fail, const struct reason *why)
{
    struct filling *filling = (struct filling *)change;
    pthread_mutex_lock(&filling->mutex);
    filling->over = true;
    filling->fail = fail;
    filling->why = *why;
    pthread_cond_signal(&filling->wake);
    pthread_mutex_unlock(&filling->mutex);
}

static enum fail fill(struct filling *filling, struct writer *writer, struct reason *why)
{
    while (filling->next < filling->end) {
        filling->change = (struct change){.apply = apply, .done = done};
        filling->over = false;
        writer_put(writer, &filling->change);
        pthread_mutex_lock(&filling->mutex);
        while (!filling->over)
            pthread_cond_wait(&filling->wake, &filling->mutex);
        pthread_mutex_unlock(&filling->mutex);
        if (filling->fail)
            return because(why, filling->fail, "%s", filling->why.text);
    }
    return ledger_sync(filling->ledger, why);
}

static void committed(void *context, size_t count, const struct request_id requests[])
{
    (void)context, (void)count, (void)requests;
}

static void lost(void *context)
{
    (void)context;
    (void)fprintf(stderr, "bench_history: the disk failed\n");
    exit(1);
}

static enum fail run(const char *folder, const char *origin, struct filling *filling,
                     struct reason *why)
{
    char url[4096], path[4096];
    bool made = false, sound = false;
    struct store *store = NULL;
    scoped(stores_scoped) struct stores *stores = NULL;
    scoped(keys_scoped) struct keys *keys = NULL;
    scoped(ledger_scoped) struct ledger *ledger = NULL;
    scoped(writer_scoped) struct writer *writer = NULL;
    const struct ledger_listener listener = {.committed = committed, .lost = lost};
    (void)snprintf(url, sizeof url, "sqlite:%s/curfew.db", folder);
    (void)snprintf(path, sizeof path, "%s/keys", folder);
    enum fail fail = stores_open(url, &stores, &made, why);
    if (!fail)
        fail = keys_open(path, origin, made, &keys, why);
    if (!fail)
        fail = stores_borrow(stores, &store, why);
    if (!fail)
        fail = ledger_open(keys, store, &ledger, &sound, why);
    stores_return(stores, store);
    if (fail)
        return fail;
    const struct writer_frame frame = ledger_frame(ledger, &listener);
    filling->ledger = ledger;
    fail = writer_start(stores, &frame, &writer, why);
    return fail ? fail : fill(filling, writer, why);
}

int main(int count, char *words[])
{
    struct reason why = {0};
    struct filling filling = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    if (count != 5 || sodium_init() < 0)
        return 2;
    filling.end = strtoll(words[4], NULL, 10);
    filling.at_ms = moment_now_ms() - filling.end * SPACING_MS;
    for (int i = 0; i < PEOPLE; i++) {
        char oid[GUID_SIZE];
        guid_new(oid);
        if (!person_key_read(words[3], oid, &filling.people[i]))
            return 2;
    }
    if (run(words[1], words[2], &filling, &why) == FAIL_NONE)
        return 0;
    (void)fprintf(stderr, "bench_history: %s\n", why.text);
    return 1;
}
