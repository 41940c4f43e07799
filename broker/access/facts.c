#include "access/facts.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024, KEY_SIZE = 256 };

struct wait {
    struct wait *next;
    struct waiter waiter;
};

struct entry {
    struct entry *next;
    char key[KEY_SIZE];
    struct fact *fact; /* the newest answer, or NULL */
    int64_t asked_ms, answered_ms;
    bool asking;
    struct wait *waits;
};

struct facts {
    struct directory *directory;
    struct fact *(*answer)(const void *given, const struct question *question);
    const void *given;
    pthread_mutex_t mutex; /* over the entries; waits and asking are the loop's thread's alone */
    struct entry *buckets[BUCKETS];
};

/* One question on its way to the directory. */
struct asked {
    struct facts *facts;
    struct entry *entry;
};

struct facts *facts_new(struct directory *directory)
{
    struct facts *facts = MEMORY_NEW(struct facts);
    facts->directory = directory;
    (void)pthread_mutex_init(&facts->mutex, NULL);
    return facts;
}

struct facts *facts_given(struct fact *(*answer)(const void *given,
                                                 const struct question *question),
                          const void *given)
{
    struct facts *facts = facts_new(NULL);
    facts->answer = answer;
    facts->given = given;
    return facts;
}

static void entry_free(struct entry *entry)
{
    while (entry->waits) {
        struct wait *wait = entry->waits;
        entry->waits = wait->next;
        free(wait);
    }
    fact_free(entry->fact);
    free(entry);
}

void facts_free(struct facts *facts)
{
    if (!facts)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (facts->buckets[i]) {
            struct entry *entry = facts->buckets[i];
            facts->buckets[i] = entry->next;
            entry_free(entry);
        }
    }
    (void)pthread_mutex_destroy(&facts->mutex);
    free(facts);
}

/* Questions that differ in any word have different keys; groups, which may be many, stand as their
 * digest. */
static void key_of(const struct question *question, char key[KEY_SIZE])
{
    char groups[DIGEST_HEX_SIZE] = "";
    if (question->group_count) {
        struct text all = TEXT_LIMIT(SIZE_MAX / 2);
        for (size_t i = 0; i < question->group_count; i++)
            text_addf(&all, "%s\n", question->groups[i]);
        struct digest digest = digest_of_text(text_of(&all));
        digest_hex(&digest, groups);
        text_scoped(&all);
    }
    (void)snprintf(key, KEY_SIZE, "%d|%s|%s|%s", (int)question->kind,
                   question->subject ? question->subject : "",
                   question->object ? question->object : "", groups);
}

static struct entry **bucket_of(struct facts *facts, const char *key)
{
    uint64_t hash = 1469598103934665603u;
    for (const char *at = key; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return &facts->buckets[hash % BUCKETS];
}

static struct entry *find(struct facts *facts, const char *key, bool make)
{
    struct entry **bucket = bucket_of(facts, key);
    for (struct entry *entry = *bucket; entry; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    if (!make)
        return NULL;
    struct entry *entry = MEMORY_NEW(struct entry);
    (void)snprintf(entry->key, KEY_SIZE, "%s", key);
    entry->next = *bucket;
    *bucket = entry;
    return entry;
}

/* A clock that was set back makes nothing fresh: what was read in the future is read again. */
static struct fact *fresh(const struct entry *entry, int64_t since_ms)
{
    bool usable = entry && entry->fact && entry->fact->reading.known &&
                  entry->asked_ms >= since_ms && entry->asked_ms <= moment_now_ms();
    return usable ? fact_share(entry->fact) : NULL;
}

struct fact *facts_peek(struct facts *facts, const struct question *question, int64_t since_ms)
{
    char key[KEY_SIZE];
    key_of(question, key);
    pthread_mutex_lock(&facts->mutex);
    struct fact *fact = fresh(find(facts, key, false), since_ms);
    pthread_mutex_unlock(&facts->mutex);
    return fact;
}

static void answered(void *context, struct fact *fact)
{
    struct asked *asked = context;
    struct entry *entry = asked->entry;
    struct facts *facts = asked->facts;
    free(asked);
    pthread_mutex_lock(&facts->mutex);
    struct fact *old = entry->fact;
    entry->fact = fact;
    entry->answered_ms = moment_now_ms();
    pthread_mutex_unlock(&facts->mutex);
    fact_free(old);
    entry->asking = false;
    struct wait *waits = entry->waits;
    entry->waits = NULL;
    while (waits) {
        struct wait *wait = waits;
        waits = wait->next;
        wait->waiter.answered(wait->waiter.context);
        free(wait);
    }
}

static void wait_for(struct entry *entry, const struct waiter *waiter)
{
    struct wait *wait = MEMORY_NEW(struct wait);
    wait->waiter = *waiter;
    wait->next = entry->waits;
    entry->waits = wait;
}

struct fact *facts_ask(struct facts *facts, const struct question *question, int64_t since_ms,
                       int64_t began_ms, const struct waiter *waiter)
{
    char key[KEY_SIZE];
    if (facts->answer)
        return facts->answer(facts->given, question);
    key_of(question, key);
    pthread_mutex_lock(&facts->mutex);
    struct entry *entry = find(facts, key, true);
    struct fact *fact = fresh(entry, since_ms);
    bool silent = entry->fact && !entry->fact->reading.known && entry->asked_ms >= began_ms;
    if (!fact && silent && !entry->asking)
        fact = fact_share(entry->fact);
    pthread_mutex_unlock(&facts->mutex);
    if (fact)
        return fact;
    wait_for(entry, waiter);
    if (entry->asking)
        return NULL;
    struct asked *asked = MEMORY_NEW(struct asked);
    *asked = (struct asked){.facts = facts, .entry = entry};
    pthread_mutex_lock(&facts->mutex);
    entry->asking = true;
    entry->asked_ms = moment_now_ms();
    pthread_mutex_unlock(&facts->mutex);
    directory_ask(facts->directory, question, answered, asked);
    return NULL;
}

void facts_forget(struct facts *facts, const struct question *question)
{
    char key[KEY_SIZE];
    key_of(question, key);
    pthread_mutex_lock(&facts->mutex);
    struct entry *entry = find(facts, key, false);
    struct fact *old = entry ? entry->fact : NULL;
    if (entry)
        entry->fact = NULL;
    pthread_mutex_unlock(&facts->mutex);
    fact_free(old);
}

void facts_sweep(struct facts *facts, int64_t before_ms)
{
    pthread_mutex_lock(&facts->mutex);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry **at = &facts->buckets[i]; *at;) {
            struct entry *entry = *at;
            if (entry->asking || entry->asked_ms >= before_ms) {
                at = &entry->next;
                continue;
            }
            *at = entry->next;
            entry_free(entry);
        }
    }
    pthread_mutex_unlock(&facts->mutex);
}
