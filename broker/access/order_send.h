/* The one way by which a write leaves: what is stored becomes an order, and an order that holds
   (order.h) is sent. */
#pragma once

#include "access/findings.h"
#include "access/order.h"

/* What was not sent because its order does not hold: the code of its outcome, WRITE_REFUSED. */
extern const char *const order_refused;

/* What the policy that the request was submitted under demands of its requester, as far as is known
   of them now; NULL when that policy cannot be read any more. Of the task. */
const struct demands *order_demands(struct task *task, const struct stored_request *request,
                                    const struct gathered *gathered);
/* The same for a grant that PIM holds: as it was kept when approvers were asked. */
const struct demands *order_demands_kept(struct task *task, const struct stored_request *request);
/* Fills in the request, and the approvals with their proofs where this order must prove them. */
enum fail order_fill(struct task *task, const struct stored_request *request,
                     const struct demands *wanted, struct order *order, struct reason *why);

/* An order on its way; of the task. */
struct order_errand {
    const char *bytes; /* order_write */
    const struct demands *wanted;
    const struct stored_request *request; /* that the grant is of */
    const struct stored_grant *grant;
    enum order_does does;
    const struct secret *token; /* a person's, borrowed; NULL: Curfew's own */
    const char *correlation;
    enum pace (*then)(struct task *task, void *data, const struct written *written);
    void *data;
    /* Its own: */
    struct task *task;
    bool anew;
};
/* Reads the order, with keys that are fetched for that, sends its write, and goes on with the
   outcome. */
enum pace order_send(struct task *task, struct order_errand *errand);
