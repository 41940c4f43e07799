/* Sessions: who is signed in. They live in the store; what is used is kept in memory. Any thread.
 */
#pragma once

#include "access/access.h"
#include "access/caller.h"

struct sessions; /* opaque */
struct session;  /* one of them, counted, never changed but for when it was last seen */

struct sessions *sessions_new(struct access *access);
void sessions_free(struct sessions *sessions);
SCOPED(sessions)

/* The session of a cookie's value. Unless `background`, the call counts as activity.
   FAIL_NOT_SIGNED_IN when there is none, it is over, or it was idle too long. */
enum fail sessions_find(struct sessions *sessions, const char *cookie, int64_t now, bool background,
                        struct session **ret, struct reason *why);
void session_free(struct session *session);
SCOPED(session)
const struct caller *session_caller(const struct session *session);
/* What a POST must carry in X-CSRF-Token: bound to the session, known to its pages only. */
void session_csrf(const struct access *access, const struct session *session,
                  char csrf[LOCATOR_SIZE]);

/* A session that a sign-in opens; inside its change. `cookie` is its value, made before. */
enum fail session_open(struct turn *turn, const struct person *person,
                       const struct sign_in *sign_in, unsigned roles, const char *cookie,
                       struct reason *why);
/* Ends the session with this change, one at most. Nothing happens when there is none. */
enum fail session_close(struct turn *turn, const struct digest *token, struct reason *why);
/* What was ended on disk is not known any more, not even to who is reading it just now. */
void sessions_forget(struct sessions *sessions, const struct digest *token);
/* The same of all that a person opened up to a moment. */
void sessions_forget_person(struct sessions *sessions, const struct person_key *person,
                            int64_t until);
