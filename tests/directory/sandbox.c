/* Goal: against the stand-in tenant, whose answers come late, from replicas, and with all that
   Graph adds, every question is answered, and access begins and ends. */
#include "directory/fake_graph.h"
#include "directory/fixture.h"
#include "support/held.h"
#include "support/spec.h"

#include "base/id.h"
#include "base/json.h"
#include "base/moment.h"

#include <curl/curl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANA           "9e450000-0000-4000-8000-000000000001"
#define ANALYSTS      "64090000-0000-4000-8000-000000000001"
#define OWNERS        "64090000-0000-4000-8000-000000000004"
#define BREAK_GLASS   "64090000-0000-4000-8000-000000000006"
#define SEC_115       "de1d0000-0000-4000-8000-000000000115"
#define OWNERS_MEMBER "group/" OWNERS "/member"
#define OPERATOR      "directory_role/" ROLE "//"
#define RESPONDER     "azure_role/3e150937-b8fe-4cfb-8069-0eaf05ecd056/" SENTINEL
#define SENTINEL      "/subscriptions/5ab50000-0000-4000-8000-000000000001/resourceGroups/sentinel"

struct sandbox {
    pid_t process;
    char origin[64];
    const char *token;
};

static size_t take_some(char *bytes, size_t one, size_t count, void *text)
{
    text_add_bytes(text, bytes, one * count);
    return one * count;
}

/* A POST to the sandbox, outside of what is tested. */
static const char *post(const struct sandbox *sandbox, const char *path, const char *type,
                        const char *body)
{
    scoped(text_scoped) struct text url = TEXT_LIMIT(4096), answer = TEXT_LIMIT(65536);
    scoped(text_scoped) struct text content = TEXT_LIMIT(256);
    CURL *easy = curl_easy_init();
    text_addf(&url, "%s%s", sandbox->origin, path);
    text_addf(&content, "Content-Type: %s", type);
    struct curl_slist *headers = curl_slist_append(NULL, text_of(&content));
    curl_easy_setopt(easy, CURLOPT_URL, text_of(&url));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_some);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
    ck_assert_int_eq(curl_easy_perform(easy), CURLE_OK);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    return json_of(text_of(&answer));
}

static void set(const struct sandbox *sandbox, const char *switches)
{
    const char *answer = post(sandbox, "/_sandbox/switches", "application/json", json_of(switches));
    ck_assert_msg(strstr(answer, "provisioning_ms") != NULL, "%s", answer);
}

/* A token of the workbench, which may do everything in Graph, and in Azure what it is given. */
static const char *token_for(const struct sandbox *sandbox, const char *service)
{
    scoped(text_scoped) struct text form = TEXT_LIMIT(1024);
    text_addf(
        &form,
        "grant_type=client_credentials&client_id=a9900000-0000-4000-8000-000000000003"
        "&client_secret=sandbox-secret-of-the-workbench&scope=https%%3A%%2F%%2F%s%%2F.default",
        service);
    const char *answer = post(sandbox, "/7e4a0000-0000-4000-8000-000000000001/oauth2/v2.0/token",
                              "application/x-www-form-urlencoded", text_of(&form));
    json_auto_t *token = json_loads(answer, 0, NULL);
    ck_assert_msg(json_member_text(token, "access_token") != NULL, "%s", answer);
    return json_of(json_member_text(token, "access_token"));
}

/* Makes the workbench administer who holds what at the resource group, and changes to Azure. */
static void go_to_azure(struct sandbox *sandbox)
{
    const char *answer = post(sandbox, "/_sandbox/assignments", "application/json",
                              json_of("{'principal': 'a9910000-0000-4000-8000-000000000003',"
                                      " 'azure_role': '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',"
                                      " 'scope': '" SENTINEL "'}"));
    ck_assert_msg(strstr(answer, "azure_role") != NULL, "%s", answer);
    sandbox->token = token_for(sandbox, "management.azure.com");
}

