#include "access/jobs.h"

#include "access/alarms.h"
#include "access/check.h"
#include "access/closing.h"
#include "access/drift.h"
#include "access/holding.h"
#include "access/house.h"
#include "access/messages.h"
#include "access/recheck.h"
#include "access/sign_out.h"
#include "access/tell.h"
#include "access/urgent.h"
#include "base/text.h"
#include "store/jobs.h"

const char *const job_request = "request", *const job_grant = "grant",
                  *const job_message = "message", *const job_house = "house",
                  *const job_watch = "watch", *const job_alarm = "alarm",
                  *const job_person = "person", *const job_recheck = "recheck",
                  *const job_sign_out = "sign_out", *const job_tell = "tell",
                  *const job_review = "review";

/*                       subject      what a step does */
static const struct job_kind kinds[] = {
    {"request", check_step}, /* a request: gathers evidence, asks approvers, lets it lapse */
    {"grant",
     holding_step}, /* a grant: brings the directory to what it should hold, and proves it */
    {"message", message_step},   /* a message: sends it */
    {"house", house_step},       /* "sweep": forgets what is over */
    {"watch", drift_step},       /* a target that is watched: reads who holds it, and PIM's rules */
    {"alarm", alarm_step},       /* "tell": tells of what was found */
    {"person", closing_step},    /* who has something open: closes them out when they left */
    {"recheck", recheck_step},   /* an active grant: looks again at what its rules have watched */
    {"sign_out", sign_out_step}, /* a person: signs them out of everything */
    {"tell", tell_step},         /* a grant: tells whom its rules name what became of it */
    {"review", urgent_step},     /* a request that was urgent: tells when its review is overdue */
};

const struct job_kind *job_kind_find(const char *name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (text_equals(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

enum fail turn_job(struct turn *turn, const char *kind, const char *subject, enum rank rank,
                   int64_t due_at, struct reason *why)
{
    const struct stored_job job = {
        .kind = kind, .subject = subject, .rank = rank, .due_at = due_at};
    return store_job_put(turn->store, &job, why);
}
