#include "access/views_kept.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* KEPT_MOST: with one of the longest in every slot, 8 MiB. */
enum { SLOTS = 256, KEPT_MOST = 32 * 1024 };

/* One answer. What a caller may see depends on who they are and on their roles alone. */
struct slot {
    pthread_mutex_t mutex;
    uint64_t state; /* 0: nothing is kept */
    int64_t now;    /* the second in which it was asked for */
    struct request_id id;
    struct person_key person;
    unsigned roles;
    size_t length;
    char *json;
};

struct views {
    const struct access *access;
    struct slot slots[SLOTS];
};

struct views *views_new(const struct access *access)
{
    struct views *views = MEMORY_NEW(struct views);
    views->access = access;
    for (size_t i = 0; i < SLOTS; i++)
        (void)pthread_mutex_init(&views->slots[i].mutex, NULL);
    return views;
}

void views_free(struct views *views)
{
    if (!views)
        return;
    for (size_t i = 0; i < SLOTS; i++) {
        (void)pthread_mutex_destroy(&views->slots[i].mutex);
        free(views->slots[i].json);
    }
    free(views);
}

static struct slot *slot_of(struct views *views, const struct request_id *id,
                            const struct person_key *person)
{
    uint32_t hash = 2166136261u;
    for (const char *at = id->text; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    for (const char *at = person->oid; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    return &views->slots[hash % SLOTS];
}

static bool is_for(const struct slot *slot, const struct request_id *id,
                   const struct caller *caller)
{
    return strcmp(slot->id.text, id->text) == 0 && slot->roles == caller->roles &&
           person_is(&slot->person, &caller->person.key);
}

const char *views_again(struct views *views, const struct request_id *id,
                        const struct caller *caller, int64_t now, struct arena *arena,
                        size_t *length)
{
    const char *json = NULL;
    uint64_t state = stores_state(views->access->stores);
    struct slot *slot = slot_of(views, id, &caller->person.key);
    pthread_mutex_lock(&slot->mutex);
    if (state && slot->state == state && slot->now == now && is_for(slot, id, caller)) {
        json = arena_copy_bytes(arena, slot->json, slot->length);
        *length = slot->length;
    }
    pthread_mutex_unlock(&slot->mutex);
    return json;
}

void views_keep(struct views *views, const struct store *store, const struct request_id *id,
                const struct caller *caller, int64_t now, const char *json, size_t length)
{
    if (!store->state || length > KEPT_MOST)
        return;
    struct slot *slot = slot_of(views, id, &caller->person.key);
    pthread_mutex_lock(&slot->mutex);
    slot->state = store->state;
    slot->now = now;
    slot->id = *id;
    slot->person = caller->person.key;
    slot->roles = caller->roles;
    slot->json = memory_grow(slot->json, length);
    slot->length = length;
    memcpy(slot->json, json, length);
    pthread_mutex_unlock(&slot->mutex);
}
