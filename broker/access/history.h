/* The history as auditors see it: pages, exports that are streamed, checkpoints and proofs. */
#pragma once

#include "access/caller.h"
#include "access/moves.h"
#include "base/text.h"

struct history_filter {
    int64_t from, to; /* epoch seconds; INT64_MIN and INT64_MAX: open */
    const char *actor, *subject, *role, *action, *request; /* NULL: any */
};

/* Events older than `before`, the newest first, as JSON; `*last` is the seq of the last one. */
enum fail history_page(const struct access *access, struct store *store,
                       const struct history_filter *filter, int64_t before, size_t most,
                       struct arena *arena, json_t **items, size_t *count, int64_t *last,
                       struct reason *why);

enum export_format { EXPORT_CSV, EXPORT_JSONL, EXPORT_BUNDLE };

/* An export: the change records it and fixes nothing else; what is exported is fixed when the
   stream is opened, by the checkpoint that stands then. */
struct export
{
    struct act act;
    const struct caller *caller; /* NULL: the operator's command */
    enum export_format format;
    struct history_filter filter;
    int64_t end; /* the size of the checkpoint, once it is open */
};
/* FAIL_TOO_MANY over the quota. */
enum fail export_apply(struct turn *turn, void *export, struct reason *why);

struct history; /* opaque: an export being read, page by page, never a transaction longer than a
                   page */

enum fail history_open(const struct access *access, struct export *export, struct history **ret,
                       struct reason *why);
/* Adds the next piece; the signature is that of web/reply.h, struct stream. */
enum fail history_next(void *history, struct text *piece, bool *more, struct reason *why);
void history_close(void *history);

/* The newest signed checkpoint; FAIL_NOT_FOUND before the first event. */
enum fail history_checkpoint(struct store *store, struct arena *arena, const char **note,
                             struct reason *why);
/* The inclusion proof of one event (audit/proof.h). */
enum fail history_proof(struct store *store, int64_t seq, struct arena *arena, struct text *proof,
                        struct reason *why);
