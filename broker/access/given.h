/* Facts that somebody wrote into a file, in place of the directory's: who asks, how they signed in,
   from which device, who is in which set. policies/README.md teaches the file. */
#pragma once

#include "access/access.h"

struct given; /* opaque */

/* The registration that they signed in to. */
extern const char *const given_client_id;

/* FAIL_INVALID with complaints. Borrows the policy, whose sets it names. */
enum fail given_read(const char *path, const struct policy *policy, struct given **ret,
                     struct complaints *complaints, struct reason *why);
void given_free(struct given *given);
SCOPED(given)

const struct person *given_person(const struct given *given);
/* NULL: the file says nothing of it. */
const struct sign_in *given_sign_in(const struct given *given);
/* Adds what the person had and holds, as the file has it: nothing where it does not say. */
void given_past(const struct given *given, struct occasion *occasion);
/* What each context proves. */
size_t given_claims(const struct given *given, const struct context_claim **claims);
/* The fact as the file has it, for facts_given. Of PIM nothing stands in the way; whatever else the
   file does not say is not known. */
struct fact *given_answer(const void *given, const struct question *question);
