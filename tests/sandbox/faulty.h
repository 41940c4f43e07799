/* What a fault does to the effect of a call and to its answer; what it does to the connection is
   the server's part (http/server.c). */
#pragma once

#include "sandbox/sandbox.h"

/* Answers in the place of the handler when the fault says so: nothing is changed then. */
bool fault_answers(struct exchange *exchange);
/* Before the handler. */
void fault_prepare(struct exchange *exchange);
/* After the handler. */
void fault_change(struct sandbox *sandbox, struct exchange *exchange);
