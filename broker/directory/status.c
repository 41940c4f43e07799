#include "directory/directory.h"

#include "base/text.h"

bool status_waits_for_approval(const char *status)
{
    return text_equals_ignoring_case(status, "PendingApproval");
}

/* Provisioned is the only word for what is in force; a request that was granted may still wait for
   its start, or for ever (contract 4.2, 15). */
enum status_meaning status_means(const char *status)
{
    static const struct {
        const char *status;
        enum status_meaning means;
    } words[] = {
        {"Provisioned", STATUS_DONE},
        {"Accepted", STATUS_PENDING},
        {"AdminApproved", STATUS_PENDING},
        {"Granted", STATUS_PENDING},
        {"PendingAdminDecision", STATUS_PENDING},
        {"PendingApproval", STATUS_PENDING},
        {"PendingApprovalProvisioning", STATUS_PENDING},
        {"PendingEvaluation", STATUS_PENDING},
        {"PendingExternalProvisioning", STATUS_PENDING},
        {"PendingProvisioning", STATUS_PENDING},
        {"PendingRevocation", STATUS_PENDING},
        {"PendingScheduleCreation", STATUS_PENDING},
        {"ProvisioningStarted", STATUS_PENDING},
        {"ScheduleCreated", STATUS_PENDING},
        {"AdminDenied", STATUS_REFUSED},
        {"Denied", STATUS_REFUSED},
        {"Failed", STATUS_REFUSED},
        {"FailedAsResourceIsLocked", STATUS_REFUSED},
        {"Invalid", STATUS_REFUSED},
        {"TimedOut", STATUS_REFUSED},
        {"Canceled", STATUS_REMOVED},
        {"Revoked", STATUS_REMOVED},
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (text_equals_ignoring_case(status, words[i].status))
            return words[i].means;
    return STATUS_NEVER_SEEN;
}
