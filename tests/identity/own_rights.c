/* Goal: what Entra granted is read from the application's own token, and nothing else is made of
 * it. */
#include "identity/own_rights.h"

#include "base/digest.h"
#include "support/spec.h"

#include <stdio.h>
#include <string.h>

static size_t count;
static const char **rights;
static struct arena *arena;

/* Reads a token with these claims in the midst of it. */
static enum fail read(const char *before, const char *claims, const char *after)
{
    char part[4096], token[8192];
    arena = arena ? arena : arena_new();
    base64url_write(claims, strlen(claims), part);
    (void)snprintf(token, sizeof token, "%s%s%s", before, part, after);
    struct secret *secret = secret_copy(token, strlen(token));
    enum fail fail = own_rights_read(secret, arena, &count, &rights, &spec_why);
    secret_free(secret);
    return fail;
}

START_TEST(rights_are_those_of_the_claim_roles)
{
    ck_assert_fine(
        read("e30.", "{\"aud\": \"x\", \"roles\": [\"User.Read.All\", 7, \"Mail.Send\"]}", ".s"));
    ck_assert_uint_eq(count, 2);
    ck_assert_text(rights[0], "User.Read.All");
    ck_assert_text(rights[1], "Mail.Send");
}
END_TEST

START_TEST(without_the_claim_nothing_was_granted)
{
    ck_assert_fine(read("e30.", "{\"aud\": \"x\"}", ".s"));
    ck_assert_uint_eq(count, 0);
    ck_assert_fine(read("e30.", "{\"roles\": \"User.Read.All\"}", ".s"));
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(what_is_no_token_is_not_looked_into)
{
    ck_assert_int_eq(read("opaque", "{}", ""), FAIL_INVALID);
    ck_assert_int_eq(read("e30.", "{}", ""), FAIL_INVALID);
    ck_assert_int_eq(read("e30.", "{}", "=.s"), FAIL_INVALID);
    ck_assert_int_eq(read("e30.", "{\"roles\": [", ".s"), FAIL_INVALID);
    ck_assert_int_eq(read("..", "", ""), FAIL_INVALID);
}
END_TEST

SPECIFICATION("identity/own_rights", rights_are_those_of_the_claim_roles,
              without_the_claim_nothing_was_granted, what_is_no_token_is_not_looked_into)
