/* What the files that judge share; nobody else includes it. */
#pragma once

#include "policies/judge.h"

void judge_add(struct evidence_list *list, const char *check, enum verdict verdict,
               const char *code, const char *source, int64_t at, json_t *args);
/* Nobody answered: not granted, and asked again. */
void judge_add_unread(struct evidence_list *list, const char *check, const char *code,
                      const char *source);
bool sign_in_has(size_t count, const char *const values[], const char *wanted);
/* "2026-01-15 10:00 UTC": minutes are enough for people. */
void judge_say_moment(int64_t moment, char text[24]);
bool used_mfa(const struct sign_in *sign_in);
/* What is demanded of a device beside compliance; both readings are known. `name` may be NULL. */
void judge_kept(const struct required *required, const struct findings *findings, const char *name,
                struct evidence_list *list);

/* How far Entra's clock and ours may stand apart. */
enum { CLOCK_SKEW = 300 };
