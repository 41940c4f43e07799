/* Sign-in and audit logs: written at once, shown when their lag is over. */
#pragma once

#include "sandbox/sandbox.h"

/* An interactive sign-in that asked for these contexts; `aadsts` is 0 when it worked. */
void logs_sign_in(struct sandbox *sandbox, struct exchange *exchange, const struct app *app,
                  const struct evidence *evidence, const json_t *contexts, int aadsts,
                  const char *says);
/* A sign-in of a client that is no browser ("IMAP4"), with or without success. */
void logs_legacy_sign_in(struct sandbox *sandbox, int64_t now_ms, const struct person *person,
                         const char *client, bool interactive, int aadsts);
/* What PIM did to an assignment. */
void logs_pim(struct sandbox *sandbox, const struct assignment *assignment, int64_t at_ms,
              const char *activity);
/* What PIM did for a request; all that concerns one has the same correlationId (I01). */
void logs_request(struct sandbox *sandbox, const struct pim_request *request, int64_t at_ms,
                  const char *activity);
/* What an administrator changed in PIM's settings of a target. */
void logs_setting(struct sandbox *sandbox, const struct target *target, int64_t at_ms);
