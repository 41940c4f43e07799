/* What may be so or otherwise in a real tenant, and how slow it is: one list, set by
 * POST /_sandbox/switches. */
#pragma once

#include "base/form.h"

#include <jansson.h>
#include <stdint.h>

enum { SWITCH_FLAG = 1 };

/* Name, highest value (SWITCH_FLAG: true or false), default, what it means. Spans are in
   milliseconds. README.md has the same list; a test compares them. */
#define SWITCHES(X)                                                                                \
    X(provisioning_ms, 600000, 300, "from the answer 201 to the assignment being in force")        \
    X(removal_ms, 600000, 300, "from the answer to adminRemove to the assignment being gone")      \
    X(expiry_ms, 600000, 1000, "from endDateTime to the assignment being gone")                    \
    X(membership_ms, 600000, 500, "how far group members and roles held lag behind PIM")           \
    X(replica_lag_ms, 600000, 500, "how far the lagging replica is behind")                        \
    X(replica_every, 1000, 3, "every Nth read comes from the lagging replica; 0: none")            \
    X(new_principal_ms, 600000, 0, "how long PIM does not find a new person")                      \
    X(sign_in_log_ms, 86400000, 300000, "until a sign-in shows in auditLogs/signIns")              \
    X(audit_log_ms, 86400000, 120000, "until an activity shows in auditLogs/directoryAudits")      \
    X(registration_report_ms, 86400000, 3600000, "until the report knows a new person")            \
    X(risk_reads_per_second, 1000, 1, "riskyUsers and CA policies, whole tenant; 0: no limit")     \
    X(report_reads_per_10_s, 1000, 5, "auditLogs and reports, per app; 0: no limit")               \
    X(group_lists_per_second, 1000, 10, "lists of PIM for Groups, per app; 0: no limit")           \
    X(pim_outage, SWITCH_FLAG, 0, "what ends does not end until this is false again")              \
    X(early_removal, SWITCH_FLAG, 0, "adminRemove works in the first five minutes")                \
    X(does_not_exist_is_404, SWITCH_FLAG, 0, "RoleAssignmentDoesNotExist is a 404, not a 400")     \
    X(missing_filter_is_bad_request, SWITCH_FLAG, 0, "code BadRequest, not MissingParameters")     \
    X(validation_is_provisioned, SWITCH_FLAG, 0, "isValidationOnly: Provisioned, not Granted")     \
    X(pim_retry_after, SWITCH_FLAG, 0, "a 429 of PIM for Groups carries Retry-After")              \
    X(risk_filter_or, SWITCH_FLAG, 1, "riskyUsers takes `or` in $filter")                          \
    X(identity_protection, SWITCH_FLAG, 1, "the cloud has /identityProtection")                    \
    X(china_issuer, SWITCH_FLAG, 0, "v1.0 tokens are China's: of sts.chinacloudapi.cn")            \
    X(premium, SWITCH_FLAG, 1, "the tenant has P1: sign-in logs can be read")                      \
    X(sign_ins_need_directory_read, SWITCH_FLAG, 0, "signIns also needs Directory.Read.All")       \
    X(policy_read_of_docs, SWITCH_FLAG, 0, "RoleManagementPolicy.Read.Directory reads policies")   \
    X(revoke_answers_204, SWITCH_FLAG, 0, "revokeSignInSessions: 204, not 200")                    \
    X(profile_scope_needed, SWITCH_FLAG, 1, "oid, name, preferred_username need scope profile")    \
    X(deviceid_in_tokens, SWITCH_FLAG, 1, "v1.0 access tokens carry deviceid")                     \
    X(acrs_holds_p1, SWITCH_FLAG, 1, "acrs has a member p1 beside the contexts")                   \
    X(groups_claim, SWITCH_FLAG, 0, "tokens carry groups, or the overage claims above 200")        \
    X(obo_keeps_acrs, SWITCH_FLAG, 1, "on behalf of: acrs of the assertion come along")            \
    X(self_end_refused, SWITCH_FLAG, 0, "selfActivate takes no afterDateTime")                     \
    X(remove_covers_self, SWITCH_FLAG, 1, "*.Remove.* permissions cover selfDeactivate")           \
    X(wrong_access_does_not_exist, SWITCH_FLAG, 1, "owner, not member: DoesNotExist (D03)")        \
    X(pending_has_own_code, SWITCH_FLAG, 0, "PendingRoleAssignmentRequest, not Exists (B15)")      \
    X(pending_cancel_refused, SWITCH_FLAG, 0, "PendingApproval cannot be canceled (C08)")          \
    X(lapsed_is_denied, SWITCH_FLAG, 0, "nobody decided in 24 h: Denied, not TimedOut (E07)")      \
    X(approval_steps_in_v1, SWITCH_FLAG, 0, "group approvals take steps in v1.0 too (E09)")        \
    X(arm_reads, 100000, 250, "ARM: reads in a burst, 25 more each second; 0: no limit")           \
    X(arm_writes, 100000, 200, "ARM: writes in a burst, 10 more each second; 0: no limit")         \
    X(arm_page, 1000, 100, "ARM: entries of a page")                                               \
    X(arm_policy_above, SWITCH_FLAG, 1, "ARM: below an eligibility its own policy binds")          \
    X(arm_conflict_is_409, SWITCH_FLAG, 0, "ARM: what is there, or decided, is 409, not 400")      \
    X(ms_pim_access, SWITCH_FLAG, 1, "ARM: MS-PIM is User Access Administrator")                   \
    X(max_age_counts, SWITCH_FLAG, 1, "authorize obeys max_age")                                   \
    X(journal_answers, SWITCH_FLAG, 0, "the journal keeps answers too (tokens redacted)")

struct switches {
#define X(name, highest, fallback, says) int64_t name;
    SWITCHES(X)
#undef X
};

void switches_reset(struct switches *switches);
/* {"provisioning_ms": 300, "pim_outage": false, …} New reference. */
json_t *switches_json(const struct switches *switches);
/* Takes any of the members; nothing changes when there is a complaint. */
void switches_read(struct switches *switches, const json_t *value, struct complaints *complaints);
