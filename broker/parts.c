#include "parts.h"

#include "access/house.h"
#include "access/in_force.h"
#include "access/sessions.h"
#include "access/views_kept.h"
#include "access/worker.h"
#include "base/text.h"
#include "store/events.h"

#include <string.h>

/* Endpoints and issuers of each cloud (contract 1). */
static const struct cloud {
    const char *name, *authority, *v1_issuer, *graph, *graph_scope, *arm, *arm_scope;
} clouds[] = {
    {"global", "https://login.microsoftonline.com", "https://sts.windows.net",
     "https://graph.microsoft.com", "https://graph.microsoft.com/.default",
     "https://management.azure.com", "https://management.azure.com/.default"},
    {"usgov", "https://login.microsoftonline.us", "https://sts.windows.net",
     "https://graph.microsoft.us", "https://graph.microsoft.us/.default",
     "https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net/.default"},
    {"usgov_dod", "https://login.microsoftonline.us", "https://sts.windows.net",
     "https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default",
     "https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net/.default"},
    {"china", "https://login.partner.microsoftonline.cn", "https://sts.chinacloudapi.cn",
     "https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default",
     "https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default"},
};

static const struct cloud *cloud_of(const struct settings *settings)
{
    for (size_t i = 0; i < COUNT(clouds); i++)
        if (text_equals(clouds[i].name, settings->cloud))
            return &clouds[i];
    return &clouds[0];
}

static const char *origin_of(const struct settings *settings)
{
    if (settings->audit_origin)
        return settings->audit_origin;
    const char *host = strstr(settings->public_url, "://");
    return arena_text(settings->arena, "%s/audit", host ? host + 3 : settings->public_url);
}

void parts_options(struct parts *parts)
{
    const struct settings *settings = parts->settings;
    enum activation activation = ACTIVATION_APPLICATION;
    (void)activation_read(settings->activation, &activation);
    parts->access.options = (struct access_options){
        .tenant_id = settings->tenant_id,
        .public_url = settings->public_url,
        .client_id = settings->sign_in_client_id,
        .activation = activation,
        .graph_scope = cloud_of(settings)->graph_scope,
        .arm_scope = cloud_of(settings)->arm_scope,
        .claim_count = settings->contexts.count,
        .claims = settings->contexts.list,
        .mail_from = settings->notify.count ? settings->notify.list[0].from : NULL,
        .requests_per_hour = settings->requests_per_hour,
        .decisions_per_hour = settings->decisions_per_hour,
        .exports_per_day = settings->exports_per_day,
        .session_idle_seconds = settings->session_idle,
        .session_longest_seconds = settings->session_longest,
        .special_role_seconds = settings->special_role_sign_in,
        .check_within_seconds = settings->check_within,
    };
}

/* Keys are made only beside a store in which nothing was ever recorded. */
static enum fail open_ledger(struct parts *parts, struct reason *why)
{
    struct access *access = &parts->access;
    struct stored_head head;
    struct store *store = NULL;
    bool sound = false;
    scoped(arena_scoped) struct arena *arena = arena_new();
    enum fail fail = stores_borrow(access->stores, &store, why);
    if (!fail)
        fail = store_head(store, arena, &head, why);
    if (!fail)
        fail = keys_open(parts->settings->keys, origin_of(parts->settings), head.size == 0,
                         &access->keys, why);
    if (!fail)
        fail = ledger_open(access->keys, store, &access->ledger, &sound,
                           fail ? why : &parts->safe_why);
    if (fail)
        (void)because(why, fail, "%s", parts->safe_why.text);
    stores_return(access->stores, store);
    access->safe_mode = !fail && !sound;
    access->safe_why = parts->safe_why.text;
    return fail;
}

enum fail parts_store(struct parts *parts, struct reason *why)
{
    struct access *access = &parts->access;
    parts_options(parts);
    enum fail fail = stores_open(parts->settings->store, &access->stores, &parts->fresh, why);
    if (!fail)
        fail = open_ledger(parts, why);
    if (fail)
        return fail;
    const struct writer_frame frame = ledger_frame(access->ledger, &parts->listener);
    return writer_start(access->stores, &frame, &access->writer, why);
}

