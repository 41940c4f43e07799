/* What a message says: the facts its template is filled with, read when it is sent. */
#pragma once

#include "access/messages.h"
#include "store/jobs.h"

/* The kind's name, which is that of its template. */
const char *message_kind_text(enum message_kind kind);
/* Fills `letter` for a message. FAIL_CONFLICT when there is nothing to say any more. */
enum fail message_letter(struct access *access, struct store *store,
                         const struct stored_message *message, struct arena *arena,
                         struct letter *letter, struct reason *why);
/* The locator in a link for this person and request: the same each time, known to nobody else,
 * worth nothing by itself. */
void message_locator(const struct access *access, const struct request_id *request,
                     const struct person_key *person, char locator[LOCATOR_SIZE]);
