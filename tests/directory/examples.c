/* Goal: what Microsoft itself prints as answers is read, or refused for a reason that stands here.
   Here is what is understood of them; that none is left out is for every_example.c. */
#include "directory/fixture.h"
#include "directory/outcome.h"
#include "directory/reader.h"
#include "support/microsoft.h"

#include "base/json.h"

#include <string.h>

/* Its text, compact. */
static const char *example(const char *name)
{
    json_auto_t *body = microsoft_example(name);
    char *compact = json_compact(body);
    const char *kept = json_of(compact); /* none of them has a ' that matters */
    free(compact);
    return kept;
}

static struct fact *read_example(const struct question *question, const char *name)
{
    return read_fact(question, example(name), NULL);
}

/* Answers to questions. */

START_TEST(role_instances)
{
    struct question permanent = {.kind = FACT_INSTANCES,
                                 .subject = "6be4b305-b75e-4efc-bfcc-31bd3b53a5f8",
                                 .object = "directory_role/62e90394-69f5-4237-9190-012177145e10//"};
    struct question activated = {.kind = FACT_INSTANCES,
                                 .subject = "071cc716-8147-4397-a5ba-b2105951cc0b",
                                 .object = "directory_role/8424c6f0-a189-499e-bbd0-26c1753c96d4//"};
    scoped(fact_scoped) struct fact *one =
        read_example(&permanent, "016-entra-assignment-instances.resp.json");
    ck_assert_uint_eq(one->instances.count, 1);
    ck_assert(!one->instances.list[0].activated);
    ck_assert_int_eq(one->instances.list[0].end_at, INT64_MAX);
    scoped(fact_scoped) struct fact *other =
        read_example(&activated, "018-entra-assignment-instance-activated.resp.json");
    ck_assert_uint_eq(other->instances.count, 1);
    ck_assert(other->instances.list[0].activated);
    ck_assert_int_eq(other->instances.list[0].end_at - other->instances.list[0].start_at,
                     5 * 3600 - 2);
    scoped(fact_scoped) struct fact *others =
        read_example(&activated, "017-entra-assignment-instances-me.resp.json");
    ck_assert_uint_eq(others->instances.count, 0);
}
END_TEST

START_TEST(group_instances)
{
    struct question one = {.kind = FACT_INSTANCES,
                           .subject = "6be4b305-b75e-4efc-bfcc-31bd3b53a5f8",
                           .object = "group/2b5ed229-4072-478d-9504-a047ebd4b07d/member"};
    struct question other = one;
    other.subject = "3cce9d87-3986-4f19-8335-7ed075408ca2";
    scoped(fact_scoped) struct fact *ends =
        read_example(&one, "032-group-assignment-instances.resp.json");
    ck_assert_uint_eq(ends->instances.count, 1);
    ck_assert(ends->instances.list[0].direct);
    scoped(fact_scoped) struct fact *permanent =
        read_example(&other, "033-group-assignment-instances-me.resp.json");
    ck_assert_int_eq(permanent->instances.list[0].end_at, INT64_MAX);
}
END_TEST

START_TEST(policies_of_pim)
{
    struct question role = {.kind = FACT_ADMIN_RULES,
                            .subject = "directory_role/62e90394-69f5-4237-9190-012177145e10//"};
    struct question group = {.kind = FACT_ADMIN_RULES,
                             .subject = "group/2b5ed229-4072-478d-9504-a047ebd4b07d/member"};
    scoped(fact_scoped) struct fact *fact =
        read_example(&role, "041-policy-assignments-expanded.resp.json");
    ck_assert(fact->admin_rules.exists);
    ck_assert(!fact->admin_rules.end_required);
    ck_assert(!fact->admin_rules.mfa_required);
    ck_assert_int_eq(fact->admin_rules.longest_seconds, INT64_C(180) * 86400);
    role.kind = FACT_SELF_RULES;
    scoped(fact_scoped) struct fact *own =
        read_example(&role, "041-policy-assignments-expanded.resp.json");
    ck_assert(own->self_rules.exists);
    ck_assert_int_eq(own->self_rules.longest_seconds, 8 * 3600);
    role.kind = FACT_ADMIN_RULES;
    /* not expanded: the rules are not there */
    ck_assert(is_refused(&role, example("040-policy-assignments-entra.resp.json"), "object"));
    ck_assert(is_refused(&group, example("042-policy-assignments-group.resp.json"), "object"));
}
END_TEST

START_TEST(risky_users)
{
    scoped(fact_scoped) struct fact *fact =
        read_example(&about[FACT_RISKS], "050-risky-users-list.resp.json");
    ck_assert_uint_eq(fact->risks.count, 1);
    ck_assert_int_eq(fact->risks.users[0].level, RISK_HIGH);
    /* one user alone is no list */
    ck_assert(is_refused(&about[FACT_RISKS], example("048-risky-user-high.resp.json"), "value"));
}
END_TEST

