/* Goal: a person signs in against the stand-in tenant exactly as against Entra: the browser's way
 * through its sign-in page, the code, both tokens, and Curfew's own token. */
#include "base/id.h"
#include "base/moment.h"
#include "identity/tenant.h"
#include "support/held.h"
#include "support/spec.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SANDBOX_TENANT "7e4a0000-0000-4000-8000-000000000001"
#define SANDBOX_CLIENT "a9900000-0000-4000-8000-000000000001"
#define ANA            "9e450000-0000-4000-8000-000000000001"
#define PRIYA          "9e450000-0000-4000-8000-000000000005"
#define GUS            "9e450000-0000-4000-8000-000000000008"
#define SEC_114        "de1c0000-0000-4000-8000-000000000114"

struct sandbox {
    pid_t process;
    char origin[64];
    struct tenant *tenant;
};

static size_t take_page(char *bytes, size_t one, size_t count, void *page)
{
    text_add_bytes(page, bytes, one * count);
    return one * count;
}

/* GET, or POST of a form; answers where it was sent on, or "". */
static void browse(const char *url, const char *form, struct text *page, char location[4096])
{
    char *sent_to = NULL;
    CURL *browser = curl_easy_init();
    text_clear(page);
    curl_easy_setopt(browser, CURLOPT_URL, url);
    curl_easy_setopt(browser, CURLOPT_WRITEFUNCTION, take_page);
    curl_easy_setopt(browser, CURLOPT_WRITEDATA, page);
    if (form)
        curl_easy_setopt(browser, CURLOPT_POSTFIELDS, form);
    ck_assert_int_eq(curl_easy_perform(browser), CURLE_OK);
    curl_easy_getinfo(browser, CURLINFO_REDIRECT_URL, &sent_to);
    (void)snprintf(location, 4096, "%s", sent_to ? sent_to : "");
    curl_easy_cleanup(browser);
}

