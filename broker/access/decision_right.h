/* Whether somebody may decide on a request now: by the stages it was submitted under, and the
   directory as it is now. */
#pragma once

#include "access/decisions.h"

/* Inside the change. FAIL_NOT_FOUND for strangers, FAIL_DENIED for the requester and who may only
   see it. */
enum fail decision_right(struct turn *turn, struct decision *decision, struct reason *why);
/* What stands in the way of somebody who may: `decision->bar`. */
enum fail decision_bar(struct turn *turn, struct decision *decision, struct reason *why);
/* Takes out those who agreed before and are no approvers any more. */
enum fail decision_recount(struct turn *turn, struct decision *decision, struct reason *why);
/* Writes down on which stages this approver speaks, also one who joined since they were listed. */
enum fail decision_note(struct turn *turn, const struct decision *decision, struct reason *why);
