/* Where access is really given: Microsoft Graph and Azure Resource Manager (ARM) as questions with
   facts for answers, and writes with outcomes. Everything runs on the loop's thread. */
#pragma once

#include "base/arena.h"
#include "base/id.h"
#include "base/secret.h"
#include "model/challenge.h"
#include "model/facts.h"
#include "model/role.h"
#include "outbound/bearer.h"
#include "outbound/loop.h"

#include <stdatomic.h>

enum fact_kind {
    FACT_ACCOUNT,      /* subject: oid, or the name that the person signs in with */
    FACT_MEMBERSHIPS,  /* subject: oid; of `groups` */
    FACT_MEMBERS,      /* subject: group id; each once, with an oid and without a tid */
    FACT_RISKS,        /* everybody's */
    FACT_DEVICE,       /* subject: device id as tokens carry it */
    FACT_MANAGED,      /* subject: device id */
    FACT_CONTEXTS,     /* everybody's */
    FACT_ADMIN_RULES,  /* subject: target key */
    FACT_SELF_RULES,   /* subject: target key */
    FACT_ELIGIBLES,    /* subject: target key */
    FACT_INSTANCES,    /* subject: oid; object: target key */
    FACT_REQUESTS,     /* subject: oid; object: key of a group: Graph shows no others to Curfew */
    FACT_OWN_REQUESTS, /* the same of any target, for the person themselves (directory_ask_as) */
    FACT_APPROVAL, /* subject: id of an approval; object: target key; as a person sees it (the same)
                    */
    FACT_GROUP,    /* subject: group id */
    FACT_HOLDERS,  /* subject: target key */
    FACT_STANDING, /* subject: target key */
    FACT_MANAGER,  /* subject: oid */
    FACT_SIGN_INS, /* subject: oid; object: the moment (RFC 3339) from which on they count */
    FACT_REGISTRATION,       /* subject: oid */
    FACT_DEVICE_GROUPS,      /* subject: a device's object id; of `groups` */
    FACT_KINDS,              /* of Microsoft; and of the operator's own ticket system: */
    FACT_TICKET = FACT_KINDS /* subject: the ticket, as somebody typed it */
};

/* All texts are borrowed until directory_ask returns. */
struct question {
    enum fact_kind kind;
    const char *subject, *object;
    size_t group_count;
    const char *const *groups;
};

/* One answer, never changed once it is given out; counted, any thread. */
struct fact {
    atomic_uint uses;
    struct arena *arena; /* holds what the union points to */
    enum fact_kind kind;
    int64_t retry_ms; /* of an unknown one: how long to leave the service alone; 0: not said */
    union {
        struct reading reading; /* every one begins with it */
        struct account account;
        struct memberships memberships;
        struct members members;
        struct risks risks;
        struct device device;
        struct managed_devices managed;
        struct contexts contexts;
        struct admin_rules admin_rules;
        struct self_rules self_rules;
        struct eligibles eligibles;
        struct instances instances;
        struct pim_requests requests;
        struct pim_approval approval;
        struct group group;
        struct holders holders;
        struct standing standing;
        struct manager manager;
        struct sign_in_log sign_ins;
        struct registration_details registration;
        struct memberships device_groups;
        struct ticket ticket;
    };
};

/* One use, the caller's; nothing is known yet. */
struct fact *fact_new(enum fact_kind kind, int64_t at);
struct fact *fact_share(struct fact *fact);
void fact_free(struct fact *fact);
SCOPED(fact)

struct endpoint {
    const char *origin; /* scheme and host, with a port where it is not the usual one */
    const char *scope;  /* of its tokens: "https://graph.microsoft.com/.default" */
    bool private_peer;  /* an operator named it */
};

/* The operator's own ticket system: what answers for a ticket, and what its answer must say. */
struct ticket_endpoint {
    const char *url;         /* `{ticket}` stands for the ticket; NULL: there is none */
    const char *secret_file; /* holds what goes into Authorization, after Bearer; NULL: nothing */
    const char *member;      /* of the answer, which says its state: a name, or names with dots */
    size_t open_count;
    const char *const *open; /* the states in which a ticket counts */
};

struct directory_settings {
    struct endpoint graph, arm;
    struct ticket_endpoint ticket;
};

struct directory; /* opaque */

/* Borrows the loop; copies the rest. */
struct directory *directory_new(struct loop *loop, const struct directory_settings *settings,
                                const struct bearer *bearer);
/* After loop_run has returned, which answers every call in hand, and before loop_free. */
void directory_free(struct directory *directory);
SCOPED(directory)

/* Sends what waited for its turn (one service takes one call a second), and returns the epoch
   milliseconds at which it wants to be called again, or MOMENT_NEVER. To be called from the `work`
   of loop_run; whatever begins to wait wakes the loop. */
int64_t directory_work(struct directory *directory);