START_TEST(devices)
{
    struct question entra = {.kind = FACT_DEVICE,
                             .subject = "6fa60d52-01e7-4b18-8055-4759461fc16b"};
    struct question intune = {.kind = FACT_MANAGED, .subject = entra.subject};
    scoped(fact_scoped) struct fact *compliant =
        read_example(&entra, "052-device-by-deviceid-compliant.resp.json");
    ck_assert_int_eq(compliant->device.compliant, TRI_YES);
    scoped(fact_scoped) struct fact *disabled = read_example(&entra, "051-device-get.resp.json");
    ck_assert_int_eq(disabled->device.enabled, TRI_NO);
    ck_assert_int_eq(disabled->device.compliant, TRI_UNKNOWN);
    static const struct {
        const char *name, *compliance;
    } managed[] = {{"055-managed-device-compliant.resp.json", "compliant"},
                   {"056-managed-device-grace.resp.json", "inGracePeriod"},
                   {"057-managed-device-filter-ignored.resp.json", "compliant"}};
    for (size_t i = 0; i < COUNT(managed); i++) {
        scoped(fact_scoped) struct fact *fact = read_example(&intune, managed[i].name);
        ck_assert_uint_eq(fact->managed.count, 1);
        ck_assert_text(fact->managed.devices[0].compliance, managed[i].compliance);
        ck_assert_text(fact->managed.devices[0].user_id, "26be570a-ae82-4189-b4e2-a37c6808512d");
    }
}
END_TEST

START_TEST(conditional_access)
{
    scoped(fact_scoped) struct fact *without =
        read_example(&about[FACT_CONTEXTS], "060-ca-policies.resp.json");
    ck_assert_uint_eq(without->contexts.count, 0);
    scoped(fact_scoped) struct fact *with =
        read_example(&about[FACT_CONTEXTS], "061-ca-policy-auth-context.resp.json");
    ck_assert_uint_eq(with->contexts.count, 1);
    ck_assert_text(with->contexts.policies[0].context, "c1");
    ck_assert_uint_eq(with->contexts.policies[0].proves, PROOF_COMPLIANT_DEVICE);
    ck_assert(with->contexts.policies[0].everybody);
    ck_assert(with->contexts.policies[0].other_exclusions); /* its device filter */
}
END_TEST

START_TEST(groups)
{
    static const char *const asked[] = {"f448435d-3ca7-4073-8152-a1fd73c0fd09",
                                        "bd7c6263-4dd5-4ae8-8c96-556e1c0bece6",
                                        "93670da6-d731-4366-94b5-abed40b6016b"};
    struct question memberships = {
        .kind = FACT_MEMBERSHIPS, .subject = ALICE, .group_count = 3, .groups = asked};
    scoped(fact_scoped) struct fact *in =
        read_example(&memberships, "067-check-member-groups.resp.json");
    ck_assert_uint_eq(in->memberships.count, 2);
    scoped(fact_scoped) struct fact *members =
        read_example(&about[FACT_MEMBERS], "068-group-members.resp.json");
    ck_assert_uint_eq(members->members.count, 1);
    ck_assert_text(members->members.people[0].mail, "user1@contoso.com");
}
END_TEST

/* Answers to writes. */

static struct written outcome_in(const struct target *target, const char *oid, int status,
                                 const char *body, struct arena *arena)
{
    struct write write;
    struct written written;
    ck_assert_fine(write_assign(
        &(struct assignment){
            .target = target, .oid = oid, .starts_at = 1, .ends_at = 2, .words = "why"},
        arena, &write, &spec_why));
    const struct answer answer = {
        .outcome = OUTCOME_ANSWERED, .status = status, .body = body, .length = strlen(body)};
    outcome_of(&write, &answer, arena, &written);
    return written;
}

START_TEST(requests_that_were_taken)
{
    static const struct target role = {
        .kind = TARGET_DIRECTORY_ROLE, .id = "fdd7a751-b60b-444a-984c-02652fe8fa1c", .scope = "/"};
    static const struct target group = {
        .kind = TARGET_GROUP, .id = "68e55cce-cf7e-4a2d-9046-3e4e75c4bfa7", .access = "member"};
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct written one = outcome_in(&role, "071cc716-8147-4397-a5ba-b2105951cc0b", 201,
                                    example("002-entra-admin-assign.resp.json"), arena);
    ck_assert_int_eq(one.outcome, WRITE_ACCEPTED);
    ck_assert_text(one.code, "Provisioned");
    struct written other = outcome_in(&group, "3cce9d87-3986-4f19-8335-7ed075408ca2", 201,
                                      example("025-group-admin-assign.resp.json"), arena);
    ck_assert_int_eq(other.outcome, WRITE_ACCEPTED);
    ck_assert_text(other.request, "34e963f6-150f-cf79-678c-6fcaf978bb49");
    /* of somebody else's making: the action is another */
    struct written foreign =
        outcome_in(&group, "3cce9d87-3986-4f19-8335-7ed075408ca2", 201,
                   example("027-group-self-activate-provisioned.resp.json"), arena);
    ck_assert_int_eq(foreign.outcome, WRITE_UNKNOWN);
}
END_TEST

