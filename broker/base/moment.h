/* The only clock, and how its readings are written. Moments are epoch seconds in UTC, spans are
 * seconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MOMENT_NEVER INT64_MAX

/* The wall clock, in seconds and in milliseconds. */
int64_t moment_now(void);
int64_t moment_now_ms(void);
/* A clock that only goes forward and that nobody sets, in milliseconds: for deadlines of work in
 * hand. */
int64_t moment_ticks_ms(void);

/* Has `wake` called from another thread whenever the wall clock was set, so that sleepers look
 * again. */
void moment_watch(void (*wake)(void *context), void *context);

/* RFC 3339 in UTC: "2026-01-15T10:00:00Z", or with milliseconds. */
void moment_text(int64_t moment, char text[21]);
void moment_text_ms(int64_t moment_ms, char text[25]);
/* Reads RFC 3339 with any offset and 0 to 9 decimals, which are cut off. */
bool moment_read(const char *text, int64_t *moment);
/* Reads the date of an HTTP header (RFC 9110, 5.6.7: IMF-fixdate). */
bool moment_read_http(const char *text, int64_t *moment);

/* ISO 8601 durations of days, hours, minutes, seconds ("PT2H", "P1DT12H"), as Graph takes them
 * (contract 4.1). */
bool span_read(const char *text, int64_t *seconds);
void span_text(int64_t seconds, char text[32]);
