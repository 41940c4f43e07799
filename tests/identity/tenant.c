#include "identity/tenant.h"

#include "base/memory.h"
#include "base/moment.h"
#include "outbound/certificate.h"
#include "support/spec.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SENT = 64 * 1024 };

static const struct {
    const char *path;
} pages[PAGE_COUNT] = {
    [PAGE_METADATA] = {"/" TENANT "/v2.0/.well-known/openid-configuration"},
    [PAGE_API_METADATA] = {"/" TENANT "/.well-known/openid-configuration"},
    [PAGE_KEYS] = {"/" TENANT "/discovery/v2.0/keys"},
    [PAGE_API_KEYS] = {"/" TENANT "/discovery/keys"},
    [PAGE_TOKEN] = {"/" TENANT "/oauth2/v2.0/token"},
};

struct tenant {
    struct server *server;
    struct loop *loop;
    struct identity *identity;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int thinks;
    bool stops;
    struct {
        int status, asked;
        char *headers, *body;
    } pages[PAGE_COUNT];
    char sent[SENT], field[SENT], authority[64], issuer[256];

    /* One job for the loop's thread at a time. */
    void (*job)(struct tenant *tenant);
    const void *argument;
    int64_t not_before;
    int waiting_for, failed;
    struct told told;
};

/* The server. */

static void serve(struct connection *connection)
{
    struct tenant *tenant = connection->context;
    scoped(text_scoped) struct text request = TEXT_LIMIT(256 * 1024);
    while (connection_read(connection, &request)) {
        const char *path = strchr(text_of(&request), ' ') + 1;
        size_t length = strcspn(path, " ");
        int page = 0, status = 404, thinks;
        char *headers = NULL, *body = NULL;
        while (page < PAGE_COUNT &&
               (strlen(pages[page].path) != length || strncmp(pages[page].path, path, length) != 0))
            page++;
        pthread_mutex_lock(&tenant->lock);
        thinks = tenant->thinks;
        if (page < PAGE_COUNT) {
            tenant->pages[page].asked++;
            status = tenant->pages[page].status;
            headers = memory_copy(tenant->pages[page].headers);
            body = memory_copy(tenant->pages[page].body);
        }
        if (tenant->stops)
            loop_stop(tenant->loop);
        if (page == PAGE_TOKEN)
            (void)snprintf(tenant->sent, SENT, "%s", strstr(text_of(&request), "\r\n\r\n") + 4);
        pthread_mutex_unlock(&tenant->lock);
        if (thinks)
            connection_pause(connection, thinks);
        bool fine = status &&
                    connection_answer(connection, status, headers ? headers : "", body ? body : "");
        free(headers);
        free(body);
        if (!fine)
            return;
    }
}

void tenant_says(struct tenant *tenant, enum page page, int status, const char *headers,
                 const char *body)
{
    pthread_mutex_lock(&tenant->lock);
    free(tenant->pages[page].headers);
    free(tenant->pages[page].body);
    tenant->pages[page].status = status;
    tenant->pages[page].headers = memory_copy(headers);
    tenant->pages[page].body = memory_copy(body);
    pthread_mutex_unlock(&tenant->lock);
}

void tenant_publishes(struct tenant *tenant, enum page page, json_t *json, const char *patch)
{
    char *text = patched(json, patch);
    tenant_says(tenant, page, 200, "Content-Type: application/json\r\n", text);
    free(text);
}

void tenant_thinks(struct tenant *tenant, int milliseconds)
{
    pthread_mutex_lock(&tenant->lock);
    tenant->thinks = milliseconds;
    pthread_mutex_unlock(&tenant->lock);
}

void tenant_stops_at_next(struct tenant *tenant)
{
    pthread_mutex_lock(&tenant->lock);
    tenant->stops = true;
    pthread_mutex_unlock(&tenant->lock);
}

int tenant_asked(struct tenant *tenant, enum page page)
{
    pthread_mutex_lock(&tenant->lock);
    int asked = tenant->pages[page].asked;
    pthread_mutex_unlock(&tenant->lock);
    return asked;
}

