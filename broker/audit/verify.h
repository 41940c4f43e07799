/* Checks a proof bundle offline: with the bundle, the keys one believes, and nothing else. */
#pragma once

#include "audit/manifest.h"

/* What is wrong, as the exit code of `curfew audit verify`. */
enum verify_code {
    VERIFY_FINE = 0,
    VERIFY_SIGNATURE = 1,  /* not signed, or not by a key that may */
    VERIFY_MISMATCH = 2,   /* something is not what was signed: a root, a leaf, a file, a row */
    VERIFY_FORKED = 3,     /* the log is not the continuation of an older checkpoint */
    VERIFY_GAP = 4,        /* records are missing, twice there, out of order or wrongly linked */
    VERIFY_UNLAWFUL = 5,   /* the records say what must never happen */
    VERIFY_STALE = 6,      /* the log ends too long ago */
    VERIFY_UNREADABLE = 64 /* no bundle, or no such file */
};

enum { VERIFY_FINDINGS = 20 };

/* What the token of a signed decision must say. */
struct token_wanted {
    const char *tid, *oid, *nonce;
    int64_t at; /* when the decision was made */
};

enum { TOKEN_ISSUER_SIZE = 300 };
/* Whether a key of the set signed the token, and it says what it must; says who issued it, and for
   which client. */
typedef enum fail token_checker(const char *token, const char *key_set,
                                const struct token_wanted *wanted, char issuer[TOKEN_ISSUER_SIZE],
                                struct reason *why);

struct finding {
    enum verify_code code;
    char says[300]; /* names the record, where there is one */
};

struct verify_options {
    struct slice policy;   /* whom one believes (trust.h); of nothing: the bundle's own list */
    struct slice previous; /* a checkpoint that one held before; may be of nothing */
    int64_t most_seconds;  /* between the newest event and `now`; 0: any age */
    int64_t now;
    token_checker *check_token; /* NULL: signed decisions are a finding, as nobody can check them */
    size_t findings;            /* stop after so many, at most VERIFY_FINDINGS; 0: that many */
};

struct verified {
    enum verify_code code; /* of the first finding */
    size_t count;
    struct finding findings[VERIFY_FINDINGS];
    struct checkpoint checkpoint; /* as far as it could be read */
    char signer[NOTE_KEY_TEXT_SIZE];
    char witnesses[300]; /* names of others whose signatures under the checkpoint hold */
    bool self_asserted;  /* the keys came with the bundle */
    int64_t first, end;  /* the events it is about, without `end` */
    int64_t records;     /* of them, how many are there in full */
    char filter[MANIFEST_FILTER_SIZE]; /* what was asked for; empty: all */
    int64_t signed_count, signed_held; /* decisions proved by tokens; those that `held` has too */
    char issuer[TOKEN_ISSUER_SIZE];    /* of the first of them */
    bool several_issuers;
    int64_t held, accompanied; /* sizes of the older checkpoints, one's own and the bundle's; -1 */
};

/* Never fails: what cannot be read is a finding. Memory: one small entry for each request and grant
   in the bundle. */
void verify_bundle(struct slice bundle, const struct verify_options *options,
                   struct verified *verdict);
/* The same from files; `policy` and `previous` may be NULL. A file that becomes shorter while it is
   read ends the process. */
void verify_files(const char *bundle, const char *policy, const char *previous,
                  const struct verify_options *options, struct verified *verdict);

/* The verdict in plain words, a line each: what was found, what was proved, and what was not. */
void verify_report(const struct verified *verdict, struct text *report);
