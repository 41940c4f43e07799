/* Answers of Graph in tests, written with ' for " so that they can be read. */
#pragma once

#include "base/text.h"
#include "directory/directory.h"

#define ALICE   "a11ce000-0000-4000-8000-000000000001"
#define ALICE_2 "A11CE000-0000-4000-8000-000000000001"
#define BOB     "b0b00000-0000-4000-8000-000000000002"
#define SOC     "50c00000-0000-4000-8000-00000000000a"
#define LEADS   "1ead5000-0000-4000-8000-00000000000b"
#define OTHERS  "07e25000-0000-4000-8000-00000000000c"
#define ROLE    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"
#define LAPTOP  "1a970b00-0000-4000-8000-00000000000d"
#define PHONE   "9104e000-0000-4000-8000-00000000000e"

#define SOC_MEMBER     "group/" SOC "/member"
#define ROLE_IN_TENANT "directory_role/" ROLE "//"

/* One good question of each kind. */
extern const struct question about[FACT_KINDS];
extern const struct question about_role_instances, about_role_rules, about_role_self_rules,
    about_role_eligibles;

/* A copy with every ' made a "; kept until the process ends. */
const char *json_of(const char *quoted);
/* A whole file; NULL when it cannot be read. Kept likewise. */
const char *file_of(const char *path);

/* The fact of one good answer; `next` (may be NULL) as reader_take. */
struct fact *read_fact(const struct question *question, const char *body, const char **next);
/* The same with the second answer of a fact that has two. */
struct fact *read_facts(const struct question *question, const char *first, const char *second);
/* Whether the answer is refused, for a reason in which `why` stands. */
bool is_refused(const struct question *question, const char *body, const char *why);
/* The path of a step of a question, or "" when it has no such step; `*body` (may be NULL) is the
   body's text, or NULL. Kept until the process ends. */
const char *path_of_step(const struct question *question, unsigned step, const char **body);