const char *tenant_sent_whole(struct tenant *tenant)
{
    return tenant->sent;
}

const char *tenant_sent(struct tenant *tenant, const char *field)
{
    size_t length = strlen(field), out = 0;
    const char *at = tenant->sent;
    while (at && !(strncmp(at, field, length) == 0 && at[length] == '='))
        at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL;
    if (!at)
        return NULL;
    for (at += length + 1; *at && *at != '&'; at++) {
        unsigned code = 0;
        if (*at == '%' && sscanf(at + 1, "%2x", &code) == 1)
            at += 2;
        tenant->field[out++] = code ? (char)code : *at;
    }
    tenant->field[out] = '\0';
    return tenant->field;
}

/* What a good tenant says. */

const char *tenant_authority(struct tenant *tenant)
{
    return tenant->authority;
}

const char *tenant_issuer(struct tenant *tenant)
{
    return tenant->issuer;
}

json_t *metadata_of(struct tenant *tenant, bool api)
{
    json_t *metadata = json_pack("{ss}", "issuer", api ? ISSUER_V1 : tenant->issuer);
    static const struct {
        const char *name;
        const char *path[2];
    } endpoints[] = {
        {"authorization_endpoint",
         {"/" TENANT "/oauth2/v2.0/authorize", "/" TENANT "/oauth2/authorize"}},
        {"token_endpoint", {"/" TENANT "/oauth2/v2.0/token", "/" TENANT "/oauth2/token"}},
        {"jwks_uri", {"/" TENANT "/discovery/v2.0/keys", "/" TENANT "/discovery/keys"}},
    };
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        (void)json_object_set_new(
            metadata, endpoints[i].name,
            json_sprintf("%s%s", tenant_authority(tenant), endpoints[i].path[api]));
    return metadata;
}

static void publish_good_pages(struct tenant *tenant)
{
    tenant_publishes(tenant, PAGE_METADATA, metadata_of(tenant, false), NULL);
    tenant_publishes(tenant, PAGE_API_METADATA, metadata_of(tenant, true), NULL);
    tenant_publishes(tenant, PAGE_KEYS, key_set_with(jwk_of(key_number(0), "k1")), NULL);
    tenant_publishes(tenant, PAGE_API_KEYS, key_set_with(jwk_of(key_number(1), "k2")), NULL);
}

char *tokens_of(struct tenant *tenant, const char *id_patch, const char *api_patch, size_t number)
{
    char *id_text = patched(id_claims(tenant->issuer, moment_now()), id_patch);
    char *api_text = patched(api_claims(moment_now()), api_patch);
    char *id = token_signed(key_number(number),
                            "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}", id_text);
    char *api =
        token_signed(key_number(1),
                     "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"k2\",\"kid\":\"k2\"}", api_text);
    char *answer =
        patched(json_pack("{ss si ss ss ss}", "token_type", "Bearer", "expires_in", 3599, "scope",
                          CLIENT "/access", "access_token", api, "id_token", id),
                NULL);
    free(id_text);
    free(api_text);
    free(id);
    free(api);
    return answer;
}

/* The clock. */

void tenant_pass(int64_t seconds)
{
    static int64_t offset;
    int64_t before = moment_now();
    char text[32];
    (void)snprintf(text, sizeof text, "%lld\n", (long long)(offset += seconds));
    (void)spec_file("clock", text);
    while (moment_now() < before + seconds)
        usleep(1000);
}

/* The loop and its jobs. */

static int64_t work(void *context)
{
    struct tenant *tenant = context;
    pthread_mutex_lock(&tenant->lock);
    void (*job)(struct tenant * tenant) = take(tenant->job);
    pthread_mutex_unlock(&tenant->lock);
    if (job)
        job(tenant);
    return MOMENT_NEVER;
}

static void *run(void *context)
{
    struct tenant *tenant = context;
    loop_run(tenant->loop, work, tenant);
    return NULL;
}

