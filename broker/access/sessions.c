#include "access/sessions.h"

#include "access/closing.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "store/people.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How stale the stored `seen_at` may be: a write for each call would be one too many. */
enum { BUCKETS = 1024, KEPT_MOST = 8192, TOUCH_EVERY_SECONDS = 60, CLOSED_KEPT = 256 };

struct session {
    struct session *next; /* in its bucket */
    atomic_uint uses;
    struct arena *arena;
    struct caller caller;
    atomic_llong seen_at, stored_at;
};

struct sessions {
    struct access *access;
    pthread_mutex_t mutex;
    size_t count;
    struct session *buckets[BUCKETS];
    /* Sessions that were ended lately: who read the row just before it went must not bring it back.
     */
    size_t closed_count;
    struct digest closed[CLOSED_KEPT];
    size_t left_count; /* the same of people who lost all of theirs */
    struct left {
        struct person_key person;
        int64_t until;
    } left[CLOSED_KEPT];
};

struct sessions *sessions_new(struct access *access)
{
    struct sessions *sessions = MEMORY_NEW(struct sessions);
    sessions->access = access;
    (void)pthread_mutex_init(&sessions->mutex, NULL);
    return sessions;
}

void session_free(struct session *session)
{
    if (!session || atomic_fetch_sub(&session->uses, 1) > 1)
        return;
    arena_free(session->arena);
    free(session);
}

static void clear(struct sessions *sessions)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        while (sessions->buckets[i]) {
            struct session *session = sessions->buckets[i];
            sessions->buckets[i] = session->next;
            session_free(session);
        }
    }
    sessions->count = 0;
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    clear(sessions);
    (void)pthread_mutex_destroy(&sessions->mutex);
    free(sessions);
}

const struct caller *session_caller(const struct session *session)
{
    return &session->caller;
}

static struct session **bucket_of(struct sessions *sessions, const struct digest *token)
{
    unsigned hash = (unsigned)token->bytes[0] << 8 | token->bytes[1];
    return &sessions->buckets[hash % BUCKETS];
}

static struct session *find(struct sessions *sessions, const struct digest *token)
{
    for (struct session *session = *bucket_of(sessions, token); session; session = session->next)
        if (digest_equals(&session->caller.session, token))
            return session;
    return NULL;
}

static bool is_closed(const struct sessions *sessions, const struct caller *caller)
{
    size_t kept = sessions->closed_count < CLOSED_KEPT ? sessions->closed_count : CLOSED_KEPT;
    for (size_t i = 0; i < kept; i++)
        if (digest_equals(&sessions->closed[i], &caller->session))
            return true;
    kept = sessions->left_count < CLOSED_KEPT ? sessions->left_count : CLOSED_KEPT;
    for (size_t i = 0; i < kept; i++)
        if (person_is(&sessions->left[i].person, &caller->person.key) &&
            caller->opened_at <= sessions->left[i].until)
            return true;
    return false;
}

static void forget(struct sessions *sessions, const struct digest *token, bool closed)
{
    pthread_mutex_lock(&sessions->mutex);
    if (closed)
        sessions->closed[sessions->closed_count++ % CLOSED_KEPT] = *token;
    for (struct session **at = bucket_of(sessions, token); *at; at = &(*at)->next) {
        struct session *session = *at;
        if (!digest_equals(&session->caller.session, token))
            continue;
        *at = session->next;
        sessions->count--;
        session_free(session);
        break;
    }
    pthread_mutex_unlock(&sessions->mutex);
}

void sessions_forget(struct sessions *sessions, const struct digest *token)
{
    forget(sessions, token, true);
}

void sessions_forget_person(struct sessions *sessions, const struct person_key *person,
                            int64_t until)
{
    pthread_mutex_lock(&sessions->mutex);
    sessions->left[sessions->left_count++ % CLOSED_KEPT] =
        (struct left){.person = *person, .until = until};
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct session **at = &sessions->buckets[i]; *at;) {
            struct session *session = *at;
            if (!person_is(&session->caller.person.key, person) ||
                session->caller.opened_at > until) {
                at = &session->next;
                continue;
            }
            *at = session->next;
            sessions->count--;
            session_free(session);
        }
    }
    pthread_mutex_unlock(&sessions->mutex);
}

static enum fail load(struct store *store, const struct digest *token, struct session **ret,
                      struct reason *why)
{
    scoped(session_scoped) struct session *session = MEMORY_NEW(struct session);
    struct stored_session stored;
    session->uses = 1;
    session->arena = arena_new();
    enum fail fail = store_session(store, token, session->arena, &stored, why);
    if (fail)
        return fail == FAIL_NOT_FOUND ? FAIL_NOT_SIGNED_IN : fail;
    struct caller *caller = &session->caller;
    caller->person.key = stored.person;
    caller->session = *token;
    caller->opened_at = stored.opened_at;
    caller->ends_at = stored.ends_at;
    caller->sign_in_json = stored.sign_in;
    session->seen_at = session->stored_at = stored.seen_at;
    if (!sign_in_unpack(stored.sign_in, session->arena, &caller->sign_in, &caller->person.name,
                        &caller->roles))
        return because(why, FAIL_NOT_SIGNED_IN, "the session cannot be read");
    *ret = take(session);
    return FAIL_NONE;
}

