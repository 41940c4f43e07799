/* What people type: justification and ticket, and what the ticket system says of the ticket. */
#include "policies/judging.h"

#include "base/text.h"
#include "policies/pattern.h"

/* The first pattern that the text does not fit, or NULL. */
static const char *missed(size_t count, const char *const patterns[], const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (!pattern_fits(patterns[i], text))
            return patterns[i];
    return NULL;
}

void words_complain(const struct required *required, const char *justification, const char *ticket,
                    struct complaints *complaints)
{
    const char *pattern = missed(required->justification_pattern_count,
                                 required->justification_patterns, justification);
    if (pattern)
        complain(complaints, "justification", "must be of the form %s", pattern);
    pattern =
        ticket ? missed(required->ticket_pattern_count, required->ticket_patterns, ticket) : NULL;
    if (required->ticket && text_is_empty(ticket))
        complain(complaints, "ticket", "must name the ticket that this is for");
    else if (pattern)
        complain(complaints, "ticket", "must be of the form %s", pattern);
}

void judge_words(const struct demands *demands, const char *justification, const char *ticket,
                 struct evidence_list *list)
{
    const struct required *required = &demands->required;
    const char *pattern = missed(required->justification_pattern_count,
                                 required->justification_patterns, justification);
    if (pattern)
        judge_add(list, "justification", VERDICT_FAIL, "justification_unlike", "policy", -1,
                  json_pack("{s:s}", "pattern", pattern));
    pattern =
        ticket ? missed(required->ticket_pattern_count, required->ticket_patterns, ticket) : NULL;
    if (required->ticket && text_is_empty(ticket))
        judge_add(list, "ticket", VERDICT_FAIL, "ticket_absent", "policy", -1, NULL);
    else if (pattern)
        judge_add(list, "ticket", VERDICT_FAIL, "ticket_unlike", "policy", -1,
                  json_pack("{s:s, s:s}", "ticket", ticket, "pattern", pattern));
}

void judge_ticket(const struct demands *demands, const struct findings *findings,
                  const char *ticket, struct evidence_list *list)
{
    const struct ticket *found = findings->ticket;
    if (!demands->required.ticket_look_up || text_is_empty(ticket))
        return;
    if (!found || !found->reading.known) {
        judge_add_unread(list, "ticket", "ticket_unread", "tickets");
        return;
    }
    const char *code = !found->exists ? "ticket_unknown"
                       : found->open  ? "ticket_open"
                                      : "ticket_closed";
    judge_add(list, "ticket", found->exists && found->open ? VERDICT_PASS : VERDICT_FAIL, code,
              "tickets", found->reading.at,
              json_pack("{s:s, s:s?}", "ticket", ticket, "state", found->state));
}
