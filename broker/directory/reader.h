/* How each kind of question is put to Graph, and how its answers become a fact. Pure: bytes in, a
   struct out. */
#pragma once

#include "base/text.h"
#include "directory/directory.h"
#include "outbound/throttle.h"

#include <jansson.h>

/* A question, understood. */
struct asked {
    const char *subject; /* NULL: it is about everybody, or about the target alone */
    struct target target;
    size_t group_count;
    const char **groups;
    const char *since; /* of sign-ins */
};

enum { READER_PAGES = 32 };

struct reader {
    enum service service;
    size_t most_pages; /* of all its steps; READER_PAGES at most */
    bool advanced;     /* an advanced query of directory objects (contract 12) */
    /* Writes the path of a step, from 0, and the body where it is a POST; false: there is no such
       step, and all is read. */
    bool (*ask)(const struct asked *asked, unsigned step, struct text *path, json_t **body);
    /* Adds one answer to the fact, whose arena holds the texts. FAIL_INVALID when a needed member
       is absent or wrong: nothing of the fact may then be used. */
    enum fail (*read)(const struct asked *asked, const json_t *answer, struct fact *fact,
                      struct reason *why);
    /* What it means that the subject does not exist; NULL: nothing that could be used. */
    void (*absent)(struct fact *fact);
    bool hidden; /* who may not see it is told so, and to them it does not exist */
    const struct reader *otherwise; /* takes over when the first call is answered 400; or NULL */
};

extern const struct reader account_reader, memberships_reader, members_reader, risks_reader,
    device_reader, managed_reader, contexts_reader, admin_rules_reader, self_rules_reader,
    eligibles_reader, instances_reader, requests_reader, own_requests_reader, approval_reader,
    group_reader, holders_reader, standing_reader, sign_ins_reader, registration_reader,
    device_groups_reader, manager_reader;

const struct reader *reader_of(enum fact_kind kind);
/* FAIL_INVALID when the question misses something, or is about a target that nobody can read. */
enum fail reader_understand(const struct question *question, struct arena *arena, struct asked *ret,
                            struct reason *why);
/* One whole answer. `*next` is the address of the next page, or NULL. */
enum fail reader_take(const struct reader *reader, const struct asked *asked, const char *bytes,
                      size_t length, struct fact *fact, const char **next, struct reason *why);

/* Adds an OData literal: the text in quotes, with those in it doubled, as URLs take it. */
void reader_add_literal(struct text *path, const char *text);