static bool start(struct sandbox *sandbox)
{
    const char *program = getenv("CURFEW_SANDBOX");
    char line[256] = "", certificate[256], key[256];
    int pipes[2];
    if (!program || access(program, X_OK) != 0) {
        (void)fprintf(stderr, "identity/sandbox: SKIPPED, CURFEW_SANDBOX names no program\n");
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
    (void)snprintf(certificate, sizeof certificate, "%s/curfew.cert.pem", folder);
    (void)snprintf(key, sizeof key, "%s/curfew.key.pem", folder);
    const struct identity_settings settings = {
        .authority = sandbox->origin,
        .v1_issuer = "https://sts.windows.net",
        .tenant_id = SANDBOX_TENANT,
        .client_id = SANDBOX_CLIENT,
        .credential = {.certificate = certificate, .key = key},
        .redirect_uri = "http://127.0.0.1:8080/auth/callback",
        .private_peer = true};
    char switches[128], location[4096];
    scoped(text_scoped) struct text page = TEXT_LIMIT(65536);
    (void)snprintf(switches, sizeof switches, "%s/_sandbox/switches", sandbox->origin);
    browse(switches, "{\"journal_answers\": true}", &page, location);
    sandbox->tenant = tenant_elsewhere(&settings);
    return true;
}

static void stop(struct sandbox *sandbox)
{
    tenant_free(sandbox->tenant);
    ck_assert_int_eq(kill(sandbox->process, SIGTERM), 0);
    ck_assert_int_eq(waitpid(sandbox->process, NULL, 0), sandbox->process);
    held_to_contract(spec_folder());
}

/* The value of `name=` in a query. */
static void find_value(const char *query, const char *name, char value[2048])
{
    const char *at = strstr(query, name);
    ck_assert_msg(at != NULL, "%s", query);
    at += strlen(name);
    (void)snprintf(value, 2048, "%.*s", (int)strcspn(at, "&\"#"), at);
}

/* Signs the person in with that evidence, as the form writes it, and redeems the code. */
static struct told sign_in(struct sandbox *sandbox, const char *person, const char *evidence)
{
    static const char *const contexts[] = {"c1"};
    char state[TOKEN_SIZE], nonce[TOKEN_SIZE], verifier[TOKEN_SIZE];
    char flow[2048], location[4096], code[2048], back[2048], url[256], form[1024];
    scoped(text_scoped) struct text page = TEXT_LIMIT(1024 * 1024);
    token_new(state);
    token_new(nonce);
    token_new(verifier);
    const struct sign_in_begin begin = {.state = state,
                                        .nonce = nonce,
                                        .verifier = verifier,
                                        .fresh = true,
                                        .context_count = 1,
                                        .contexts = contexts};
    struct told told = told_begin(sandbox->tenant, &begin);
    ck_assert_msg(told.fail == FAIL_NONE, "%s", told.refusal.reason.text);
    browse(told.url, NULL, &page, location);
    find_value(text_of(&page), "flow=", flow);
    (void)snprintf(url, sizeof url, "%s/" SANDBOX_TENANT "/login", sandbox->origin);
    (void)snprintf(form, sizeof form, "flow=%.200s&person=%s&%s", flow, person, evidence);
    browse(url, form, &page, location);
    ck_assert_msg(text_starts_with(location, "http://127.0.0.1:8080/auth/callback?"), "%s",
                  text_of(&page));
    find_value(location, "code=", code);
    find_value(location, "state=", back);
    ck_assert_text(back, state);
    const struct redemption redemption = {.code = code, .verifier = verifier, .nonce = nonce};
    told = told_redeem_code(sandbox->tenant, &redemption);
    ck_assert_int_eq(told_redeem_code(sandbox->tenant, &redemption).refusal.aadsts, 54005);
    return told;
}

START_TEST(a_person_signs_in_with_all_evidence)
{
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    struct told told =
        sign_in(&sandbox, ANA, "mfa=passkey&minutes=0&device=" SEC_114 "&context=ca&risk=");
    ck_assert_msg(told.fail == FAIL_NONE, "%s", told.refusal.reason.text);
    ck_assert_text(told.person.tid, SANDBOX_TENANT);
    ck_assert_text(told.person.oid, ANA);
    ck_assert_text(told.name, "Ana Torres");
    ck_assert_ptr_nonnull(strstr(told.acrs, "c1"));
    ck_assert_text(told.amr, "rsa mfa");
    ck_assert_text(told.device_id, "de1d0000-0000-4000-8000-000000000114");
    ck_assert_text(told.address, "127.0.0.1");
    ck_assert_int_le(told.auth_time, moment_now() + 1);
    ck_assert_int_ge(told.auth_time, moment_now() - 30);
    stop(&sandbox);
}
END_TEST

START_TEST(an_auditor_signs_in_without_context_or_device)
{
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    struct told told = sign_in(&sandbox, PRIYA, "mfa=code&minutes=7&device=&context=none&risk=");
    ck_assert_msg(told.fail == FAIL_NONE, "%s", told.refusal.reason.text);
    ck_assert_text(told.roles, "Curfew.Auditor");
    ck_assert_text(told.acrs, "");
    ck_assert_text(told.amr, "pwd mfa");
    ck_assert_text(told.device_id, "");
    ck_assert_int_le(told.auth_time, moment_now() - 400);
    stop(&sandbox);
}
END_TEST

START_TEST(a_guest_is_turned_away)
{
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    struct told told = sign_in(&sandbox, GUS, "mfa=passkey&minutes=0&device=&context=none&risk=");
    ck_assert_int_eq(told.fail, FAIL_DENIED);
    stop(&sandbox);
}
END_TEST

START_TEST(curfew_gets_its_own_token)
{
    struct sandbox sandbox;
    if (!start(&sandbox))
        return;
    struct told told = told_bearer(sandbox.tenant, "https://graph.microsoft.com/.default");
    ck_assert_msg(told.fail == FAIL_NONE, "%s", told.refusal.reason.text);
    ck_assert(text_starts_with(told.token, "eyJ"));
    told = told_bearer(sandbox.tenant, "https://evil.example/.default");
    ck_assert_int_eq(told.fail, FAIL_BROKEN);
    stop(&sandbox);
}
END_TEST

SPECIFICATION("identity/sandbox", a_person_signs_in_with_all_evidence,
              an_auditor_signs_in_without_context_or_device, a_guest_is_turned_away,
              curfew_gets_its_own_token)
