/* The rings in which Curfew is introduced: whoever is in none that is open may ask for nothing yet.
 */
#include "policies/building.h"

static const char *const rings[] = {
    [RING_EVALUATE] = "evaluate", [RING_PILOT] = "pilot", [RING_FULL] = "full"};

void policy_read_phases(struct policy *policy, struct form *all)
{
    struct phases *phases = &policy->phases;
    const json_t *value = form_object(all, "phases", OPTIONAL);
    phases->open = RING_FULL;
    if (!value)
        return;
    struct form form = form_open(value, "phases", all->complaints);
    (void)form_value(&form, "open", REQUIRED);
    int open = form_choice(&form, "open", COUNT(rings), rings, RING_FULL);
    phases->evaluate = policy_read_more_sets(policy, &form, "evaluate", &phases->evaluate_count);
    phases->pilot = policy_read_more_sets(policy, &form, "pilot", &phases->pilot_count);
    phases->open = (__typeof__(phases->open))open;
    if (open != RING_FULL && !form_has(&form, rings[open]))
        form_complain(&form, rings[open], "is missing: the ring that is open holds nobody");
    form_end(&form);
}

enum tri phases_let_in(const struct phases *phases, const struct occasion *occasion)
{
    if (phases->open == RING_FULL)
        return TRI_YES;
    enum tri early = people_any_hold(phases->evaluate_count, phases->evaluate, occasion);
    if (phases->open == RING_EVALUATE || early == TRI_YES)
        return early;
    enum tri pilot = people_any_hold(phases->pilot_count, phases->pilot, occasion);
    return pilot == TRI_NO ? early : pilot;
}

const char *phases_open(const struct phases *phases)
{
    return rings[phases->open];
}
