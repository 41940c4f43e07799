/* Goal: each body that Microsoft prints for Graph and Azure is read, or refused for the reason that
   stands here. Those of sign-in are in identity/examples.c. */
#include "directory/arm.h"
#include "directory/fixture.h"
#include "directory/internal.h"
#include "directory/outcome.h"
#include "directory/reader.h"
#include "support/microsoft.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* What an example is put to. */
enum judge {
    QUESTION, /* the reader of facts of that kind, asked about whom the example is about */
    ASSIGN,   /* what became of an assignment, with the status that the index says */
    ACTIVATE, /* the same of what a person activates */
    REMOVE,   /* the same of a removal */
    NOBODY,   /* no reader is asked for it: none may take it for a yes of its own */
};

struct expected {
    const char *number;
    enum judge judge;
    int what;        /* the kind of fact, or the outcome of a write */
    const char *why; /* a part of the reason of a refusal; of NOBODY: what Curfew does not ask */
};

static const char request[] = "without id and status"; /* of what is no answer */

static const struct expected all[] = {
    {"001", ASSIGN, WRITE_UNKNOWN, request},
    {"002", ASSIGN, WRITE_ACCEPTED, "Provisioned"},
    {"003", ASSIGN, WRITE_UNKNOWN, request},
    {"004", ASSIGN, WRITE_UNKNOWN, "another action"},
    {"005", ASSIGN, WRITE_UNKNOWN, "another action"},
    {"006", ASSIGN, WRITE_UNKNOWN, "another action"},
    {"007", REMOVE, WRITE_UNKNOWN, request},
    {"008", REMOVE, WRITE_UNKNOWN, "another action"},
    {"009", REMOVE, WRITE_UNKNOWN, request},
    {"010", ASSIGN, WRITE_UNKNOWN, "another action"},
    {"011", NOBODY, 0, "single requests"},
    {"012", NOBODY, 0, "single requests"},
    {"013", NOBODY, 0, "requests for an approver"},
    {"014", QUESTION, FACT_APPROVAL, NULL},
    {"015", NOBODY, 0, request},
    {"016", QUESTION, FACT_INSTANCES, NULL}, /* permanent */
    {"017", QUESTION, FACT_INSTANCES, NULL},
    {"018", QUESTION, FACT_INSTANCES, NULL},                /* activated */
    {"019", QUESTION, FACT_INSTANCES, "no assignmentType"}, /* an eligibility is no assignment */
    {"020", ASSIGN, WRITE_UNKNOWN, request},
    {"021", REMOVE, WRITE_UNKNOWN, request},
    {"022", ASSIGN, WRITE_UNKNOWN, "another endDateTime"}, /* an eligibility, of another time */
    {"023", REMOVE, WRITE_ACCEPTED,
     "Revoked"}, /* an eligibility's: the path alone tells them apart */
    {"024", ASSIGN, WRITE_UNKNOWN, request},
    {"025", ASSIGN, WRITE_ACCEPTED, "Provisioned"},
    {"026", ASSIGN, WRITE_UNKNOWN, request},
    {"027", ASSIGN, WRITE_UNKNOWN, "another action"},
    {"028", ASSIGN, WRITE_UNKNOWN, "another action"},
    {"029", REMOVE, WRITE_UNKNOWN, request},
    {"030", REMOVE, WRITE_UNKNOWN, request},
    {"031", QUESTION, FACT_REQUESTS, NULL}, /* an administrator's: no activation */
    {"032", QUESTION, FACT_INSTANCES, NULL},
    {"033", QUESTION, FACT_INSTANCES, NULL},
    {"034", QUESTION, FACT_INSTANCES, "no assignmentType"}, /* an eligibility is no assignment */
    {"035", ASSIGN, WRITE_UNKNOWN, request},
    {"036", QUESTION, FACT_APPROVAL, NULL},
    {"037", NOBODY, 0, request},
    {"038", NOBODY, 0, "rules apart from the policy's assignment"},
    {"039", NOBODY, 0, "rules apart from the policy's assignment"},
    {"040", QUESTION, FACT_ADMIN_RULES, "an object"}, /* not expanded: it has no rules */
    {"041", QUESTION, FACT_ADMIN_RULES, NULL},
    {"042", QUESTION, FACT_ADMIN_RULES, "an object"}, /* not expanded: it has no rules */
    {"043", NOBODY, 0, request},
    {"044", NOBODY, 0, "sign-in logs"},
    {"045", NOBODY, 0, "sign-in logs"},
    {"046", NOBODY, 0, "sign-in logs"},
    {"047", NOBODY, 0, "sign-in logs"},
    {"048", QUESTION, FACT_RISKS, "no value"}, /* one user is no list */
    {"049", QUESTION, FACT_RISKS, "no value"}, /* one user is no list */
    {"050", QUESTION, FACT_RISKS, NULL},
    {"051", QUESTION, FACT_DEVICE, NULL},
    {"052", QUESTION, FACT_DEVICE, NULL},
    {"053", QUESTION, FACT_DEVICE,
     "a question about nobody"},                   /* beta: it does not say which device */
    {"054", QUESTION, FACT_DEVICE, "no deviceId"}, /* a list is no device */
    {"055", QUESTION, FACT_MANAGED, NULL},
    {"056", QUESTION, FACT_MANAGED, NULL},
    {"057", QUESTION, FACT_MANAGED, NULL},
    {"058", NOBODY, 0, "registered methods"},
    {"059", NOBODY, 0, "registered methods"},
    {"060", QUESTION, FACT_CONTEXTS, NULL},
    {"061", QUESTION, FACT_CONTEXTS, NULL},
    {"062", NOBODY, 0, "the contexts themselves"},
    {"063", NOBODY, 0, "audit logs"},
    {"064", NOBODY, 0, "audit logs"},
    {"065", NOBODY, 0, "audit logs"},
    {"066", NOBODY, 0, request},
    {"067", QUESTION, FACT_MEMBERSHIPS, NULL},
    {"068", QUESTION, FACT_MEMBERS, NULL},
    {"069", NOBODY, 0, "the end of sessions"},
    {"070", NOBODY, 0, request},
    {"071", NOBODY, 0, request},
    {"072", NOBODY, 0, "access reviews"},
    {"073", NOBODY, 0, request},
    {"074", NOBODY, 0, "batches"},
    {"075", NOBODY, 0, "batches"},
    {"076", ASSIGN, WRITE_REFUSED, "RoleAssignmentExists"},
    {"077", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"078", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"079", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"080", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"081", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"082", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"083", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestAcrsValidationFailed"},
    {"084", ASSIGN, WRITE_REFUSED, "PendingRoleAssignmentRequest"},
    {"085", ASSIGN, WRITE_REFUSED, "ActiveDurationTooShort"},
    {"086", ASSIGN, WRITE_REFUSED, "RoleAssignmentDoesNotExist"},
    {"087", ASSIGN, WRITE_REFUSED, "InvalidRoleAssignmentRequest"},
    {"088", ASSIGN, WRITE_REFUSED, "SubjectNotFound"},
    {"089", ASSIGN, WRITE_REFUSED, "RoleNotFound"},
    {"090", ASSIGN, WRITE_REFUSED, "InvalidAuthenticationToken"},
    {"091", ASSIGN, WRITE_REFUSED, "InvalidAuthenticationToken"},
    {"092", ASSIGN, WRITE_REFUSED, "Authorization_RequestDenied"},
    {"093", ASSIGN, WRITE_REFUSED, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"},
    {"094", ASSIGN, WRITE_NOT_SENT, "TooManyRequests"},
    {"095", ASSIGN, WRITE_NOT_SENT, "UnknownError"},
    {"096", ASSIGN, WRITE_REFUSED, "ResourceNotFound"},
    {"097", ASSIGN, WRITE_REFUSED, "InvalidRoleAssignmentRequest"},
    {"098", ASSIGN, WRITE_REFUSED, "MissingParameters"},
    {"099", ASSIGN, WRITE_REFUSED, "Conflict"},
    {"100", ASSIGN, WRITE_UNKNOWN, "serviceNotAvailable"},
    {"101", NOBODY, 0, request},
    {"102", ACTIVATE, WRITE_ACCEPTED, "Provisioned"},
    {"103", ACTIVATE, WRITE_ACCEPTED, "PendingApproval"},
    {"104", NOBODY, 0, "lists of requests"},
    {"105", QUESTION, FACT_ELIGIBLES, NULL},
    {"106", QUESTION, FACT_INSTANCES, NULL},
    {"107", NOBODY, 0, "approvals"},
    {"108", NOBODY, 0, request},
    {"109", NOBODY, 0, "approvals"},
    {"110", ASSIGN, WRITE_REFUSED, "RoleAssignmentRequestPolicyValidationFailed"},
    {"111", ASSIGN, WRITE_REFUSED, "InsufficientPermissions"},
    {"112", QUESTION, FACT_SELF_RULES, NULL},
};

/* What an example is about. */

static const char *text_in(const json_t *json, const char *name)
{
    const char *text = json_member_text(json, name);
    return text ? text : "";
}

static const json_t *first_entry(const json_t *body)
{
    const json_t *entry = json_array_get(json_object_get(body, "value"), 0);
    return entry ? entry : body;
}

static struct target target_in(const json_t *entry)
{
    const json_t *properties = json_object_get(entry, "properties");
    if (properties)
        return (struct target){.kind = TARGET_AZURE_ROLE,
                               .id = arm_name(text_in(properties, "roleDefinitionId")),
                               .scope = text_in(properties, "scope")};
    bool group = json_object_get(entry, "groupId") != NULL;
    return (struct target){
        .kind = group ? TARGET_GROUP : TARGET_DIRECTORY_ROLE,
        .id = group ? text_in(entry, "groupId") : text_in(entry, "roleDefinitionId"),
        .access = group ? text_in(entry, "accessId") : NULL,
        .scope = group ? NULL : text_in(entry, "directoryScopeId"),
    };
}

static const char *key_in(const json_t *entry, struct arena *arena)
{
    if (json_object_get(entry, "scopeId"))
        return strcmp(text_in(entry, "scopeType"), "Group") == 0
                   ? arena_text(arena, "group/%s/%s", text_in(entry, "scopeId"),
                                text_in(entry, "roleDefinitionId"))
                   : arena_text(arena, "directory_role/%s/%s", text_in(entry, "roleDefinitionId"),
                                text_in(entry, "scopeId"));
    struct target target = target_in(entry);
    return target_key(&target, arena);
}

static struct question question_in(enum fact_kind kind, const json_t *body, struct arena *arena)
{
    struct question question = about[kind];
    const json_t *entry = first_entry(body);
    if (kind == FACT_DEVICE)
        question.subject = text_in(entry, "deviceId");
    if (kind == FACT_MANAGED)
        question.subject = text_in(entry, "azureADDeviceId");
    const json_t *properties = json_object_get(entry, "properties");
    if (kind == FACT_INSTANCES || kind == FACT_REQUESTS) {
        question.subject = text_in(properties ? properties : entry, "principalId");
        question.object = key_in(entry, arena);
    }
    if (kind == FACT_APPROVAL) {
        question.subject = text_in(entry, "id");
        question.object = json_object_get(entry, "stages") ? SOC_MEMBER : ROLE_IN_TENANT;
    }
    if (kind == FACT_ADMIN_RULES || (properties && kind != FACT_INSTANCES))
        question.subject = key_in(entry, arena);
    return question;
}

/* The judges. */

static bool is_taken(const struct question *question, const char *bytes, struct fact *fact,
                     struct reason *why)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct asked asked;
    const char *next = NULL;
    return reader_understand(question, arena, &asked, why) == FAIL_NONE &&
           reader_take(reader_of(question->kind), &asked, bytes, strlen(bytes), fact, &next, why) ==
               FAIL_NONE;
}

static void judge_question(const struct expected *row, const json_t *body, const char *bytes)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct question question = question_in((enum fact_kind)row->what, body, arena);
    scoped(fact_scoped) struct fact *fact = fact_new(question.kind, 0);
    struct reason why = {0};
    bool taken = is_taken(&question, bytes, fact, &why);
    ck_assert_msg(taken == !row->why, "%s: %s", row->number, why.text);
    ck_assert_msg(taken || (row->why && strstr(why.text, row->why)), "%s: %s", row->number,
                  why.text);
    if (taken && question.kind == FACT_INSTANCES)
        ck_assert_msg(fact->instances.count == 1, "%s", row->number);
    if (taken && question.kind == FACT_APPROVAL)
        ck_assert_msg(fact->approval.step && !fact->approval.result, "%s", row->number);
    if (taken && question.kind == FACT_REQUESTS)
        ck_assert_msg(fact->requests.count == 0, "%s", row->number);
}

