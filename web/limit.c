#include "web/limit.h"

#include "base/memory.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096, WAYS = 8, KEY_SIZE = 17 };

struct bucket {
    uint8_t key[KEY_SIZE];
    bool used;
    double tokens;
    int64_t at_ms;
};

struct limit {
    pthread_mutex_t mutex;
    uint8_t seed[crypto_shorthash_KEYBYTES]; /* nobody outside can aim at one bucket */
    struct bucket buckets[BUCKETS];
};

struct limit *limit_new(void)
{
    struct limit *limit = MEMORY_NEW(struct limit);
    crypto_shorthash_keygen(limit->seed);
    (void)pthread_mutex_init(&limit->mutex, NULL);
    return limit;
}

void limit_free(struct limit *limit)
{
    if (!limit)
        return;
    (void)pthread_mutex_destroy(&limit->mutex);
    free(limit);
}

static void key_of(char what, const uint8_t address[16], uint8_t key[KEY_SIZE])
{
    static const uint8_t v4[12] = {[10] = 0xFF, [11] = 0xFF};
    bool six = memcmp(address, v4, sizeof v4) != 0;
    memset(key, 0, KEY_SIZE);
    key[0] = (uint8_t)what;
    memcpy(key + 1, address, six ? 8 : 16);
}

/* The bucket of this key; where there is none, the one that was longest idle of the few it may
 * have. */
static struct bucket *find(struct limit *limit, const uint8_t key[KEY_SIZE], double burst,
                           int64_t now)
{
    uint64_t hash;
    (void)crypto_shorthash((uint8_t *)&hash, key, KEY_SIZE, limit->seed);
    struct bucket *oldest = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        struct bucket *bucket = &limit->buckets[(hash + i) % BUCKETS];
        if (bucket->used && memcmp(bucket->key, key, KEY_SIZE) == 0)
            return bucket;
        if (!oldest || !bucket->used || (oldest->used && bucket->at_ms < oldest->at_ms))
            oldest = bucket;
    }
    memcpy(oldest->key, key, KEY_SIZE);
    oldest->used = true;
    oldest->tokens = burst;
    oldest->at_ms = now;
    return oldest;
}

bool limit_take(struct limit *limit, char what, const uint8_t address[16], double per_second,
                double burst, int64_t now_ticks_ms, int64_t *wait_seconds)
{
    uint8_t key[KEY_SIZE];
    key_of(what, address, key);
    pthread_mutex_lock(&limit->mutex);
    struct bucket *bucket = find(limit, key, burst, now_ticks_ms);
    bucket->tokens += (double)(now_ticks_ms - bucket->at_ms) / 1000.0 * per_second;
    if (bucket->tokens > burst)
        bucket->tokens = burst;
    bucket->at_ms = now_ticks_ms;
    bool given = bucket->tokens >= 1;
    if (given)
        bucket->tokens -= 1;
    else
        *wait_seconds = (int64_t)((1 - bucket->tokens) / per_second) + 1;
    pthread_mutex_unlock(&limit->mutex);
    return given;
}
