/* Signing the holder of a role out of everything, when it is taken away and the role says so: what
   their tools got before does not renew itself then. */
#pragma once

#include "access/moves.h"
#include "access/worker.h"

/* Inside the change that takes the grant away; nothing where its role does not say so. */
enum fail sign_out_ask(struct turn *turn, const struct stored_grant *grant, struct reason *why);
/* The job of a person: one write for all that waits, on disk before it leaves; what may have had
   its effect is read back before another. */
enum pace sign_out_step(struct task *task);
