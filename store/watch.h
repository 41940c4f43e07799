/* What is watched in the directory, and what was found there that nothing explains. */
#pragma once

#include "model/ids.h"
#include "model/person.h"
#include "model/role.h"
#include "store/grants.h"

struct stored_watch {
    struct watch_id id;
    const char *target;
    int64_t since, read_at; /* -1: not read yet */
    const char *rules;      /* JSON: PIM's rules as last read, or NULL */
    const char *emergency;  /* JSON: emergency people who held it then, or NULL */
};

/* Has the target watched from `watch->since` on; `watch->id` is then the one it has, perhaps since
   before. */
enum fail store_watch_add(struct store *store, struct stored_watch *watch, struct reason *why);
enum fail store_watch(struct store *store, const struct watch_id *id, struct arena *arena,
                      struct stored_watch *watch, struct reason *why);
enum fail store_watches(struct store *store, struct arena *arena, size_t *count,
                        struct stored_watch **watches, struct reason *why);
/* Of the struct: id, read_at, rules, emergency. */
enum fail store_watch_save(struct store *store, const struct stored_watch *watch,
                           struct reason *why);
enum fail store_watch_end(struct store *store, const struct watch_id *id, struct reason *why);
/* When the target that was read longest ago was read, or was first to be; `none` when nothing is
   watched. */
enum fail store_watch_oldest(struct store *store, int64_t none, int64_t *at, struct reason *why);

struct stored_finding {
    struct finding_id id;
    const char *target, *kind, *about;
    const char *detail;           /* JSON */
    int64_t opened_at, absent_at; /* -1: readings show it */
};

/* `*fresh` is false when such a finding is open already: then nothing was added. */
enum fail store_finding_add(struct store *store, const struct stored_finding *finding, bool *fresh,
                            struct reason *why);
/* The open ones of a target (NULL: of all), the oldest first. */
enum fail store_findings(struct store *store, const char *target, struct arena *arena,
                         size_t *count, struct stored_finding **findings, struct reason *why);
/* Those that one message tells of, cleared or not. */
enum fail store_findings_told(struct store *store, const char *told, struct arena *arena,
                              size_t *count, struct stored_finding **findings, struct reason *why);
/* Since when readings do not show it; -1: they do. */
enum fail store_finding_absent(struct store *store, const struct finding_id *id, int64_t since,
                               struct reason *why);
enum fail store_finding_clear(struct store *store, const struct finding_id *id, int64_t now,
                              struct reason *why);
/* Since when one is open that nobody was told of, `none` when there is none; and that all of them
   are told of by `told`. */
enum fail store_findings_untold(struct store *store, int64_t none, int64_t *since,
                                struct reason *why);
enum fail store_findings_tell(struct store *store, const char *told, struct reason *why);

/* Of the intent: id, method, path, body, committed_at; and then id and what became of it. */
enum fail store_removal_add(struct store *store, const struct finding_id *finding, const char *oid,
                            const struct stored_intent *removal, struct reason *why);
enum fail store_removal_answer(struct store *store, const struct stored_intent *removal,
                               struct reason *why);
/* When a removal was meant last for the finding; `none` when never. */
enum fail store_removal_last(struct store *store, const struct finding_id *finding, int64_t none,
                             int64_t *at, struct reason *why);

/* What Curfew holds or held of a target, and for which grant. */
struct stored_held {
    struct person_key person;
    int64_t ends_at, closed_at; /* -1: open */
    struct grant_id grant;
    struct request_id request;
    enum activation mode;
};

/* The open holdings of a target, and the closed ones that end after `ends_after`. */
enum fail store_held(struct store *store, const char *target, int64_t ends_after,
                     struct arena *arena, size_t *count, struct stored_held **held,
                     struct reason *why);
