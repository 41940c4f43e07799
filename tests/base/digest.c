/* Goal: digests are SHA-256, and base64 is read as strictly as RFC 4648 allows. */
#include "base/digest.h"
#include "support/spec.h"

#include <string.h>

START_TEST(sha256_of_abc)
{
    char hex[DIGEST_HEX_SIZE];
    struct digest whole = digest_of_text("abc");
    digest_hex(&whole, hex);
    ck_assert_text(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const void *pieces[] = {"a", "bc"};
    struct digest pieced = digest_of_pieces(2, pieces, (const size_t[]){1, 2});
    ck_assert(digest_equals(&whole, &pieced));
}
END_TEST

START_TEST(base64_goes_there_and_back)
{
    char text[DIGEST_BASE64_SIZE];
    struct digest digest = digest_of_text(""), back;
    digest_base64(&digest, text);
    ck_assert_text(text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    ck_assert(digest_read_base64(text, &back));
    ck_assert(digest_equals(&digest, &back));
    char url[DIGEST_BASE64URL_SIZE];
    digest_base64url(&digest, url);
    ck_assert_text(url, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}
END_TEST

START_TEST(sloppy_base64url_is_refused)
{
    static const char *const wrong[] = {"YQ==", "YR", "Y", "YW+", "YW Jj", "YWJj\n", "YW/j"};
    char bytes[16];
    size_t length;
    ck_assert(base64url_read("YQ", sizeof bytes, bytes, &length));
    ck_assert_uint_eq(length, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!base64url_read(wrong[i], sizeof bytes, bytes, &length), "%s", wrong[i]);
    ck_assert(!base64url_read("YWJjZA", 3, bytes, &length));
}
END_TEST

SPECIFICATION("base/digest", sha256_of_abc, base64_goes_there_and_back, sloppy_base64url_is_refused)