static bool start(struct sandbox *sandbox)
{
    const char *program = getenv("CURFEW_SANDBOX");
    char line[256] = "";
    int pipes[2];
    if (!program || access(program, X_OK) != 0) {
        (void)fprintf(stderr, "directory/sandbox: SKIPPED, CURFEW_SANDBOX names no program\n");
        return false;
    }
    ck_assert_int_eq(pipe(pipes), 0);
    const char *folder = spec_folder();
    sandbox->process = fork();
    if (sandbox->process == 0) {
        (void)dup2(pipes[1], STDOUT_FILENO);
        (void)execl(program, program, "--port", "0", "--state", folder, NULL);
        _exit(127);
    }
    (void)close(pipes[1]);
    FILE *said = fdopen(pipes[0], "re");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, said));
    ck_assert_int_eq(sscanf(line, "curfew-sandbox: listening on %63s", sandbox->origin), 1);
    (void)fclose(said);
    sandbox->token = token_for(sandbox, "graph.microsoft.com");
    set(sandbox, "{'journal_answers': true}");
    return true;
}

static void stop(const struct sandbox *sandbox)
{
    ck_assert_int_eq(kill(sandbox->process, SIGTERM), 0);
    ck_assert_int_eq(waitpid(sandbox->process, NULL, 0), sandbox->process);
    held_to_contract(spec_folder());
}

static void ask(const struct sandbox *sandbox, size_t count,
                const struct question *const questions[], struct fact *facts[])
{
    scoped(asker_scoped) struct asker *asker = asker_elsewhere(sandbox->origin, sandbox->token);
    ask_together(asker, count, questions, facts);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(facts[i]->reading.known, "%d: %s", (int)questions[i]->kind,
                      facts[i]->reading.why);
}

START_TEST(every_question_is_answered)
{
    static const char *const groups[] = {ANALYSTS, BREAK_GLASS};
    static const struct question all[] = {
        {.kind = FACT_ACCOUNT, .subject = ANA},
        {.kind = FACT_MEMBERSHIPS, .subject = ANA, .group_count = 2, .groups = groups},
        {.kind = FACT_MEMBERS, .subject = ANALYSTS},
        {.kind = FACT_RISKS},
        {.kind = FACT_DEVICE, .subject = SEC_115},
        {.kind = FACT_MANAGED, .subject = SEC_115},
        {.kind = FACT_CONTEXTS},
        {.kind = FACT_ADMIN_RULES, .subject = OWNERS_MEMBER},
        {.kind = FACT_INSTANCES, .subject = ANA, .object = OWNERS_MEMBER},
        {.kind = FACT_ADMIN_RULES, .subject = OPERATOR},
        {.kind = FACT_INSTANCES, .subject = ANA, .object = OPERATOR},
        {.kind = FACT_ACCOUNT, .subject = ALICE},
        {.kind = FACT_DEVICE, .subject = LAPTOP},
        {.kind = FACT_SELF_RULES, .subject = OWNERS_MEMBER},
        {.kind = FACT_SELF_RULES, .subject = OPERATOR},
        {.kind = FACT_ELIGIBLES, .subject = OWNERS_MEMBER},
        {.kind = FACT_ELIGIBLES, .subject = OPERATOR},
    };
    const struct question *questions[COUNT(all)];
    struct fact *facts[COUNT(all)];
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    for (size_t i = 0; i < COUNT(all); i++)
        questions[i] = &all[i];
    ask(&sandbox, COUNT(all), questions, facts);
    ck_assert_int_eq(facts[0]->account.enabled, TRI_YES);
    ck_assert_text(facts[0]->account.name, "Ana Torres");
    ck_assert_uint_eq(facts[1]->memberships.count, 1);
    ck_assert_text(facts[1]->memberships.groups[0], ANALYSTS);
    ck_assert_uint_eq(facts[2]->members.count, 2);
    ck_assert_text(facts[2]->members.people[0].key.oid, ANA);
    ck_assert_uint_eq(facts[3]->risks.count, 0);
    ck_assert_int_eq(facts[4]->device.compliant, TRI_NO);
    ck_assert_uint_eq(facts[5]->managed.count, 1);
    ck_assert_text(facts[5]->managed.devices[0].compliance, "noncompliant");
    const struct context_policy *c1 = &facts[6]->contexts.policies[0];
    ck_assert_uint_eq(facts[6]->contexts.count, 3);
    ck_assert_text(c1->context, "c1");
    ck_assert_uint_eq(c1->proves, PROOF_MFA | PROOF_PHISHING_RESISTANT | PROOF_COMPLIANT_DEVICE);
    ck_assert(c1->everybody);
    ck_assert(!c1->other_exclusions);
    ck_assert_text(c1->excluded_groups[0], BREAK_GLASS);
    ck_assert(facts[7]->admin_rules.exists);
    ck_assert(!facts[7]->admin_rules.mfa_required);
    ck_assert_uint_eq(facts[8]->instances.count, 0);
    ck_assert(facts[9]->admin_rules.exists);
    ck_assert_uint_eq(facts[10]->instances.count, 0);
    ck_assert(!facts[11]->account.exists);
    ck_assert(!facts[12]->device.exists);
    ck_assert(facts[13]->self_rules.exists && facts[14]->self_rules.exists);
    ck_assert_int_eq(facts[13]->self_rules.longest_seconds, 8 * 3600);
    ck_assert(!facts[13]->self_rules.approval_required);
    ck_assert_uint_eq(facts[15]->eligibles.count, 2);
    ck_assert_text(facts[15]->eligibles.list[0].principal, ANA);
    ck_assert_uint_eq(facts[16]->eligibles.count, 2);
    for (size_t i = 0; i < COUNT(all); i++)
        fact_free(facts[i]);
    stop(&sandbox);
}
END_TEST

