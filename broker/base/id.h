/* Where every id and every token comes from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ID_SIZE = 27, TOKEN_SIZE = 44, LOCATOR_SIZE = 23, GUID_SIZE = 37 };

/* A ULID: 48 bits of time, 80 of chance, in Crockford's base 32; sorts by time to the millisecond.
 */
void id_new(int64_t now_ms, char id[ID_SIZE]);
/* What `id_new` may have written, in upper case. */
bool id_is(const char *text);
/* The 128 bits of an id, written as a GUID. */
void id_guid(const char id[ID_SIZE], char guid[GUID_SIZE]);
/* 256 random bits in base64url: sessions, anti-forgery, states, nonces. */
void token_new(char token[TOKEN_SIZE]);
/* 128 random bits in base64url: purposes. */
void locator_new(char locator[LOCATOR_SIZE]);
/* A random GUID (RFC 9562, version 4). */
void guid_new(char guid[GUID_SIZE]);
