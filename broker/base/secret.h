/* Bytes that must not leak: kept in locked, guarded memory, wiped when freed, read only from files.
 */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"

#include <stddef.h>
#include <stdint.h>

enum { SECRET_FILE_LIMIT = 64 * 1024 };

struct secret {
    size_t length;
    uint8_t *bytes; /* of sodium_malloc; a NUL stands behind them */
};

struct secret *secret_new(size_t length);
struct secret *secret_copy(const void *bytes, size_t length);
void secret_free(struct secret *secret);
SCOPED(secret)
/* The bytes as text: for secrets that are text (tokens, PEM). */
const char *secret_text(const struct secret *secret);

/* A whole file of at most SECRET_FILE_LIMIT bytes; FAIL_INVALID when it cannot be read, is empty,
   is a symbolic link, or when others than its owner and group may read or its group may write it.
 */
enum fail secret_read(const char *path, struct secret **ret, struct reason *why);
/* The same without the one line end that editors put behind a password. */
enum fail secret_read_line(const char *path, struct secret **ret, struct reason *why);
/* Creates the file with mode 0600 and syncs it; FAIL_CONFLICT when there is one. */
enum fail secret_write(const char *path, const struct secret *secret, struct reason *why);
