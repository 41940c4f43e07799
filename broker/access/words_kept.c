#include "access/words_kept.h"

#include "store/requests.h"

#include <sodium.h>

enum fail words_keep_salted(struct turn *turn, const char *text, const uint8_t *salt,
                            char mark[DIGEST_BASE64_SIZE], struct reason *why)
{
    record_commitment(salt, text, mark);
    return store_words_add(turn->store, mark, salt, text, why);
}

enum fail words_keep(struct turn *turn, const char *text, char mark[DIGEST_BASE64_SIZE],
                     struct reason *why)
{
    uint8_t salt[COMMITMENT_SALT];
    randombytes_buf(salt, sizeof salt);
    return words_keep_salted(turn, text, salt, mark, why);
}
