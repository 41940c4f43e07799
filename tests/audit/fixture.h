/* A log of made-up events with its keys, and bundles of it, whole or tampered with by an insider.
 */
#pragma once

#include "audit/bundle.h"
#include "audit/merkle.h"
#include "audit/trust.h"

#define FIXTURE_ORIGIN "curfew.example/log1"

struct fixture {
    int64_t size, room;
    struct slice *records; /* owned */
    struct digest *leaves;
    struct note_signer *log_key, *export_key;
    char origin[NOTE_NAME_SIZE];
    const char *token, *key_set; /* of signed decisions; borrowed */
    bool (*withhold)(const struct fixture *fixture, int64_t seq); /* from bundles; may be NULL */
};

/* `fill` is in every byte of the log's seed, the next number in the seed for exports. */
void fixture_open(struct fixture *fixture, const char *origin, unsigned char fill);
void fixture_scoped(struct fixture *fixture);

/* Adds the event as the next record. */
void fixture_add(struct fixture *fixture, const struct event *event);
/* Adds exactly `bytes` as the next record, whatever they say. */
void fixture_add_bytes(struct fixture *fixture, struct slice bytes);
/* Takes the last record away again. */
void fixture_drop(struct fixture *fixture);
/* Adds a short event of the service. */
void fixture_add_small(struct fixture *fixture);
/* Adds lives of requests and grants until there are `size` records; the last one may be cut off. */
void fixture_live(struct fixture *fixture, int64_t size);

struct person_key fixture_person(int number);

void fixture_checkpoint(const struct fixture *fixture, int64_t size, struct text *note);
void fixture_policy(const struct fixture *fixture, struct text *policy);
/* A bundle of the whole log; `filter` and `previous` may be NULL. */
void fixture_bundle(const struct fixture *fixture, int64_t first, int64_t end, const char *filter,
                    const char *previous, struct text *tar);
/* Packs files anew; the manifest is written and signed anew with the numbers of the old one and
   with `records`, unless that is negative: then everything stays as it is. */
void fixture_pack(const struct fixture *fixture, const struct bundle_files *files, int64_t records,
                  struct text *tar);