static enum fail make_identity(struct parts *parts, bool for_directory, struct identity **ret,
                               struct reason *why)
{
    const struct settings *s = parts->settings;
    const struct cloud *cloud = cloud_of(s);
    struct identity_settings settings = {
        .authority = s->authority ? s->authority : cloud->authority,
        .v1_issuer = cloud->v1_issuer,
        .tenant_id = s->tenant_id,
        .client_id = for_directory ? s->directory_client_id : s->sign_in_client_id,
        .redirect_uri = arena_text(s->arena, "%s/auth/callback", s->public_url),
        .api_token = text_equals(s->api_token, "none") ? API_TOKEN_NONE : API_TOKEN_V1,
        .private_peer = s->authority != NULL,
    };
    if (for_directory)
        settings.credential = (struct credential_files){
            .certificate = s->directory_certificate_file,
            .key = s->directory_key_file,
            .secret = s->directory_secret_file,
            .federated_token = s->directory_federated_token_file,
        };
    else
        settings.credential = (struct credential_files){
            .certificate = s->sign_in_certificate_file,
            .key = s->sign_in_key_file,
            .secret = s->sign_in_secret_file,
            .federated_token = s->sign_in_federated_token_file,
        };
    if (for_directory)
        settings.redirect_uri = NULL;
    return identity_new(parts->access.loop, &settings, ret, why);
}

static struct directory_settings directory_settings_of(const struct settings *settings)
{
    const struct cloud *cloud = cloud_of(settings);
    return (struct directory_settings){
        .ticket = settings->ticket,
        .graph = {.origin = settings->graph ? settings->graph : cloud->graph,
                  .scope = cloud->graph_scope,
                  .private_peer = settings->graph != NULL},
        .arm = {.origin = settings->arm ? settings->arm : cloud->arm,
                .scope = cloud->arm_scope,
                .private_peer = settings->arm != NULL},
    };
}

const char *parts_graph_scope(const struct settings *settings)
{
    return cloud_of(settings)->graph_scope;
}

bool parts_cloud_knows_risk(const struct settings *settings)
{
    return !text_equals(settings->cloud, "china");
}

bool parts_waits_too_little(const struct settings *settings, const struct required *required)
{
    enum { LOG_SECONDS = 15 * 60 };
    return (required->watch_sign_in_risk || required->modern_authentication) &&
           settings->check_within < LOG_SECONDS;
}

enum fail parts_microsoft(struct parts *parts, struct reason *why)
{
    const struct settings *s = parts->settings;
    struct access *access = &parts->access;
    access->loop = loop_new(NULL);
    enum fail fail = make_identity(parts, false, &access->identity, why);
    if (!fail && s->directory_client_id)
        fail = make_identity(parts, true, &parts->directory_identity, why);
    if (fail)
        return fail;
    parts->bearer =
        identity_bearer(parts->directory_identity ? parts->directory_identity : access->identity);
    const struct directory_settings directory = directory_settings_of(s);
    access->directory = directory_new(access->loop, &directory, &parts->bearer);
    return FAIL_NONE;
}

enum fail parts_outside(struct parts *parts, struct reason *why)
{
    struct access *access = &parts->access;
    enum fail fail = parts_microsoft(parts, why);
    if (fail)
        return fail;
    const struct directory_settings directory = directory_settings_of(parts->settings);
    const struct notify_settings notify = {
        .graph = directory.graph.origin,
        .graph_scope = directory.graph.scope,
        .private_peer = directory.graph.private_peer,
        .mail_from = access->options.mail_from,
    };
    access->facts = facts_new(access->directory);
    access->notify = notify_new(access->loop, &notify, &parts->bearer);
    access->sessions = sessions_new(access);
    access->views = views_new(access);
    access->worker = worker_new(access);
    return FAIL_NONE;
}

void parts_free(struct parts *parts)
{
    struct access *access = &parts->access;
    server_free(parts->server);
    web_free(parts->web);
    if (access->worker)
        worker_stop(access->worker);
    writer_free(access->writer); /* before the tasks that wait for its answers */
    directory_free(
        access->directory); /* before those who wait for its answers, and the loop that they wake */
    notify_free(access->notify);
    identity_free(parts->directory_identity);
    identity_free(access->identity);
    worker_free(access->worker);
    facts_free(access->facts);
    loop_free(access->loop);
    sessions_free(access->sessions);
    views_free(access->views);
    ledger_free(access->ledger);
    keys_free(access->keys);
    stores_free(access->stores);
    in_force_free(access->in_force);
}
