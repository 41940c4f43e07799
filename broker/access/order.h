/* Orders: what the worker takes to write to the directory, as bytes (design 4). An order holds the
   write, everything it follows from, and the signed decisions behind it; reading one checks all of
   that anew and believes nothing that is not proved. Pure. */
#pragma once

#include "directory/directory.h"
#include "model/ids.h"
#include "model/role.h"
#include "policies/policy.h"

enum { ORDER_MOST = 1024 * 1024, ORDER_LINES = APPROVAL_STAGES, ORDER_DECISIONS = 64 };

/* One stage of a rule's approval: who of those in whose place somebody decided counts for it. */
struct order_line {
    const char *rule;
    int64_t stage;
    int64_t need;
    size_t approver_count;
    const char *approvers[ORDER_DECISIONS];
};

/* An approval with its proof. */
struct order_decision {
    int64_t at;
    const char *commitment, *token;
};

enum order_does {
    ORDER_GIVES,
    ORDER_EXTENDS, /* gives more time for what Curfew assigned; proves the same */
    ORDER_AGREES,  /* an approver's yes to what PIM holds: from then on it is given */
    ORDER_REMOVES, /* what follows from `duration` on is of no account */
};

struct order {
    enum order_does does;
    enum activation mode;
    const char *request, *tid, *requester;
    const char *role, *target; /* of the grant */
    const char *words, *ticket;
    const char *approval, *step; /* in PIM, of ORDER_AGREES; otherwise "" */
    int64_t duration, start_by;  /* of the request, and of the grant */
    int64_t starts_at, ends_at;
    /* Of a role of Azure only: the request's name there, and what an activation leans on. */
    const char *name, *schedule, *condition, *condition_version;
    const char *policy, *justification; /* version and commitment, of the request */
    size_t role_count;                  /* all that the request asked for */
    struct {
        const char *role, *target;
    } roles[REQUEST_ROLES];
    size_t line_count, decision_count; /* none where nothing is signed */
    struct order_line lines[ORDER_LINES];
    struct order_decision decisions[ORDER_DECISIONS];
    struct write write;
};

/* The write that this order is for: of its target, requester, times, mode and words alone, and
   in Azure of the name and the eligibility that stand there. */
enum fail order_produce(const struct order *order, struct arena *arena, struct write *ret,
                        struct reason *why);

/* Canonical JSON, freed with free(). */
char *order_write(const struct order *order);

/* What an order is held against; all of it known to whoever reads it by other ways. */
struct order_rules {
    int64_t now;                  /* by the directory's clock */
    const struct policy *policy;  /* in force now: its catalogue */
    const struct demands *wanted; /* what the policy of `version` demands of this request */
    const char *version;
    const char *tenant_id;
    /* What the grant in hand is about, and what is to become of it. */
    const char *request, *requester, *target;
    int64_t duration; /* of the request, as it was approved */
    enum activation mode;
    enum order_does does;
    const char *issuer, *client_id, *key_set; /* of ID tokens; NULL: none was asked for */
};

/* Whether reading this order takes a key set. */
bool order_needs_keys(const struct order_rules *rules);
/* FAIL_DENIED says what is not proved; `ret` is then not touched. Texts of the arena. */
enum fail order_read(const char *bytes, size_t length, const struct order_rules *rules,
                     struct arena *arena, struct order *ret, struct reason *why);
