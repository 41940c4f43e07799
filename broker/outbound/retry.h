/* How long to leave a service alone: what it asks for, and what is decent when it does not say. */
#pragma once

#include <stdint.h>

#define RETRY_ABSENT ((int64_t)-1)

enum { RETRY_AFTER_LIMIT_MS = 60 * 60 * 1000, RETRY_BACKOFF_LIMIT_MS = 60 * 1000 };

/* The header Retry-After in milliseconds, at most RETRY_AFTER_LIMIT_MS: seconds, whole or with a
   fraction (rounded up), or a date, of which `now` is the other end. RETRY_ABSENT when `value` is
   NULL or means nothing (RFC 9110, 10.2.3; contract 12). */
int64_t retry_after_ms(const char *value, int64_t now);

/* 1 to 2 s after the first failure (`failures` 1), doubling to at most RETRY_BACKOFF_LIMIT_MS;
   `chance` picks a place in that range. */
int64_t retry_backoff_ms(unsigned failures, uint32_t chance);
