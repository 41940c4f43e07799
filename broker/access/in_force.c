#include "access/in_force.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/requests.h"

#include <pthread.h>
#include <stdlib.h>

/* Requests that are open were submitted under few versions; reading one with all its rules again
 * for each look at each of them would cost. */
enum { KNOWN = 8 };

struct in_force {
    pthread_mutex_t mutex;
    struct policy *now;
    atomic_bool refused;
    struct policy *known[KNOWN]; /* earlier ones; the oldest makes room */
    size_t next;
};

struct in_force *in_force_new(struct policy *policy)
{
    struct in_force *in_force = MEMORY_NEW(struct in_force);
    in_force->now = policy;
    (void)pthread_mutex_init(&in_force->mutex, NULL);
    return in_force;
}

void in_force_free(struct in_force *in_force)
{
    if (!in_force)
        return;
    for (size_t i = 0; i < KNOWN; i++)
        policy_free(in_force->known[i]);
    policy_free(in_force->now);
    (void)pthread_mutex_destroy(&in_force->mutex);
    free(in_force);
}

static struct policy *share_now(struct in_force *in_force)
{
    pthread_mutex_lock(&in_force->mutex);
    struct policy *policy = policy_share(in_force->now);
    pthread_mutex_unlock(&in_force->mutex);
    return policy;
}

/* NULL: it must be read. */
static struct policy *share_known(struct in_force *in_force, const char *version)
{
    struct policy *found = NULL;
    pthread_mutex_lock(&in_force->mutex);
    if (text_equals(policy_version(in_force->now), version))
        found = policy_share(in_force->now);
    for (size_t i = 0; i < KNOWN && !found; i++)
        if (in_force->known[i] && text_equals(policy_version(in_force->known[i]), version))
            found = policy_share(in_force->known[i]);
    pthread_mutex_unlock(&in_force->mutex);
    return found;
}

/* Keeps a share of it. */
static void remember(struct in_force *in_force, struct policy *policy)
{
    pthread_mutex_lock(&in_force->mutex);
    struct policy *oldest = in_force->known[in_force->next];
    in_force->known[in_force->next] = policy_share(policy);
    in_force->next = (in_force->next + 1) % KNOWN;
    pthread_mutex_unlock(&in_force->mutex);
    policy_free(oldest);
}

struct policy *in_force_put(struct in_force *in_force, struct policy *next)
{
    pthread_mutex_lock(&in_force->mutex);
    struct policy *before = in_force->now;
    in_force->now = next;
    pthread_mutex_unlock(&in_force->mutex);
    return before;
}

void in_force_note_refused(struct in_force *in_force, bool refused)
{
    atomic_store(&in_force->refused, refused);
}

bool in_force_refused(const struct in_force *in_force)
{
    return atomic_load(&in_force->refused);
}

void access_begin(const struct access *parts, struct access *own)
{
    *own = *parts;
    own->policy = parts->in_force ? share_now(parts->in_force) : NULL;
}

void access_join(const struct access *whose, struct access *own)
{
    *own = *whose;
    own->policy = whose->policy ? policy_share(whose->policy) : NULL;
}

void access_end(struct access *own)
{
    policy_free(own->policy);
    own->policy = NULL;
}

/* From the text that is kept, which must still be what its name is the digest of. */
static enum fail read_kept(struct store *store, const char *version, struct policy **ret,
                           struct reason *why)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(policy_scoped) struct policy *policy = NULL;
    struct complaints complaints = {.arena = arena};
    const char *text = NULL;
    enum fail fail = store_policy(store, version, arena, &text, why);
    if (!fail)
        fail = policy_parse(text, &policy, &complaints, why);
    if (!fail && !text_equals(policy_version(policy), version))
        fail = because(why, FAIL_INVALID, "the text kept as policy %s is another", version);
    if (!fail)
        *ret = take(policy);
    return fail;
}

struct policy *access_policy_of(const struct access *access, struct store *store,
                                const char *version, struct reason *why)
{
    struct policy *policy = share_known(access->in_force, version);
    if (policy || read_kept(store, version, &policy, why))
        return policy;
    remember(access->in_force, policy);
    return policy;
}
