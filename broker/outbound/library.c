#include "outbound/library.h"

#include "base/memory.h"

#include <curl/curl.h>
#include <jansson.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void wipe_and_free(void *memory)
{
    if (memory)
        sodium_memzero(memory, malloc_usable_size(memory));
    free(memory);
}

/* realloc() would leave the old bytes behind wherever it moves them from. */
static void *move_and_wipe(void *old, size_t size)
{
    void *memory = size ? malloc(size) : NULL;
    if (old && (memory || !size)) {
        size_t had = malloc_usable_size(old);
        if (memory)
            memcpy(memory, old, had < size ? had : size);
        wipe_and_free(old);
    }
    return memory;
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return move_and_wipe(old, size);
}

static void openssl_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    wipe_and_free(memory);
}

static void begin(void)
{
    (void)CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
    json_set_alloc_funcs(malloc, wipe_and_free);
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, move_and_wipe, strdup,
                             calloc) != CURLE_OK)
        (void)memory_needed(NULL);
}

void library_begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, begin);
}
