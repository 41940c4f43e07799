/* Idempotency-Key: the same POST of the same person is carried out once, and answered alike
 * (design 5.2). */
#pragma once

#include "web/visit.h"

/* Inside the call's change. When this key was used before: with the same body the reply is made
   again and `*replayed` set, with another one it is FAIL_CONFLICT. */
enum fail replay_again(struct visit *visit, struct turn *turn, bool *replayed, struct reason *why);
/* Makes the reply of the change and keeps it with it, when the call has a key. */
enum fail replay_keep(struct visit *visit, struct turn *turn, struct reason *why);
