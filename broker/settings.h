/* Every setting, once: this list makes the struct, the reader with its checks, `curfew settings`
   and the table of the README (design 5.1). */
#pragma once

#include "base/form.h"
#include "base/network.h"
#include "base/text.h"
#include "directory/directory.h"
#include "model/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_CHANNELS = 8, SETTINGS_CONTEXTS = 99 };

struct channel_settings {
    const char *kind; /* "graph_mail" */
    const char *from;
};

struct channels_settings {
    size_t count;
    struct channel_settings list[SETTINGS_CHANNELS];
};

struct contexts_settings {
    size_t count;
    struct context_claim list[SETTINGS_CONTEXTS];
};

/* Kinds: the C type each has. Texts may be NULL when there is no default. */
#define TYPE_LISTEN     const char *
#define TYPE_URL        const char *
#define TYPE_PATH       const char *
#define TYPE_TEXT       const char *
#define TYPE_GUID       const char *
#define TYPE_STORE      const char *
#define TYPE_CLOUD      const char *
#define TYPE_API_TOKEN  const char *
#define TYPE_ACTIVATION const char *
#define TYPE_NUMBER     int64_t
#define TYPE_SPAN       int64_t
#define TYPE_NETWORKS   struct networks
#define TYPE_CONTEXTS   struct contexts_settings
#define TYPE_CHANNELS   struct channels_settings
#define TYPE_TICKET     struct ticket_endpoint

