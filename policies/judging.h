/* What the files that judge share; nobody else includes it. */
#pragma once

#include "policies/judge.h"

void judge_add(struct evidence_list *list, const char *check, enum verdict verdict,
               const char *code, const char *source, int64_t at, json_t *args);
/* Nobody answered: not granted, and asked again. */
void judge_add_unread(struct evidence_list *list, const char *check, const char *code,
                      const char *source);
bool sign_in_has(size_t count, const char *const values[], const char *wanted);
bool used_mfa(const struct sign_in *sign_in);