static struct told wait_for(struct tenant *tenant, void (*job)(struct tenant *tenant),
                            const void *argument, int answers)
{
    pthread_mutex_lock(&tenant->lock);
    tenant->told = (struct told){0};
    tenant->job = job;
    tenant->argument = argument;
    tenant->waiting_for = answers;
    loop_wake(tenant->loop);
    while (tenant->waiting_for)
        pthread_cond_wait(&tenant->changed, &tenant->lock);
    struct told told = tenant->told;
    pthread_mutex_unlock(&tenant->lock);
    return told;
}

static void tell(struct tenant *tenant, const struct told *told)
{
    pthread_mutex_lock(&tenant->lock);
    tenant->told = *told;
    tenant->failed += told->fail != FAIL_NONE;
    tenant->waiting_for--;
    pthread_cond_signal(&tenant->changed);
    pthread_mutex_unlock(&tenant->lock);
}

#define KEEP(to, text) (void)snprintf((to), sizeof(to), "%s", (text) ? (text) : "")

static void url_told(void *context, enum fail fail, const struct refusal *refusal, const char *url)
{
    struct told told = {.fail = fail};
    ck_assert((fail == FAIL_NONE) == (refusal == NULL) && (fail == FAIL_NONE) == (url != NULL));
    if (refusal)
        told.refusal = *refusal;
    KEEP(told.url, url);
    tell(context, &told);
}

static void join_items(const struct text_list *list, char joined[128])
{
    size_t length = 0;
    for (size_t i = 0; i < list->count; i++)
        length +=
            (size_t)snprintf(joined + length, 128 - length, "%s%s", i ? " " : "", list->items[i]);
}

static void person_told(void *context, enum fail fail, const struct refusal *refusal,
                        const struct signed_in *who)
{
    struct told told = {.fail = fail};
    ck_assert((fail == FAIL_NONE) == (refusal == NULL) && (fail == FAIL_NONE) == (who != NULL));
    if (refusal)
        told.refusal = *refusal;
    if (who) {
        told.person = who->person;
        told.issued_at = who->issued_at;
        told.auth_time = who->auth_time;
        join_items(&who->acrs, told.acrs);
        join_items(&who->amr, told.amr);
        join_items(&who->roles, told.roles);
        KEEP(told.api_token, who->api_token ? secret_text(who->api_token) : NULL);
        KEEP(told.device_id, who->device_id);
        KEEP(told.name, who->name);
        KEEP(told.user_name, who->user_name);
        KEEP(told.session, who->session);
        KEEP(told.address, who->address);
    }
    tell(context, &told);
}

static void token_told(void *context, enum fail fail, const struct reason *why,
                       const struct secret *token)
{
    struct told told = {.fail = fail};
    ck_assert((fail == FAIL_NONE) == (why == NULL) && (fail == FAIL_NONE) == (token != NULL));
    if (why)
        told.refusal.reason = *why;
    KEEP(told.token, token ? secret_text(token) : NULL);
    tell(context, &told);
}

static void exchanged(void *context, enum fail fail, const struct refusal *refusal,
                      const struct secret *token)
{
    struct told told = {.fail = fail};
    ck_assert((fail == FAIL_NONE) == (refusal == NULL) && (fail == FAIL_NONE) == (token != NULL));
    if (refusal)
        told.refusal = *refusal;
    KEEP(told.token, token ? secret_text(token) : NULL);
    tell(context, &told);
}

static void exchange(struct tenant *tenant)
{
    identity_on_behalf(tenant->identity, tenant->argument, exchanged, tenant);
}

static void begin(struct tenant *tenant)
{
    identity_begin(tenant->identity, tenant->argument, url_told, tenant);
}

static void redeem_code(struct tenant *tenant)
{
    identity_redeem(tenant->identity, tenant->argument, person_told, tenant);
}

static void get_token(struct tenant *tenant)
{
    struct bearer bearer = identity_bearer(tenant->identity);
    for (int left = tenant->waiting_for; left; left--)
        bearer.get(bearer.context, tenant->argument, token_told, tenant);
}