struct touch {
    struct act act;
    struct digest token;
    int64_t now;
};

static enum fail apply_touch(struct turn *turn, void *data, struct reason *why)
{
    const struct touch *touch = data;
    return store_session_touch(turn->store, &touch->token, touch->now, why);
}

static void touched(void *context, enum fail fail, const struct reason *why)
{
    (void)fail, (void)why; /* not worth a word: the next call tries again */
    free(context);
}

static void note_activity(struct sessions *sessions, struct session *session, int64_t now)
{
    atomic_store(&session->seen_at, now);
    long long stored = atomic_load(&session->stored_at);
    if (now - stored < TOUCH_EVERY_SECONDS ||
        !atomic_compare_exchange_strong(&session->stored_at, &stored, now))
        return;
    struct touch *touch = MEMORY_NEW(struct touch);
    touch->token = session->caller.session;
    touch->now = now;
    touch->act = (struct act){.access = sessions->access,
                              .apply = apply_touch,
                              .data = touch,
                              .done = touched,
                              .context = touch};
    act_put(&touch->act, 0);
}

/* NULL when it was ended meanwhile. */
static struct session *keep(struct sessions *sessions, struct session *session)
{
    pthread_mutex_lock(&sessions->mutex);
    struct session *other = find(sessions, &session->caller.session);
    if (is_closed(sessions, &session->caller)) {
        pthread_mutex_unlock(&sessions->mutex);
        session_free(session);
        return NULL;
    }
    if (other) {
        session_free(session);
        session = other;
    } else {
        if (sessions->count >= KEPT_MOST)
            clear(sessions);
        struct session **bucket = bucket_of(sessions, &session->caller.session);
        session->next = *bucket;
        *bucket = session;
        sessions->count++;
    }
    atomic_fetch_add(&session->uses, 1);
    pthread_mutex_unlock(&sessions->mutex);
    return session;
}

static enum fail read_session(struct sessions *sessions, const struct digest *token,
                              struct session **ret, struct reason *why)
{
    struct store *store = NULL;
    enum fail fail = stores_borrow(sessions->access->stores, &store, why);
    if (!fail)
        fail = load(store, token, ret, why);
    stores_return(sessions->access->stores, store);
    return fail;
}

enum fail sessions_find(struct sessions *sessions, const char *cookie, int64_t now, bool background,
                        struct session **ret, struct reason *why)
{
    struct digest token = digest_of_text(cookie);
    pthread_mutex_lock(&sessions->mutex);
    struct session *session = find(sessions, &token);
    if (session)
        atomic_fetch_add(&session->uses, 1);
    pthread_mutex_unlock(&sessions->mutex);
    if (!session) {
        struct session *loaded = NULL;
        enum fail fail = read_session(sessions, &token, &loaded, why);
        if (fail)
            return fail;
        session = keep(sessions, loaded);
        if (!session)
            return because(why, FAIL_NOT_SIGNED_IN, "the session was ended");
    }
    int64_t idle = now - atomic_load(&session->seen_at);
    if (now >= session->caller.ends_at || idle > sessions->access->options.session_idle_seconds) {
        forget(sessions, &token, false);
        session_free(session);
        return because(why, FAIL_NOT_SIGNED_IN, "the session is over");
    }
    if (!background)
        note_activity(sessions, session, now);
    *ret = session;
    return FAIL_NONE;
}

void session_csrf(const struct access *access, const struct session *session,
                  char csrf[LOCATOR_SIZE])
{
    unsigned char bytes[16];
    char name[DIGEST_HEX_SIZE];
    digest_hex(&session->caller.session, name);
    seal_derive(keys_seal(access->keys), "csrf", name, bytes);
    base64url_write(bytes, sizeof bytes, csrf);
}

enum fail session_open(struct turn *turn, const struct person *person,
                       const struct sign_in *sign_in, unsigned roles, const char *cookie,
                       struct reason *why)
{
    json_auto_t *packed = sign_in_pack(sign_in, person->name, roles);
    char *text = json_canonical(packed);
    struct stored_session session = {
        .token = digest_of_text(cookie),
        .person = person->key,
        .opened_at = turn->now,
        .seen_at = turn->now,
        .ends_at = turn->now + turn->access->options.session_longest_seconds,
        .sign_in = text,
    };
    enum fail fail = store_session_add(turn->store, &session, why);
    free(text);
    if (!fail)
        fail = closing_begin(turn, &person->key, why);
    return fail ? fail : store_person_save(turn->store, person, turn->now, why);
}

enum fail session_close(struct turn *turn, const struct digest *token, struct reason *why)
{
    turn->act->closes_session = true;
    turn->act->session = *token;
    return store_session_end(turn->store, token, NULL, why);
}
