/* Every call to sign-in and Graph with its effect, as JSON lines in a file: a line is written
   before the answer leaves. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"
#include "sandbox/http/exchange.h"

struct journal; /* opaque; used under the sandbox's lock */

/* Goes on with the file `path`, or begins it. */
enum fail journal_open(const char *path, struct journal **ret, struct reason *why);
void journal_free(struct journal *journal);
SCOPED(journal)

void journal_add(struct journal *journal, const struct exchange *exchange, bool with_answer);
/* The entries with a number above `after`, at most `most` of them. New reference. */
json_t *journal_read(const struct journal *journal, int64_t after, size_t most);
int64_t journal_last(const struct journal *journal);
