/* What people type is kept apart from the events that speak of it, so that it can be erased by law
   without breaking the audit tree: events carry a salted commitment (security.md 4.2). */
#pragma once

#include "access/access.h"
#include "audit/record.h"
#include "base/form.h"

/* Complains of characters that steer how text is shown; NULL holds none. */
void words_check(struct form *form, const char *name, const char *text);
/* The member `reason`: of at most `most` bytes, not empty, and nothing but words. */
const char *words_reason(struct form *form, enum need need, size_t most);

/* Keeps the text, and writes the commitment that stands for it. */
/* `salt` of COMMITMENT_SALT bytes was chosen before. */
enum fail words_keep_salted(struct turn *turn, const char *text, const uint8_t *salt,
                            char mark[DIGEST_BASE64_SIZE], struct reason *why);
enum fail words_keep(struct turn *turn, const char *text, char mark[DIGEST_BASE64_SIZE],
                     struct reason *why);