static struct written outcome_in(enum judge judge, const json_t *body, int status,
                                 const char *bytes, struct arena *arena)
{
    static const char other[] = "0b1ec700-0000-4000-8000-000000000001"; /* where it names none */
    char name[GUID_SIZE];
    struct target target = target_in(body);
    const json_t *properties = json_object_get(body, "properties");
    const char *oid = text_in(properties ? properties : body, "principalId");
    struct write write;
    struct written written;
    if (!*target.id) /* it names nothing: then whatever was asked for */
        target = (struct target){.kind = TARGET_GROUP, .id = SOC, .access = "member"}, oid = ALICE;
    const struct assignment assignment = {
        .target = &target,
        .oid = oid,
        .starts_at = 1,
        .ends_at = 2,
        .words = "why",
        .name = text_read_guid(text_in(body, "name"), name) ? name : other};
    ck_assert_fine((judge == REMOVE     ? write_remove
                    : judge == ACTIVATE ? write_activate
                                        : write_assign)(&assignment, arena, &write, &spec_why));
    const struct answer answer = {
        .outcome = OUTCOME_ANSWERED, .status = status, .body = bytes, .length = strlen(bytes)};
    outcome_of(&write, &answer, arena, &written);
    return written;
}

static void judge_write(const struct expected *row, const json_t *body, int status,
                        const char *bytes)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct written written = outcome_in(row->judge, body, status ? status : 201, bytes, arena);
    ck_assert_msg((int)written.outcome == row->what, "%s: %d %s", row->number, written.outcome,
                  written.says ? written.says : "");
    const char *word = row->what == WRITE_ACCEPTED ? written.code : written.says;
    ck_assert_msg(!row->why || (word && strstr(word, row->why)) ||
                      (written.code && strstr(written.code, row->why)),
                  "%s: %s, %s", row->number, written.code ? written.code : "no code",
                  written.says ? written.says : "nothing");
}

