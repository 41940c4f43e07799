/* The checks before every handler: who is calling, quotas, for a POST that it came from our own
 * pages, and that the query has nothing that nobody knows. */
#pragma once

#include "web/web.h"

/* FAIL_NONE when the call may go to its handler; otherwise the reply is made. */
enum fail guard_check(struct visit *visit);