START_TEST(risk_is_read_where_or_is_refused)
{
    const struct question *question = &about[FACT_RISKS];
    struct fact *fact;
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    set(&sandbox, "{'risk_filter_or': false}");
    ask(&sandbox, 1, &question, &fact);
    fact_free(fact);
    stop(&sandbox);
}
END_TEST

/* Access begins and ends. */

static struct written write_to(const struct sandbox *sandbox, const struct write *write)
{
    scoped(asker_scoped) struct asker *asker = asker_elsewhere(sandbox->origin, sandbox->token);
    struct written written;
    write_in_turn(asker, 1, write, NULL, &written);
    return written;
}

/* Reads until there are so many instances; the last one. */
static struct instance wait_for(const struct sandbox *sandbox, const struct question *question,
                                size_t count)
{
    struct instance last = {0};
    size_t seen = SIZE_MAX;
    for (int i = 0; i < 100 && seen != count; i++) {
        struct fact *fact;
        ask(sandbox, 1, &question, &fact);
        seen = fact->instances.count;
        if (seen)
            last = fact->instances.list[seen - 1];
        fact_free(fact);
        (void)usleep(100 * 1000);
    }
    ck_assert_uint_eq(seen, count);
    return last;
}

/* The same again, under a name that was not taken yet. */
static struct write renamed(struct assignment assignment, bool removal)
{
    static char name[GUID_SIZE];
    static struct arena *kept;
    struct write write;
    kept = kept ? kept : arena_new();
    guid_new(name);
    assignment.name = name;
    ck_assert_fine((removal ? write_remove : write_assign)(&assignment, kept, &write, &spec_why));
    return write;
}

static void expect_refused(const struct sandbox *sandbox, const struct write *write,
                           const char *code)
{
    struct written written = write_to(sandbox, write);
    ck_assert_int_eq(written.outcome, WRITE_REFUSED);
    ck_assert_text(written.code, code);
}

