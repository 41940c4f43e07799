/* Which addresses a call may reach: asked after the name was resolved, so that no name, spelling or
 * rebinding leads around it (security.md T38). */
#pragma once

#include "base/fail.h"

#include <stdbool.h>
#include <sys/socket.h>

enum peers {
    PEERS_PUBLIC,   /* the internet only */
    PEERS_PRIVATE,  /* also private networks and this machine: an operator named the endpoint */
    PEERS_LOOPBACK, /* this machine only */
};

bool guard_allows(enum peers peers, const struct sockaddr *address, struct reason *why);
/* The same for a written address, "192.0.2.1" or "2001:db8::1"; what is none is not allowed. */
bool guard_allows_text(enum peers peers, const char *address, struct reason *why);
