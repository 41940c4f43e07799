/* A socket to listen on, bound here because libmicrohttpd does not say why it could not. */
#pragma once

#include "base/fail.h"

/* `address` is 127.0.0.1:8080 or [::]:443. FAIL_CONFLICT when the port is taken. */
enum fail listen_on(const char *address, int *ret, struct reason *why);