static void live(const char *key)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct question question = {.kind = FACT_INSTANCES, .subject = ANA, .object = key};
    int64_t now = moment_now(), end = now + 3600;
    struct target target;
    const struct assignment assignment = {.target = &target,
                                          .oid = ANA,
                                          .starts_at = now,
                                          .ends_at = end,
                                          .words = "Phishing [Curfew 01JD]",
                                          .ticket = "INC-7"};
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    set(&sandbox, "{'early_removal': true}");
    ck_assert(target_read(key, arena, &target));
    bool azure = target.kind == TARGET_AZURE_ROLE;
    if (azure)
        go_to_azure(&sandbox);
    struct write write = renamed(assignment, false);

    struct written written = write_to(&sandbox, &write);
    ck_assert_msg(written.outcome == WRITE_ACCEPTED, "%d %s: %s", written.status, written.code,
                  written.says);
    ck_assert_int_ne(status_means(written.code), STATUS_NEVER_SEEN);
    ck_assert_ptr_nonnull(written.correlation);
    struct instance instance = wait_for(&sandbox, &question, 1);
    ck_assert_int_eq(instance.end_at, end);
    ck_assert(instance.direct);
    ck_assert(!instance.activated);

    expect_refused(&sandbox, &write, azure ? "RequestConflict" : "RoleAssignmentExists");
    write = renamed(assignment, false);
    expect_refused(&sandbox, &write, "RoleAssignmentExists");
    write = renamed(assignment, true);
    written = write_to(&sandbox, &write);
    ck_assert_int_eq(written.outcome, WRITE_ACCEPTED);
    ck_assert_int_eq(status_means(written.code), STATUS_REMOVED);
    (void)wait_for(&sandbox, &question, 0);
    write = renamed(assignment, true);
    expect_refused(&sandbox, &write, "RoleAssignmentDoesNotExist");
    stop(&sandbox);
}

START_TEST(every_question_about_a_role_of_azure_is_answered)
{
    static const struct question all[] = {{.kind = FACT_ADMIN_RULES, .subject = RESPONDER},
                                          {.kind = FACT_SELF_RULES, .subject = RESPONDER},
                                          {.kind = FACT_ELIGIBLES, .subject = RESPONDER},
                                          {.kind = FACT_HOLDERS, .subject = RESPONDER}};
    const struct question *questions[COUNT(all)];
    struct fact *facts[COUNT(all)];
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    set(&sandbox, "{'arm_page': 1}");
    go_to_azure(&sandbox);
    for (size_t i = 0; i < COUNT(all); i++)
        questions[i] = &all[i];
    ask(&sandbox, COUNT(all), questions, facts);
    const struct eligibles *eligibles = &facts[2]->eligibles;
    ck_assert(facts[0]->admin_rules.exists && facts[1]->self_rules.exists);
    ck_assert_int_eq(facts[1]->self_rules.longest_seconds, 8 * 3600);
    ck_assert_uint_eq(eligibles->count, 2);
    ck_assert_text(eligibles->list[0].principal, ANA);
    ck_assert(eligibles->list[0].direct && eligibles->list[0].schedule);
    ck_assert_text(eligibles->list[0].scope, "/subscriptions/5ab50000-0000-4000-8000-000000000001");
    ck_assert_uint_eq(facts[3]->holders.count, 0);
    for (size_t i = 0; i < COUNT(all); i++)
        fact_free(facts[i]);
    stop(&sandbox);
}
END_TEST

START_TEST(a_role_of_azure_begins_and_ends)
{
    live(RESPONDER);
}
END_TEST

START_TEST(membership_of_a_group_begins_and_ends)
{
    live(OWNERS_MEMBER);
}
END_TEST

START_TEST(a_role_begins_and_ends)
{
    live(OPERATOR);
}
END_TEST

SPECIFICATION("directory/sandbox", every_question_is_answered, risk_is_read_where_or_is_refused,
              every_question_about_a_role_of_azure_is_answered, a_role_of_azure_begins_and_ends,
              membership_of_a_group_begins_and_ends, a_role_begins_and_ends)
