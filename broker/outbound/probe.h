/* Whether a server of this machine answers. */
#pragma once

#include "base/fail.h"

#include <stdbool.h>

/* GETs `path` from the server that listens on `listen` (address:port; every address means this
   machine's own), for at most four seconds. Whose certificate it shows is not looked at, as it
   bears the name of another address; nothing secret is asked. FAIL_UNAVAILABLE without a 200. */
enum fail probe(const char *listen, bool tls, const char *path, struct reason *why);