/*    member, key, kind, default as JSON ("" none, "!" must be given), meaning */
#define SETTINGS(X)                                                                                \
    X(listen, "listen", LISTEN, "\"127.0.0.1:8080\"", "Address and port to listen on.")            \
    X(public_url, "public_url", URL, "!",                                                          \
      "What people type: links and redirect URIs begin with it, without a path.")                  \
    X(tls_certificate_file, "tls_certificate_file", PATH, "",                                      \
      "PEM certificate chain to serve HTTPS directly. Without it plain HTTP is only served on "    \
      "loopback or behind `proxies`.")                                                             \
    X(tls_key_file, "tls_key_file", PATH, "", "PEM key of that certificate.")                      \
    X(proxies, "proxies", NETWORKS, "[]",                                                          \
      "Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto count, one hop.")  \
    X(metrics_from, "metrics_from", NETWORKS, "[\"127.0.0.0/8\", \"::1\"]",                        \
      "Networks that may read /metrics.")                                                          \
    X(store, "store", STORE, "\"sqlite:curfew.db\"",                                               \
      "The database: sqlite:PATH, on a local disk.")                                               \
    X(policies, "policies", PATH, "\"policies\"", "Folder of policy files.")                       \
    X(keys, "keys", PATH, "\"keys\"",                                                              \
      "Folder of Curfew's own keys, made at the first start: sealing, audit signing, highest "     \
      "checkpoint. Back it up apart from the store.")                                              \
    X(tenant_id, "entra.tenant_id", GUID, "!", "The tenant.")                                      \
    X(cloud, "entra.cloud", CLOUD, "\"global\"",                                                   \
      "`global`, `usgov`, `usgov_dod` or `china`: selects the endpoints.")                         \
    X(authority, "entra.authority", URL, "", "Sign-in host instead of the cloud's own.")           \
    X(graph, "entra.graph", URL, "", "Microsoft Graph instead of the cloud's own.")                \
    X(arm, "entra.arm", URL, "", "Azure Resource Manager instead of the cloud's own.")             \
    X(sign_in_client_id, "entra.sign_in.client_id", GUID, "!",                                     \
      "The app registration that people sign in to.")                                              \
    X(sign_in_certificate_file, "entra.sign_in.certificate_file", PATH, "",                        \
      "Its certificate (PEM), with `key_file`: the recommended credential.")                       \
    X(sign_in_key_file, "entra.sign_in.key_file", PATH, "", "The certificate's key (PEM).")        \
    X(sign_in_secret_file, "entra.sign_in.secret_file", PATH, "",                                  \
      "A client secret, instead of a certificate.")                                                \
    X(sign_in_federated_token_file, "entra.sign_in.federated_token_file", PATH, "",                \
      "A workload identity token, instead of a certificate.")                                      \
    X(directory_client_id, "entra.directory.client_id", GUID, "",                                  \
      "The app registration that reads and removes; without it that of `entra.sign_in`.")          \
    X(directory_certificate_file, "entra.directory.certificate_file", PATH, "", "As above.")       \
    X(directory_key_file, "entra.directory.key_file", PATH, "", "As above.")                       \
    X(directory_secret_file, "entra.directory.secret_file", PATH, "", "As above.")                 \
    X(directory_federated_token_file, "entra.directory.federated_token_file", PATH, "",            \
      "As above.")                                                                                 \
    X(api_token, "entra.api_token", API_TOKEN, "\"v1\"",                                           \
      "`v1`: ask for a token to Curfew's own API, which says how somebody signed in and on which " \
      "device; `none`: authentication contexts only.")                                             \
    X(contexts, "entra.contexts", CONTEXTS, "{}",                                                  \
      "What each authentication context proves, as in {\"c1\": [\"mfa\", \"phishing_resistant\", " \
      "\"compliant_device\"]}. It counts only while an enabled Conditional Access policy demands " \
      "it.")                                                                                       \
    X(activation, "activation", ACTIVATION, "\"application\"",                                     \
      "How access begins, unless a role of the policy says otherwise: `application` (Curfew "      \
      "assigns it), `delegated` (the person, eligible in PIM, activates it by a fresh sign-in; "   \
      "recommended: Curfew then holds nothing that can grant) or `pim_approval` (the same when "   \
      "they ask, and PIM holds it until an approver's sign-in approves it there).")                \
    X(notify, "notify", CHANNELS, "[]",                                                            \
      "Channels for messages: [{\"kind\": \"graph_mail\", \"from\": "                              \
      "\"curfew@contoso.example\"}].")                                                             \
    X(ticket, "ticket", TICKET, "",                                                                \
      "Where tickets are looked up that the policy has looked up: {\"url\": "                      \
      "\"https://tickets.example.com/api/{ticket}\", \"secret_file\": (what goes into "            \
      "Authorization after Bearer; optional), \"state\": (the member of its JSON answer that "     \
      "says "                                                                                      \
      "the state, `state` unless it is another, as `result.state`), \"open\": [\"open\"] (the "    \
      "states in which a ticket counts)}. 404 is: there is no such ticket.")                       \
    X(anonymous_per_minute, "limits.anonymous_per_minute", NUMBER, "20",                           \
      "Calls a minute from one address without a session; pages and their files do not count.")    \
    X(sign_ins_per_minute, "limits.sign_ins_per_minute", NUMBER, "10",                             \
      "Sign-ins a minute from one address.")                                                       \
    X(calls_per_second, "limits.calls_per_second", NUMBER, "50",                                   \
      "Calls a second from everybody together.")                                                   \
    X(requests_per_hour, "limits.requests_per_hour", NUMBER, "5",                                  \
      "Requests one person may submit in an hour.")                                                \
    X(decisions_per_hour, "limits.decisions_per_hour", NUMBER, "30",                               \
      "Decisions one person may take in an hour.")                                                 \
    X(exports_per_day, "limits.exports_per_day", NUMBER, "10",                                     \
      "Exports of the history one person may make in a day.")                                      \
    X(session_idle, "limits.session_idle", SPAN, "\"PT15M\"", "A session ends when idle so long.") \
    X(session_longest, "limits.session_longest", SPAN, "\"PT8H\"", "A session ends in any case.")  \
    X(special_role_sign_in, "limits.special_role_sign_in", SPAN, "\"PT1H\"",                       \
      "How old the sign-in of an auditor or administrator may be.")                                \
    X(check_within, "limits.check_within", SPAN, "\"PT10M\"",                                      \
      "How long evidence that nobody answers for is waited for.")                                  \
    X(connections, "limits.connections", NUMBER, "1024", "Connections at once.")                   \
    X(request_deadline, "limits.request_deadline", SPAN, "\"PT30S\"",                              \
      "How long one HTTP request may take, from its first byte to its last; waiting for "          \
      "Microsoft "                                                                                 \
      "does not count.")                                                                           \
    X(audit_origin, "audit.origin", TEXT, "",                                                      \
      "Name of the audit log in its checkpoints; without it the host of `public_url`.")

struct settings {
    struct arena *arena;
#define X(member, key, kind, fallback, meaning) TYPE_##kind member;
    SETTINGS(X)
#undef X
};

/* Reads the file strictly; FAIL_INVALID with every mistake in `complaints`. Relative paths start at
 * the file's folder. */
enum fail settings_read(const char *path, struct settings **ret, struct complaints *complaints,
                        struct reason *why);
void settings_free(struct settings *settings);
SCOPED(settings)

/* The reference as a Markdown table: what `curfew settings` prints and the README holds. */
void settings_print(struct text *out);