/* Nobody asks for it. Where a reader takes it all the same, it says nothing for anybody. */
static void judge_nobody(const struct expected *row, const json_t *body, int status,
                         const char *bytes)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_msg(row->why != NULL, "%s", row->number);
    for (enum fact_kind kind = 0; kind < FACT_KINDS; kind++) {
        scoped(fact_scoped) struct fact *fact = fact_new(kind, 0);
        if (!is_taken(&about[kind], bytes, fact, NULL))
            continue;
        ck_assert(kind != FACT_ACCOUNT && kind != FACT_DEVICE);
        ck_assert(kind != FACT_MEMBERSHIPS || fact->memberships.count == 0);
        ck_assert(kind != FACT_MANAGED || fact->managed.count == 0);
        ck_assert(kind != FACT_INSTANCES || fact->instances.count == 0);
        ck_assert(kind != FACT_REQUESTS || fact->requests.count == 0);
        ck_assert(kind != FACT_OWN_REQUESTS || fact->requests.count == 0);
        ck_assert(kind != FACT_APPROVAL || !fact->approval.step);
        ck_assert(kind != FACT_ADMIN_RULES || !fact->admin_rules.exists);
        ck_assert(kind != FACT_CONTEXTS || fact->contexts.count == 0);
    }
    ck_assert_msg(outcome_in(NOBODY, body, status ? status : 201, bytes, arena).outcome !=
                      WRITE_ACCEPTED,
                  "%s", row->number);
}

