/* All that is asked of Microsoft: some of it side by side, again where it is asked to wait, and all
   of it within two minutes. */
#include "doctor_checks.h"

#include "base/moment.h"
#include "identity/oidc.h"
#include "identity/own_rights.h"

#include <string.h>

enum {
    ASKING_MS = 2 * 60 * 1000, /* in all */
    SIDE_BY_SIDE = 4,
    TRIES = 3,
    RETRY_MOST_MS = 20 * 1000, /* whoever wants to be left alone for longer is not waited for */
    SILENCES = 4,              /* so many, and none has ever answered: Graph is dead */
};

const char *const doctor_see_above = "See what is wrong above; then run doctor again.";

bool doctor_holds(const struct granted *granted, const char *right)
{
    for (size_t i = 0; i < granted->count; i++)
        if (text_equals(granted->rights[i], right))
            return true;
    return false;
}

/* Facts. */

static struct wanted *find(const struct doctor *doctor, enum fact_kind kind, const char *subject)
{
    for (size_t i = 0; i < doctor->wanted_count; i++)
        if (doctor->wants[i]->kind == kind && text_equals(doctor->wants[i]->subject, subject))
            return doctor->wants[i];
    return NULL;
}

static bool holds_one(const struct granted *granted, const char *needs)
{
    char right[128];
    while (*needs) {
        size_t length = strcspn(needs, "|");
        (void)snprintf(right, sizeof right, "%.*s", (int)length, needs);
        if (doctor_holds(granted, right))
            return true;
        needs += length + (needs[length] == '|');
    }
    return false;
}

void doctor_want(struct doctor *doctor, enum fact_kind kind, const char *subject, const char *needs)
{
    if (find(doctor, kind, subject))
        return;
    struct wanted *wanted = ARENA_NEW(doctor->arena, struct wanted);
    *wanted = (struct wanted){
        .doctor = doctor,
        .kind = kind,
        .subject = arena_copy(doctor->arena, subject),
        .lacks = !needs || holds_one(&doctor->directory, needs) ? NULL : needs,
    };
    doctor->wants = ARENA_MORE(doctor->arena, doctor->wants, doctor->wanted_count);
    doctor->wants[doctor->wanted_count++] = wanted;
}

const char *doctor_silence(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->wanted_count; i++)
        if (doctor->wants[i]->fact && doctor->wants[i]->fact->reading.why)
            return doctor->wants[i]->fact->reading.why;
    return "no answer came in time";
}

const struct fact *doctor_fact(const struct doctor *doctor, enum fact_kind kind,
                               const char *subject, const char **why)
{
    const struct wanted *wanted = find(doctor, kind, subject);
    const struct fact *fact = wanted ? wanted->fact : NULL;
    const char *says = NULL;
    if (fact && fact->reading.known)
        return fact;
    if (doctor->directory.token.fail)
        says = "there is no token for Graph";
    else if (wanted && wanted->lacks)
        says = arena_text(doctor->arena, "the permission %.*s is missing",
                          (int)strcspn(wanted->lacks, "|"), wanted->lacks);
    else if (fact && fact->reading.why && doctor->dated)
        says = fact->reading.why;
    else
        says = doctor->dated ? "Graph did not answer in time" : "Graph does not answer";
    if (why)
        *why = says;
    return NULL;
}

/* Asking. */

static void send_some(struct doctor *doctor);

static void heard(void *context, struct fact *fact)
{
    struct wanted *wanted = context;
    struct doctor *doctor = wanted->doctor;
    bool wait = !fact->reading.known && fact->retry_ms > 0 && fact->retry_ms <= RETRY_MOST_MS &&
                wanted->tries < TRIES && !doctor->stopped;
    int64_t skew;
    wanted->out = false;
    doctor->in_flight--;
    if (!directory_skew(doctor->parts.access.directory, &skew))
        doctor->silences++;
    if (wait) {
        wanted->due_ms = moment_now_ms() + fact->retry_ms;
        fact_free(fact);
    } else {
        wanted->fact = fact;
        if (!doctor->stopped)
            doctor_people_heard(doctor, wanted);
    }
    if (!doctor->stopped) {
        send_some(doctor);
        loop_wake(doctor->parts.access.loop);
    }
}

static bool is_waiting(const struct wanted *wanted)
{
    return !wanted->fact && !wanted->out && !wanted->lacks && wanted->doctor->silences < SILENCES;
}

