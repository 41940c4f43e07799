/* One reading of a target against what Curfew holds of it: what nothing explains. Pure. */
#pragma once

#include "model/facts.h"
#include "policies/policy.h"
#include "store/watch.h"

/* Codes of the store and of the API; the event of each is `drift.<code>`. */
#define DRIFT_KINDS(X)                                                                             \
    X(UNEXPLAINED, "unexplained") /* nothing that Curfew did explains it */                        \
    X(PERMANENT, "permanent")     /* it outlasts what Curfew gave the same person */               \
    X(LATE, "late")               /* Curfew's own, come when its grant was over: removed */        \
    X(MISSING, "missing")         /* somebody took away what Curfew gave */                        \
    X(LAST_OWNER, "last_owner")   /* the only owner of a group: Entra would not remove it */       \
    X(WEAKER, "policy_weaker")    /* PIM's own rules ask less than the policy */

enum drift_kind {
#define X(name, text) DRIFT_##name,
    DRIFT_KINDS(X)
#undef X
        DRIFT_KIND_COUNT
};

const char *drift_kind_text(enum drift_kind kind);
bool drift_kind_read(const char *text, enum drift_kind *kind);

enum {
    DRIFT_LAG_SECONDS = 150,      /* how long PIM's lists may show what is gone (design 10) */
    DRIFT_ENTRA_LAG_SECONDS = 300 /* and Entra's own, which follow PIM's */
};

struct drift_reading {
    const struct target *target;
    int64_t at; /* when it was asked for */
    const struct holders *holders;
    const struct standing *standing;
    size_t held_count; /* read from the store after the directory had answered */
    const struct stored_held *held;
    size_t emergency_count;
    const char *const *emergency; /* object ids of people and groups */
    unsigned weaknesses;          /* policy_weaknesses */
};

struct drift_finding {
    enum drift_kind kind;
    const char *about; /* an object id, or the text of a weakness */
    bool in_pim;       /* `activated` and `end_at` are said */
    bool activated;
    int64_t end_at;                 /* INT64_MAX: permanent */
    const struct stored_held *held; /* of DRIFT_LATE: what it was of */
    const struct stored_held *open; /* what the same person holds by Curfew now, or NULL */
};

struct drift_findings {
    size_t count;
    struct drift_finding *list; /* each kind once about one */
    size_t emergency_count;     /* emergency people who hold it, which is meant */
    const char **emergency;
};

/* Memory of the arena and of the reading. */
void drift_compare(const struct drift_reading *reading, struct arena *arena,
                   struct drift_findings *ret);
