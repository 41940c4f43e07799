/* What all use cases of this folder share: the parts they are made of, and a turn at the writer. */
#pragma once

#include "access/facts.h"
#include "access/keys.h"
#include "access/ledger.h"
#include "directory/directory.h"
#include "identity/oidc.h"
#include "policies/judge.h"
#include "store/store.h"
#include "store/writer.h"

#include <stdatomic.h>

struct access_options {
    const char *tenant_id, *public_url;
    const char *client_id;               /* of the registration that people sign in to */
    enum activation activation;          /* of roles that do not say how */
    const char *graph_scope, *arm_scope; /* of tokens in a person's name */
    size_t claim_count;
    const struct context_claim *claims;
    const char *mail_from; /* NULL: no channel for messages */
    int64_t requests_per_hour, decisions_per_hour, exports_per_day;
    int64_t session_idle_seconds, session_longest_seconds, special_role_seconds;
    int64_t check_within_seconds;
};

/* Made by main, in this order, and only read. A call, a job and a change each have one of their
   own, with the policy that was in force when they began (in_force.h). */
struct access {
    struct access_options options;
    struct stores *stores;
    struct keys *keys;
    struct ledger *ledger;
    struct writer *writer;
    struct loop *loop;
    struct identity *identity;
    struct directory *directory;
    struct facts *facts;
    struct in_force *in_force;
    struct policy *policy; /* NULL in the parts themselves */
    struct notify *notify;
    struct sessions *sessions;
    struct views *views;
    struct worker *worker;
    bool safe_mode; /* the store is older than what was recorded: nothing is granted */
    const char *safe_why;
};

/* A turn at the writer: what every change of state needs. */
struct turn {
    struct access *access; /* its own */
    struct store *store;
    struct arena *arena; /* of this change */
    int64_t now_ms, now; /* when it is applied */
    struct actor actor;
    struct act *act; /* what it is the turn of */
};

/* A change with what it needs. Whoever hands it in keeps it until `done`. */
struct act {
    struct change change;
    struct access *access;
    struct actor actor;
    enum fail (*apply)(struct turn *turn, void *data, struct reason *why);
    void *data;
    void (*done)(void *context, enum fail fail,
                 const struct reason *why); /* on the writer's thread */
    void *context;
    bool closes_session; /* forgotten once that is on disk */
    struct digest session;
    bool closes_person; /* all of a person's sessions of before then, likewise */
    struct person_key person;
    int64_t closed_at;
};

/* Hands it to the writer; dropped unapplied after `deadline` (moment_ticks_ms; 0: never). */
void act_put(struct act *act, int64_t deadline);
/* Puts it and waits for its end: for the start, the end and the operator's commands only. */
enum fail act_now(struct access *access, const struct actor *actor,
                  enum fail (*apply)(struct turn *turn, void *data, struct reason *why), void *data,
                  struct reason *why);

/* Records an event about nothing that has a state; `actor` and time are the turn's. */
enum fail turn_record(struct turn *turn, struct event event, struct reason *why);
