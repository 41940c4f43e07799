/* What the files of the holding job share; nobody else includes it. */
#pragma once

#include "access/attempt.h"
#include "access/findings.h"
#include "access/grants.h"
#include "access/holding.h"
#include "access/moves.h"
#include "access/order_send.h"
#include "store/jobs.h"

/* A grant as a step found it, with what the step is about to do; lives until the task is over. */
struct work {
    struct task *task;
    struct stored_grant grant;
    struct stored_request request;
    struct stored_holding holding; /* of a grant that has one, or that it would join */
    bool joins;                    /* the holding is open, and this grant does not lean on it yet */
    size_t beside_count;           /* other grants whose ends the directory may show */
    struct stored_grant *beside;
    bool extends;                /* the write being made moves the end of what others lean on */
    int64_t shown_until;         /* the end of the instance that was read */
    struct stored_intent intent; /* the newest write that matters, or the one being made */
    struct removals removals;    /* of a grant that is ending */
    struct target target;
    const char *code; /* why, for a move */
    enum grant_state to;
    const char *evidence; /* as it is kept; NULL: none was judged */
    const char *alarm;    /* kind of an alarm to raise; NULL: none */
    int64_t due_at;       /* when to look again */
    int64_t start_at;     /* of the instance that was read */
    struct person requester;
    bool anchored;
    struct attempt *attempt;      /* of a person who just signed in for it; NULL: a job */
    struct review *review;        /* of an approver who just signed in to decide on it; the same */
    struct challenge challenge;   /* what their next sign-in must bring */
    const struct demands *wanted; /* what the request's policy demands (order_demands) */
    const char *order;            /* the bytes of the write that is being made */
};

/* Reads the grant with the id that stands there, and all it belongs to. */
enum fail work_load(struct work *work, struct store *store, struct reason *why);

/* What a reading of the directory shows of this grant. */
enum sight {
    SIGHT_UNKNOWN,
    SIGHT_ABSENT,
    SIGHT_OURS,
    SIGHT_SHARED, /* Curfew's, with the end of another grant beside this one */
    SIGHT_FOREIGN
};

/* Ours is the instance whose end is the intent's to the second (design 3.2). `*until` is the end of
 * what is there. */
enum sight look(const struct work *work, const struct instances *instances, int64_t *start_at,
                int64_t *until);
const struct instances *ask_instances(struct work *work);

/* The grants beside this one (holding_beside.c). */

/* Reads them, and the holding that they all lean on. */
enum fail beside_read(struct work *work, struct store *store, struct reason *why);
/* The first that is in that state, and so leans on the same holding; or NULL. */
const struct stored_grant *beside_in(const struct work *work, enum grant_state state);
/* Whether one of them has something in the directory, or may have. */
bool beside_lives(const struct work *work);
/* Whether it is what one of them was given. */
bool beside_explains(const struct work *work, const struct instance *instance);
/* Whether removing is up to this grant: nobody keeps the holding, and of those that end it is the
   newest. */
bool beside_lets_remove(const struct work *work);
/* Inside a change. FAIL_CONFLICT when this grant would not begin in that way any more, or when
   somebody keeps what it would remove. */
enum fail beside_still_begins(struct turn *turn, const struct work *work, struct reason *why);
enum fail beside_still_ends(struct turn *turn, const struct work *work, struct reason *why);

/* Changes, each to be handed to task_change with the work. */
enum fail apply_move(struct turn *turn, void *work,
                     struct reason *why); /* to work->to; ends what is over */
enum fail apply_seen(struct turn *turn, void *work,
                     struct reason *why); /* read in the directory: active */
enum fail apply_absent(struct turn *turn, void *work,
                       struct reason *why); /* a read showed nothing */
enum fail apply_again(struct turn *turn, void *work,
                      struct reason *why); /* only the next look, and an alarm */
enum fail apply_answer(struct turn *turn, void *work,
                       struct reason *why); /* the outcome of work->intent */

/* FAIL_CONFLICT when the grant is not in the state that this step saw. */
enum fail still_as_seen(struct turn *turn, const struct work *work, struct reason *why);

/* Inside a change: the work's alarm, if any, with whom it is told to. */
enum fail raise_alarm(struct turn *turn, const struct work *work, struct reason *why);
/* Has the next change raise this alarm, unless the history has it; true when it is to be raised. */
bool alarm_is_new(struct work *work, const char *alarm);
/* Keeps what was judged for this start, if anything was; inside a change. */
enum fail keep_evidence(struct turn *turn, const struct work *work, struct reason *why);

/* Looks again then; raises the work's alarm, if any. */
enum pace look_at(struct work *work, int64_t due_at);
/* Moves the grant there, and says why. */
enum pace move_to(struct work *work, enum grant_state to, const char *code);

/* Commits the intent to write, then sends it. */
enum pace begin_assign(struct work *work);
enum pace begin_remove(struct work *work);

/* An end that is held by the directory needs a clock that agrees with the directory's. */
void judge_clock(const struct work *work, struct evidence_list *list);
/* Somebody else's: never adopted, never removed, and the person is told until when it stands. */
enum pace already_held(struct work *work, int64_t until);
/* It brings nothing: the person holds it until then by an earlier grant. */
enum pace held_longer(struct work *work, int64_t until);
/* The newest write that gave something for this grant, into `work->intent`. */
enum fail newest_given(struct work *work, struct reason *why);
/* It is there after all: an intent that was given up for lost had its effect. */
enum pace adopt(struct work *work);

/* In mode `pim_approval` (holding_held.c). */

/* Ours is in force, and nobody here has agreed, or PIM never told that it took an agreement. */
enum pace step_in_force(struct work *work);
/* PIM holds it, or may, and it is not in force. `work->intent` is what it was asked for by. */
enum pace step_held(struct work *work);
/* It is over without an approval, or was given back: watched for as long as PIM may let it in
   force. `work->intent` is the same. */
enum pace step_withdrawn(struct work *work);
/* Among a person's requests, the one that the holding stands for; NULL when there is none. */
const struct pim_request *held_request(const struct work *work,
                                       const struct pim_requests *requests);
/* The answer to what was sent in a person's name. */
enum pace attempt_written(struct work *work, const struct written *outcome);
enum pace review_written(struct work *work, const struct written *outcome);
/* Inside a change: the write is on disk once that is. `work->intent` is it. */
enum fail intent_commit(struct turn *turn, struct work *work, struct reason *why);
/* For task_change_then: what was committed leaves. */
enum pace intent_send(struct task *task, void *work, enum fail fail);

/* The bytes of the order for an approver's yes, which is committed; NULL: what it takes cannot be
   read now. */
const char *review_order(struct work *work);

/* One of a bundle (holding_bundle.c). */

/* Whether that alone says what becomes of a grant that waits or is active: `*pace`. */
bool bundle_settles(struct work *work, enum pace *pace);
/* The end that the first of them was given, if any was; false: it cannot be read now. */
bool bundle_end(struct work *work, int64_t *ends_at);

enum pace step_waiting(struct work *work);
/* Only the person can start it: watches the time it has for that. */
enum pace step_waiting_for_person(struct work *work);
enum pace step_activating(struct work *work);
enum pace step_active(struct work *work);
enum pace step_ending(struct work *work);