static int status_of(const json_t *index, const char *number)
{
    size_t i;
    json_t *entry;
    json_array_foreach (index, i, entry)
        if (strncmp(text_in(entry, "file"), number, 3) == 0)
            return (int)json_member_number(entry, "status", 0);
    ck_abort_msg("%s is not in the index", number);
    return 0;
}

START_TEST(each_is_read_or_refused_for_its_reason)
{
    json_auto_t *index = microsoft_index();
    for (size_t i = 0; i < COUNT(all); i++) {
        json_auto_t *body = microsoft_example(all[i].number);
        int status = status_of(index, all[i].number);
        char *bytes = json_compact(body);
        if (all[i].judge == QUESTION)
            judge_question(&all[i], body, bytes);
        else if (all[i].judge == NOBODY)
            judge_nobody(&all[i], body, status, bytes);
        else
            judge_write(&all[i], body, status, bytes);
        free(bytes);
    }
}
END_TEST

START_TEST(none_is_left_out)
{
    json_auto_t *index = microsoft_index();
    ck_assert_uint_eq(json_array_size(index), 125);
    for (size_t i = 0; i < 112; i++) {
        char number[8];
        (void)snprintf(number, sizeof number, "%03zu", i + 1);
        ck_assert_msg(i < COUNT(all) && strcmp(all[i].number, number) == 0, "%s", number);
    }
    ck_assert_uint_eq(COUNT(all), 112);
}
END_TEST

SPECIFICATION_OF_EXAMPLES("directory/every_example", each_is_read_or_refused_for_its_reason,
                          none_is_left_out)