/* An activation, as its holder asks for it. */
static struct written activated(const struct target *target, const char *oid, const char *file,
                                struct arena *arena)
{
    struct write write;
    struct written written;
    const char *body = example(file);
    const struct assignment assignment = {
        .target = target, .oid = oid, .starts_at = 1, .ends_at = 2, .words = "why"};
    ck_assert_fine(write_activate(&assignment, arena, &write, &spec_why));
    const struct answer answer = {
        .outcome = OUTCOME_ANSWERED, .status = 201, .body = body, .length = strlen(body)};
    outcome_of(&write, &answer, arena, &written);
    return written;
}

START_TEST(requests_that_wait_for_an_approval)
{
    static const struct target role = {
        .kind = TARGET_DIRECTORY_ROLE, .id = "8424c6f0-a189-499e-bbd0-26c1753c96d4", .scope = "/"};
    static const struct target group = {
        .kind = TARGET_GROUP, .id = "2b5ed229-4072-478d-9504-a047ebd4b07d", .access = "member"};
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct written one = activated(&role, "071cc716-8147-4397-a5ba-b2105951cc0b",
                                   "005-entra-self-activate-pending-approval.resp.json", arena);
    ck_assert_int_eq(one.outcome, WRITE_ACCEPTED);
    ck_assert(status_waits_for_approval(one.code));
    ck_assert_text(one.approval, "5f0c3a1e-6f0e-4a0b-9f0a-1d5f2c0a7e11");
    struct written other = activated(&group, "3cce9d87-3986-4f19-8335-7ed075408ca2",
                                     "028-group-self-activate-pending-approval.resp.json", arena);
    ck_assert_int_eq(other.outcome, WRITE_ACCEPTED);
    ck_assert_text(other.approval, "6aacaee8-4089-4048-9510-3119367fc944");
    struct written live = activated(&group, "3cce9d87-3986-4f19-8335-7ed075408ca2",
                                    "027-group-self-activate-provisioned.resp.json", arena);
    ck_assert(!status_waits_for_approval(live.code));
    ck_assert_ptr_null(live.approval);
}
END_TEST

START_TEST(reviews_are_written_as_they_are_printed)
{
    static const char *const files[] = {"015-entra-approval-approve.req.json",
                                        "037-group-approval-approve.req.json"};
    static const struct target group = {
        .kind = TARGET_GROUP, .id = "2b5ed229-4072-478d-9504-a047ebd4b07d", .access = "member"};
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(files); i++) {
        struct write write;
        json_auto_t *printed = json_loads(example(files[i]), 0, NULL);
        ck_assert_fine(write_review(&group, ALICE, ALICE, true,
                                    json_member_text(printed, "justification"), arena, &write,
                                    &spec_why));
        json_auto_t *ours = json_loads(write.body, 0, NULL);
        ck_assert(json_equal(printed, ours));
    }
}
END_TEST

START_TEST(sign_ins_registrations_and_managed_devices)
{
    struct question person = {.kind = FACT_SIGN_INS,
                              .subject = "26be570a-ae82-4189-b4e2-a37c6808512d",
                              .object = "2020-03-13T19:00:00Z"};
    struct question details = {.kind = FACT_REGISTRATION,
                               .subject = "86462606-fde0-4fc4-9e0c-a20eb73e54c6"};
    struct question laptop = {.kind = FACT_MANAGED,
                              .subject = "6fa60d52-01e7-4b18-8055-4759461fc16b"};
    const char *next = NULL;
    scoped(fact_scoped) struct fact *log =
        read_fact(&person, example("044-signins-list.resp.json"), &next);
    ck_assert_uint_eq(log->sign_ins.count, 1);
    ck_assert_text(log->sign_ins.entries[0].client, "Browser");
    ck_assert_int_eq(log->sign_ins.entries[0].risk, RISK_NONE);
    ck_assert_ptr_null(log->sign_ins.entries[0].device_id);
    ck_assert_ptr_nonnull(next);
    scoped(fact_scoped) struct fact *legacy =
        read_example(&person, "045-signins-legacy-auth.resp.json");
    ck_assert_text(legacy->sign_ins.entries[0].client, "IMAP4");
    scoped(fact_scoped) struct fact *registered =
        read_example(&details, "058-user-registration-details.resp.json");
    ck_assert(registered->registration.exists && registered->registration.mfa);
    scoped(fact_scoped) struct fact *compliant =
        read_example(&laptop, "055-managed-device-compliant.resp.json");
    const struct managed_device *device = &compliant->managed.devices[0];
    ck_assert_text(device->category, "PAW");
    ck_assert_text(device->management, "managed");
    ck_assert(device->synced_at > 0 && !device->grace_until && !device->jail_broken);
    scoped(fact_scoped) struct fact *grace =
        read_example(&laptop, "056-managed-device-grace.resp.json");
    ck_assert_int_gt(grace->managed.devices[0].grace_until, device->synced_at);
}
END_TEST

SPECIFICATION_OF_EXAMPLES("directory/examples", role_instances, group_instances, policies_of_pim,
                          risky_users, devices, conditional_access, groups,
                          requests_that_were_taken, requests_that_wait_for_an_approval,
                          reviews_are_written_as_they_are_printed,
                          sign_ins_registrations_and_managed_devices)