static void refuse_token(struct tenant *tenant)
{
    struct bearer bearer = identity_bearer(tenant->identity);
    const struct told told = {.fail = FAIL_NONE};
    bearer.refused(bearer.context, tenant->argument, tenant->not_before);
    tell(tenant, &told);
}

struct told told_begin(struct tenant *tenant, const struct sign_in_begin *sign_in)
{
    return wait_for(tenant, begin, sign_in, 1);
}

struct told told_redeem(struct tenant *tenant)
{
    static const struct redemption redemption = {
        .code = "0.ARoA code", .verifier = "verifier-of-forty-three-characters", .nonce = NONCE};
    return told_redeem_code(tenant, &redemption);
}

struct told told_redeem_code(struct tenant *tenant, const struct redemption *redemption)
{
    return wait_for(tenant, redeem_code, redemption, 1);
}

struct told told_on_behalf(struct tenant *tenant, const struct on_behalf *asked)
{
    return wait_for(tenant, exchange, asked, 1);
}

struct told told_bearer(struct tenant *tenant, const char *scope)
{
    return wait_for(tenant, get_token, scope, 1);
}

void told_challenged(struct tenant *tenant, const char *scope, int64_t not_before)
{
    tenant->not_before = not_before;
    (void)wait_for(tenant, refuse_token, scope, 1);
}

void told_refused(struct tenant *tenant, const char *scope)
{
    told_challenged(tenant, scope, 0);
}

int told_many(struct tenant *tenant, const char *scope, int times)
{
    tenant->failed = 0;
    (void)wait_for(tenant, get_token, scope, times);
    return tenant->failed;
}

/* Beginning and end. */

static struct tenant *begin_tenant(void)
{
    struct tenant *tenant = MEMORY_NEW(struct tenant);
    setenv("CURFEW_TEST_CLOCK", spec_file("clock", "0\n"), 1);
    ck_assert_int_eq(pthread_mutex_init(&tenant->lock, NULL), 0);
    ck_assert_int_eq(pthread_cond_init(&tenant->changed, NULL), 0);
    tenant->loop = loop_new(NULL);
    return tenant;
}

static void open_tenant(struct tenant *tenant, const struct identity_settings *settings)
{
    ck_assert_fine(identity_new(tenant->loop, settings, &tenant->identity, &spec_why));
    ck_assert_int_eq(pthread_create(&tenant->thread, NULL, run, tenant), 0);
}

struct tenant *tenant_new(void (*changed)(struct identity_settings *settings))
{
    struct tenant *tenant = begin_tenant();
    tenant->server = server_new(serve, tenant);
    (void)snprintf(tenant->authority, sizeof tenant->authority, "http://localhost:%d",
                   server_port(tenant->server));
    (void)snprintf(tenant->issuer, sizeof tenant->issuer, "%s/" TENANT "/v2.0", tenant->authority);
    publish_good_pages(tenant);
    X509 *certificate = certificate_of(key_number(2));
    struct identity_settings settings = {
        .authority = tenant_authority(tenant),
        .v1_issuer = "https://sts.windows.net",
        .tenant_id = TENANT,
        .client_id = CLIENT,
        .credential = {.certificate = pem_file("certificate.pem", certificate, NULL),
                       .key = pem_file("key.pem", NULL, key_number(2))},
        .redirect_uri = "https://curfew.example/auth/callback",
        .private_peer = true};
    X509_free(certificate);
    if (changed)
        changed(&settings);
    open_tenant(tenant, &settings);
    return tenant;
}

struct tenant *tenant_elsewhere(const struct identity_settings *settings)
{
    struct tenant *tenant = begin_tenant();
    open_tenant(tenant, settings);
    return tenant;
}

void tenant_free(struct tenant *tenant)
{
    if (!tenant)
        return;
    loop_stop(tenant->loop);
    ck_assert_int_eq(pthread_join(tenant->thread, NULL), 0);
    identity_free(tenant->identity);
    loop_free(tenant->loop);
    server_free(tenant->server);
    for (enum page page = 0; page < PAGE_COUNT; page++) {
        free(tenant->pages[page].headers);
        free(tenant->pages[page].body);
    }
    free(tenant);
}
