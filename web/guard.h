/* The checks before every handler: quotas, who is calling, and for a POST that it came from our own
 * pages (security.md T18). */
#pragma once

#include "web/web.h"

/* FAIL_NONE when the call may go to its handler; otherwise the reply is made. */
enum fail guard_check(struct visit *visit);
