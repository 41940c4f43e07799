/* What a reverse proxy says of the browser behind it. */
#pragma once

#include "web/visit.h"

/* Whether the call came from one of our `proxies`. Then the address is the one that this proxy saw,
   one hop and no more, and whether the browser spoke HTTPS is what it says. Of everybody else such
   headers are not looked at. */
bool forwarding_read(struct visit *visit);