/* Some answers come at once: they must not begin the next ones from within. */
static void send_some(struct doctor *doctor)
{
    int64_t now_ms = moment_now_ms();
    if (doctor->asking)
        return;
    doctor->asking = true;
    for (size_t i = 0; i < doctor->wanted_count && doctor->in_flight < SIDE_BY_SIDE; i++) {
        struct wanted *wanted = doctor->wants[i];
        const struct question question = {.kind = wanted->kind, .subject = wanted->subject};
        if (!is_waiting(wanted) || wanted->due_ms > now_ms)
            continue;
        wanted->out = true;
        wanted->tries++;
        doctor->in_flight++;
        directory_ask(doctor->parts.access.directory, &question, heard, wanted);
    }
    doctor->asking = false;
}

static void answer(struct told *told, enum fail fail, const struct reason *why)
{
    told->answered = true;
    told->fail = fail;
    if (fail && why)
        told->why = *why;
    if (!told->doctor->stopped)
        loop_wake(told->doctor->parts.access.loop); /* so that `work` sees whether all is done */
}

static void got_issuer(void *context, enum fail fail, const struct reason *why)
{
    struct told *told = context;
    answer(told, fail, why);
}

static void got_token(void *context, enum fail fail, const struct reason *why,
                      const struct secret *token)
{
    struct granted *granted = context;
    struct doctor *doctor = granted->token.doctor;
    struct reason unread = {0};
    if (!fail) {
        fail = own_rights_read(token, doctor->arena, &granted->count, &granted->rights, &unread);
        why = &unread;
    }
    answer(&granted->token, fail, why);
    if (fail || granted != &doctor->directory)
        return;
    doctor_want_contexts(doctor);
    doctor_want_targets(doctor);
    doctor_want_people(doctor);
}

static void begin(struct doctor *doctor)
{
    struct parts *parts = &doctor->parts;
    const char *scope = parts_graph_scope(doctor->settings);
    doctor->begun = true;
    for (size_t i = 0; i < COUNT(doctor->issuers); i++)
        doctor->issuers[i].asked = identity_look(parts->access.identity, (enum token_version)i,
                                                 got_issuer, &doctor->issuers[i]);
    doctor->directory.token.asked = true;
    parts->bearer.get(parts->bearer.context, scope, got_token, &doctor->directory);
    if (!parts->directory_identity)
        return;
    struct bearer own = identity_bearer(parts->access.identity);
    doctor->sign_in.token.asked = true;
    own.get(own.context, scope, got_token, &doctor->sign_in);
}

static bool is_over(const struct told *told)
{
    return !told->asked || told->answered;
}

static bool is_done(const struct doctor *doctor)
{
    bool done = is_over(&doctor->issuers[0]) && is_over(&doctor->issuers[1]) &&
                is_over(&doctor->directory.token) && is_over(&doctor->sign_in.token);
    for (size_t i = 0; done && i < doctor->wanted_count; i++)
        done = !doctor->wants[i]->out && !is_waiting(doctor->wants[i]);
    return done;
}

static int64_t work(void *context)
{
    struct doctor *doctor = context;
    int64_t now_ms = moment_now_ms(), left_ms = doctor->until_ms - moment_ticks_ms();
    if (!doctor->begun)
        begin(doctor);
    int64_t next_ms = directory_work(doctor->parts.access.directory);
    send_some(doctor);
    if (left_ms <= 0 || is_done(doctor)) {
        doctor->stopped = true;
        loop_stop(doctor->parts.access.loop);
        return MOMENT_NEVER;
    }
    if (now_ms + left_ms < next_ms)
        next_ms = now_ms + left_ms;
    for (size_t i = 0; i < doctor->wanted_count; i++)
        if (is_waiting(doctor->wants[i]) && doctor->wants[i]->due_ms > now_ms &&
            doctor->wants[i]->due_ms < next_ms)
            next_ms = doctor->wants[i]->due_ms;
    return next_ms;
}

void doctor_ask(struct doctor *doctor)
{
    struct reason late = {0};
    struct told *const all[] = {&doctor->issuers[0], &doctor->issuers[1], &doctor->directory.token,
                                &doctor->sign_in.token};
    for (size_t i = 0; i < COUNT(all); i++)
        all[i]->doctor = doctor;
    doctor->until_ms = moment_ticks_ms() + ASKING_MS;
    loop_run(doctor->parts.access.loop, work, doctor);
    (void)because(&late, FAIL_UNAVAILABLE, "no answer in time");
    for (size_t i = 0; i < COUNT(all); i++)
        if (!is_over(all[i]))
            answer(all[i], FAIL_UNAVAILABLE, &late);
    doctor->dated = directory_skew(doctor->parts.access.directory, &doctor->skew_seconds);
}
