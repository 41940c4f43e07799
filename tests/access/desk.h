/* What tests of the use cases begin with: a real store, keys, ledger and writer in a folder of the
   case, the example policy, and turns that are waited for. No worker: nothing leaves the machine.
 */
#pragma once

#include "access/caller.h"
#include "access/moves.h"
#include "support/spec.h"

#undef fail /* Check has a macro of that name */

#define TENANT "7e4a0000-0000-4000-8000-000000000001"
#define ANA    "9e450000-0000-4000-8000-000000000001"
#define LENA   "9e450000-0000-4000-8000-000000000003"
#define MARC   "9e450000-0000-4000-8000-000000000004"
#define OWNERS "group/64090000-0000-4000-8000-000000000004/member"

/* All parts of the case; made at the first call. */
struct access *desk(void);
/* Everything of it, so that it can be opened again from the disk. */
void desk_close(void);

/* One turn, as Curfew itself. */
enum fail desk_turn(enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                    void *data);

struct person_key desk_person(const char *oid);

/* Rows in any state, made without a use case; Ana is the requester. */
struct stored_request desk_request(enum request_state state);
struct stored_grant desk_grant(const struct stored_request *request, enum grant_state state);
/* As they are on disk now. */
struct stored_request desk_read_request(const struct request_id *id);
struct stored_grant desk_read_grant(const struct grant_id *id);

/* How many events there are, and the newest as JSON, the caller's. */
int64_t desk_events(void);
json_t *desk_event(void);
