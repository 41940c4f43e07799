/* Evidence: one thing that was judged, with its verdict, its source and its age (design 5.2 and 7).
 */
#pragma once

#include "base/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNKNOWN };

struct evidence {
    const char
        *check; /* "mfa", "device", "user_risk", "account", "eligibility", "pim", "approvers" */
    enum verdict verdict;
    const char *code;    /* names the sentence and its mend in the words (model/words.h) */
    json_t *args;        /* what the sentence speaks of; owned; may be NULL */
    const char *source;  /* "sign-in", "entra", "intune", "identity_protection",
                            "conditional_access", "pim", "policy" */
    int64_t observed_at; /* -1: never */
    bool passing;        /* of an unknown one: waiting may mend it (somebody did not answer) */
};

enum { EVIDENCE_MOST = 24 };

struct evidence_list {
    size_t count;
    struct evidence items[EVIDENCE_MOST];
};

const char *verdict_text(enum verdict verdict);
/* Adds a piece; `args` is taken over. A full list loses what speaks for, not what speaks against.
 */
void evidence_add(struct evidence_list *list, struct evidence piece);
void evidence_scoped(struct evidence_list *list);
/* The worst of all: a fail, else an unknown that waiting does not mend (`*waits` false) or may
 * mend, else pass. */
enum verdict evidence_verdict(const struct evidence_list *list, bool *waits);
/* The first piece with that verdict, NULL when there is none. */
const struct evidence *evidence_first(const struct evidence_list *list, enum verdict verdict);

/* As it is kept with the request: codes and arguments, no sentences. */
json_t *evidence_pack(const struct evidence_list *list);
/* The API's form of what was kept: `says` and `mend` are rendered now. NULL when it is not what
 * evidence_pack made. */
json_t *evidence_view(const json_t *packed);
