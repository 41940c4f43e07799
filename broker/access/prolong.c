#include "access/prolong.h"

#include "access/findings.h"
#include "base/moment.h"
#include "store/grants.h"

/* Why this would not prolong what is held; NULL when it would. */
static const char *not_longer(const struct turn *turn, const struct submission *submission,
                              const struct stored_grant *held, const struct role *role)
{
    char until[21];
    enum activation mode = activation_of(turn->access, role);
    int64_t from = submission->start_at > turn->now ? submission->start_at : turn->now;
    moment_text(held->ends_at, until);
    if (mode == ACTIVATION_PIM_APPROVAL || held->mode == ACTIVATION_PIM_APPROVAL)
        return arena_text(submission->arena,
                          "You hold this role until %s, and Privileged Identity Management takes "
                          "no second activation beside one that it approves itself: ask again when "
                          "it has ended, or give it back first.",
                          until);
    if (activation_is_personal(mode) != activation_is_personal(held->mode))
        return arena_text(submission->arena,
                          "You hold this role until %s in a way in which it is not given any more: "
                          "ask again when it has ended.",
                          until);
    if (from + submission->duration_seconds <= held->ends_at)
        return arena_text(submission->arena,
                          "You hold this role until %s already, and what you ask for would end "
                          "before that: its time counts from its start, so ask for more.",
                          until);
    return NULL;
}

enum fail prolong_check(struct turn *turn, struct submission *submission, size_t i,
                        struct reason *why)
{
    struct stored_request *request = &submission->request;
    size_t count = 0;
    struct stored_grant *live = NULL;
    const struct role *role = policy_find_role(turn->access->policy, request->roles[i].role);
    enum fail fail =
        store_grants_live_for(turn->store, &submission->caller->person.key,
                              request->roles[i].target, submission->arena, &count, &live, why);
    if (fail || !count)
        return fail;
    const struct stored_grant *held = &live[0]; /* the one that lasts longest */
    for (size_t k = 1; k < count; k++)
        held = live[k].ends_at > held->ends_at ? &live[k] : held;
    request->roles[i].extends = held->id.text;
    submission->says = not_longer(turn, submission, held, role);
    if (submission->says)
        submission->stands_in_the_way = held->request;
    return submission->says
               ? because(why, FAIL_CONFLICT, "grant %s would not be prolonged", held->id.text)
               : FAIL_NONE;
}
