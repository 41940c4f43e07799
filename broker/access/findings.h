/* Gathering what a judgement looks at, for a request or for a grant that is about to start. */
#pragma once

#include "access/worker.h"
#include "store/requests.h"

/* What was found out about one request. Everything lives until the step ends. */
struct gathered {
    struct findings findings;
    struct demands demands;
    size_t role_count;
    const struct role *roles[REQUEST_ROLES]; /* NULL where the role left the catalogue */
    const struct admin_rules *admin_rules[REQUEST_ROLES];
    bool role_gone;
};

/* Asks for all facts that judging this request takes; false: answer PACE_WAIT. `sign_in` is the
   evidence it was submitted with. */
bool findings_gather(struct task *task, const struct stored_request *request,
                     const struct sign_in *sign_in, struct gathered *ret);
/* Judges all of it; `with_sign_in` is false at an unattended start, when only what Graph knows is
 * judged again. */
void findings_judge(const struct gathered *gathered, int64_t duration_seconds, bool with_sign_in,
                    struct evidence_list *list);
