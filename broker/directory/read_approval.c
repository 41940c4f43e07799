/* GET …Approvals/{id}: what waits in PIM, as an approver sees it. Groups have stages in v1.0, roles
   have steps in beta (contract 6); both look the same. */
#include "directory/entry.h"
#include "directory/reader.h"

#include "outbound/url.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, asked->target.kind == TARGET_GROUP
                       ? "/v1.0/identityGovernance/privilegedAccess/group/assignmentApprovals/"
                       : "/beta/roleManagement/directory/roleAssignmentApprovals/");
    url_escape(path, asked->subject);
    return step == 0;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct pim_approval *approval = &fact->approval;
    struct entry whole = entry_open(answer, fact->arena, why);
    const json_t *list =
        entry_list(&whole, asked->target.kind == TARGET_GROUP ? "stages" : "steps");
    size_t i;
    json_t *one;
    if (!entry_is(&whole, "id", asked->subject) && !whole.fail)
        entry_spoil(&whole, "another approval");
    json_array_foreach ((json_t *)list, i, one) {
        struct entry step = entry_open(one, fact->arena, why);
        const char *id = entry_guid(&step, "id");
        bool reviewed = !entry_is(&step, "reviewResult", "NotReviewed");
        bool open = entry_is(&step, "status", "InProgress") && !reviewed;
        bool mine = entry_flag(&step, "assignedToMe") == TRI_YES;
        if (reviewed)
            approval->result = entry_needed_text(&step, "reviewResult");
        if (step.fail)
            return step.fail;
        if (open && mine)
            approval->step = id;
    }
    approval->exists = true;
    return whole.fail;
}

static void read_absent(struct fact *fact)
{
    fact->approval.exists = false;
}

const struct reader approval_reader = {.service = SERVICE_PIM,
                                       .most_pages = 1,
                                       .ask = ask,
                                       .read = read_answer,
                                       .absent = read_absent,
                                       .hidden = true};
