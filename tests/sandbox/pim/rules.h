/* Whether PIM's policy lets a request pass. */
#pragma once

#include "sandbox/pim/wanted.h"

/* False with the answer that names every rule that failed, or the context that is missing. */
bool rules_allow(struct sandbox *sandbox, struct exchange *exchange, const struct wanted *wanted);
/* Whether an activation of the target waits for somebody's approval. */
bool rules_want_approval(struct sandbox *sandbox, const struct target *target, int64_t now_ms);
/* Who decides may have to say why; false with an answer. */
bool rules_check_reason(struct sandbox *sandbox, struct exchange *exchange,
                        const struct pim_request *request, const char *justification);
