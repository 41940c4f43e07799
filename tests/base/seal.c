/* Goal: what was sealed opens here, for its purpose only, and not after a single bit was changed.
 */
#include "base/seal.h"
#include "base/memory.h"
#include "support/spec.h"

#include <string.h>

static struct seal *any_seal(unsigned char fill)
{
    scoped(secret_scoped) struct secret *key = secret_new(SEAL_KEY_SIZE);
    memset(key->bytes, fill, SEAL_KEY_SIZE);
    return seal_new(key);
}

START_TEST(sealed_bytes_open_for_their_purpose_only)
{
    scoped(seal_scoped) struct seal *seal = any_seal(1), *other = any_seal(2);
    char *sealed = memory_new(seal_size(5), 1), opened[5];
    size_t length = 0;
    seal_close(seal, "sign-in", "hello", 5, sealed);
    ck_assert(seal_open(seal, "sign-in", sealed, sizeof opened, opened, &length));
    ck_assert_uint_eq(length, 5);
    ck_assert_mem_eq(opened, "hello", 5);
    ck_assert(!seal_open(seal, "session", sealed, sizeof opened, opened, &length));
    ck_assert(!seal_open(other, "sign-in", sealed, sizeof opened, opened, &length));
    ck_assert(!seal_open(seal, "sign-in", sealed, 4, opened, &length));
    free(sealed);
}
END_TEST

START_TEST(a_changed_character_closes_it_for_good)
{
    scoped(seal_scoped) struct seal *seal = any_seal(1);
    char *sealed = memory_new(seal_size(5), 1), opened[5];
    size_t length;
    seal_close(seal, "sign-in", "hello", 5, sealed);
    for (char *at = sealed; *at; at++) {
        char was = *at;
        *at = was == 'A' ? 'B' : 'A';
        ck_assert(!seal_open(seal, "sign-in", sealed, sizeof opened, opened, &length));
        *at = was;
    }
    ck_assert(!seal_open(seal, "sign-in", "", sizeof opened, opened, &length));
    free(sealed);
}
END_TEST

START_TEST(derived_bytes_depend_on_key_purpose_and_name)
{
    scoped(seal_scoped) struct seal *seal = any_seal(1), *other = any_seal(2);
    unsigned char one[16], two[16];
    seal_derive(seal, "link", "a", one);
    seal_derive(seal, "link", "a", two);
    ck_assert_mem_eq(one, two, 16);
    seal_derive(seal, "link", "b", two);
    ck_assert_mem_ne(one, two, 16);
    seal_derive(seal, "other", "a", two);
    ck_assert_mem_ne(one, two, 16);
    seal_derive(other, "link", "a", two);
    ck_assert_mem_ne(one, two, 16);
}
END_TEST

SPECIFICATION("base/seal", sealed_bytes_open_for_their_purpose_only,
              a_changed_character_closes_it_for_good, derived_bytes_depend_on_key_purpose_and_name)