/* `done` is called exactly once, perhaps before this returns, with the fact, which is the
   receiver's to free. A directory that does not answer, or answers something that makes no sense,
   gives a fact that is not known. */
void directory_ask(struct directory *directory, const struct question *question,
                   void (*done)(void *context, struct fact *fact), void *context);

/* The same in a person's name: with their token (borrowed until `done`), which is tried once and
   never renewed. */
void directory_ask_as(struct directory *directory, const struct secret *token,
                      const struct question *question,
                      void (*done)(void *context, struct fact *fact), void *context);

/* A write, exactly as an intent keeps it. */
struct write {
    const char *method, *path;
    const char *body; /* NULL: none */
};

enum write_outcome {
    WRITE_ACCEPTED, /* taken, whatever was done with it so far: `code` is its status */
    WRITE_REFUSED,  /* certainly without effect: `code` is the error's */
    WRITE_NOT_SENT, /* certainly nothing left this machine, or the service said: later */
    WRITE_UNKNOWN,  /* it may have had its effect: read before anything else is sent */
};

/* The outcome in one word, as it is stored and recorded. */
const char *write_outcome_text(enum write_outcome outcome);

/* Borrowed until the callback returns. */
struct written {
    enum write_outcome outcome;
    int status;              /* of HTTP; 0: none */
    const char *code;        /* of the request's status or of the error, in its own word; or NULL */
    const char *says;        /* what is wrong, for the log and for an administrator; or NULL */
    const char *request;     /* the request's id in the directory; or NULL */
    const char *approval;    /* the id of the approval that it waits for, if it does; or NULL */
    const char *correlation; /* the header request-id; or NULL */
    const char *ends_at;     /* as the answer has it; or NULL: proves nothing, reading back does */
    int64_t retry_ms;        /* how long to wait before the next try; 0: not said */
    struct challenge challenge; /* what the person's next sign-in must bring; empty: nothing */
};

/* `correlation` goes along as client-request-id; NULL: a new one. `done` is called exactly once,
   perhaps before this returns. */
void directory_write(struct directory *directory, const struct write *write,
                     const char *correlation,
                     void (*done)(void *context, const struct written *written), void *context);

/* The same in a person's name: with their token (borrowed until `done`), which is tried once and
   never renewed. */
void directory_write_as(struct directory *directory, const struct secret *token,
                        const struct write *write, const char *correlation,
                        void (*done)(void *context, const struct written *written), void *context);

/* An assignment to make, activate or remove. All texts are borrowed. */
struct assignment {
    const struct target *target;
    const char *oid;            /* whose */
    int64_t starts_at, ends_at; /* named as afterDateTime; of no account when it is removed */
    const char *words;          /* why; ends in the request's id */
    const char *ticket;         /* NULL: none is named */
    /* Of a role of Azure only: */
    const char *name;          /* the request's own, a GUID; the same one is taken once */
    const struct eligible *by; /* when it is activated: what makes the person eligible */
};

/* The writes (contract 4.1, 5.1, 8): assigned by Curfew, with another end for what Curfew assigned,
   or activated by the person themselves. The same arguments make the same bytes. */
enum fail write_assign(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why);
enum fail write_update(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why);
enum fail write_activate(const struct assignment *assignment, struct arena *arena,
                         struct write *ret, struct reason *why);
enum fail write_remove(const struct assignment *assignment, struct arena *arena, struct write *ret,
                       struct reason *why);

/* An approver's word on what waits in PIM: `step` of `approval`, as FACT_APPROVAL has it (contract
   6: of groups in v1.0, of roles in beta). FAIL_INVALID when these are no GUIDs. */
enum fail write_review(const struct target *target, const char *approval, const char *step,
                       bool approves, const char *words, struct arena *arena, struct write *ret,
                       struct reason *why);
/* Ends every sign-in session of a person (contract 10). It has no body. */
enum fail write_sign_out(const char *oid, struct arena *arena, struct write *ret,
                         struct reason *why);
/* The name that a write to ARM has in its path; `name` stays as it is when there is none. */
void write_name(const char *path, char name[GUID_SIZE]);

/* How the directory's clock differs from ours, from the newest Date header: its seconds minus ours.
   False when none was seen yet. */
bool directory_skew(const struct directory *directory, int64_t *seconds);
/* The services now left alone, for metrics: until when, 0 when it is not (moment_ticks_ms). */
int64_t directory_rests_until(const struct directory *directory, int service);

/* What a status of a request means (contract 15). */
enum status_meaning {
    STATUS_DONE,
    STATUS_PENDING,
    STATUS_REFUSED,
    STATUS_REMOVED,
    STATUS_NEVER_SEEN
};
enum status_meaning status_means(const char *status);
/* Whether it is the word for what waits until somebody approves it in PIM. */
bool status_waits_for_approval(const char *status);
