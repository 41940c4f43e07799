/* Whole sign-ins with an ID token of one's own, for the corpus of tokens (security.md 2.4, J01 to
 * J64). */
#pragma once

#include "identity/tenant.h"

enum verdict { PASSES, NO_SIGN_IN, GUEST };

/* How an ID token differs from a good one; members that are not named do not. */
struct odd {
    const char *header; /* instead of the good one */
    const char *patch;  /* of the claims; @-61@ is the moment 61 s ago */
    const char *first;  /* text that stands first among the claims, as it is */
    char *(*made)(const char *header, const char *claims); /* instead of signing it by RS256 */
    const char *acrs;                                      /* what a sign-in that passes proves */
    enum verdict verdict;
};

/* A tenant with decoys among its keys, and of whose tokens the ID token alone counts. */
struct tenant *corpus_tenant(void);
/* Signs in with such a token, signed by a key of key_number and freed inside. */
struct told corpus_sign_in(struct tenant *tenant, const struct odd *odd, size_t number);
/* Signs in with a good token, then with each of these, and then with a good one again. */
void corpus_verdicts(const struct odd odds[], size_t count);

#define CORPUS_HEADER "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"
/* One case of the corpus, whose name begins with its number. */
#define CORPUS(name, ...)                                                                          \
    START_TEST(name)                                                                               \
    {                                                                                              \
        static const struct odd odds[] = {__VA_ARGS__};                                            \
        corpus_verdicts(odds, sizeof odds / sizeof *odds);                                         \
    }                                                                                              \
    END_TEST
