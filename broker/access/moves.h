/* The one place where a request or a grant changes its state: the table, the compare-and-set, and
 * the event are one. */
#pragma once

#include "access/access.h"
#include "store/grants.h"
#include "store/requests.h"

/* Moves the request and says so in the ledger; `code` (may be NULL) is why; `detail` is borrowed.
   FAIL_CONFLICT when somebody moved it first, FAIL_BROKEN when the table has no such move. On
   success `request` says the new state. */
enum fail move_request(struct turn *turn, struct stored_request *request, enum request_state to,
                       const char *code, const json_t *detail, struct reason *why);
enum fail move_grant(struct turn *turn, struct stored_grant *grant, enum grant_state to,
                     const char *code, const json_t *detail, struct reason *why);
/* An event about a request or a grant that changes no state. */
enum fail tell_request(struct turn *turn, const struct stored_request *request,
                       enum event_code code, const json_t *detail, struct reason *why);
enum fail tell_grant(struct turn *turn, const struct stored_grant *grant, enum event_code code,
                     const json_t *detail, struct reason *why);
