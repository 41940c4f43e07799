#include "web/route.h"

#include "base/scoped.h"
#include "web/handlers.h"

#define KIB     1024
#define ANY     NULL
#define PAGES   "cursor limit"
#define FILTERS " from to actor subject role action request"

/* clang-format off */
const struct route routes[] = {
    /*             path                              who may call            body      query members                            handler */
    { METHOD_GET,  "/healthz",                       ANYONE,    KIND_OPS,  0,        ANY,                                     get_health },
    { METHOD_GET,  "/readyz",                        ANYONE,    KIND_OPS,  0,        ANY,                                     get_ready },
    { METHOD_GET,  "/metrics",                       METRICS,   KIND_OPS,  0,        ANY,                                     get_metrics },

    { METHOD_GET,  "/auth/sign-in",                  ANYONE,    KIND_AUTH, 0,        "purpose",                               get_sign_in },
    { METHOD_GET,  "/auth/callback",                 ANYONE,    KIND_AUTH, 0,        ANY,                                     get_callback },
    { METHOD_POST, "/auth/sign-out",                 SIGNED_IN, KIND_AUTH, 1 * KIB,  "",                                      post_sign_out },

    { METHOD_GET,  "/api/v1/openapi.json",           ANYONE,    KIND_API,  0,        "",                                      get_openapi },
    { METHOD_GET,  "/api/v1/me",                     SIGNED_IN, KIND_API,  0,        "",                                      get_me },
    { METHOD_GET,  "/api/v1/roles",                  SIGNED_IN, KIND_API,  0,        "",                                      get_roles },
    { METHOD_GET,  "/api/v1/links/{token}",          SIGNED_IN, KIND_API,  0,        "",                                      get_link },
    { METHOD_POST, "/api/v1/requests",               SIGNED_IN, KIND_API,  16 * KIB, "dry_run",                               post_request },
    { METHOD_GET,  "/api/v1/requests",               SIGNED_IN, KIND_API,  0,        PAGES " mine approvable reviewable state role", get_requests },
    { METHOD_GET,  "/api/v1/requests/{id}",          SIGNED_IN, KIND_API,  0,        "",                                      get_request },
    { METHOD_POST, "/api/v1/requests/{id}/cancel",   SIGNED_IN, KIND_API,  1 * KIB,  "",                                      post_cancel },
    { METHOD_POST, "/api/v1/requests/{id}/decision", SIGNED_IN, KIND_API,  8 * KIB,  "",                                      post_decision },
    { METHOD_POST, "/api/v1/requests/{id}/review",   SIGNED_IN, KIND_API,  8 * KIB,  "",                                      post_review },
    { METHOD_GET,  "/api/v1/grants",                 SIGNED_IN, KIND_API,  0,        PAGES " active everybody",               get_grants },
    { METHOD_POST, "/api/v1/grants/{id}/activate",   SIGNED_IN, KIND_API,  1 * KIB,  "",                                      post_activate },
    { METHOD_POST, "/api/v1/grants/{id}/extend",     SIGNED_IN, KIND_API,  16 * KIB, "dry_run",                               post_extend },
    { METHOD_POST, "/api/v1/grants/{id}/release",    SIGNED_IN, KIND_API,  1 * KIB,  "",                                      post_release },
    { METHOD_POST, "/api/v1/grants/{id}/revoke",     SIGNED_IN, KIND_API,  8 * KIB,  "",                                      post_revoke },
    { METHOD_GET,  "/api/v1/delegations",            SIGNED_IN, KIND_API,  0,        PAGES,                                   get_delegations },
    { METHOD_POST, "/api/v1/delegations",            SIGNED_IN, KIND_API,  8 * KIB,  "",                                      post_delegation },
    { METHOD_POST, "/api/v1/delegations/{id}/end",   SIGNED_IN, KIND_API,  1 * KIB,  "",                                      post_delegation_end },
    { METHOD_GET,  "/api/v1/audit",                  AUDITOR,   KIND_API,  0,        PAGES FILTERS,                           get_audit },
    { METHOD_GET,  "/api/v1/audit/export",           AUDITOR,   KIND_API,  0,        FILTERS " format",                       get_export },
    { METHOD_GET,  "/api/v1/audit/checkpoint",       AUDITOR,   KIND_API,  0,        "",                                      get_checkpoint },
    { METHOD_GET,  "/api/v1/audit/proof/{seq}",      AUDITOR,   KIND_API,  0,        "",                                      get_proof },
    { METHOD_GET,  "/api/v1/watch",                  OVERSEER,  KIND_API,  0,        "",                                      get_watch },

    { METHOD_GET,  "/",                              ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/access",                        ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/decide",                        ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/requests/{id}",                 ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/history",                       ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/watch",                         ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/l/{token}",                     ANYONE,    KIND_PAGE, 0,        ANY,                                     get_shell },
    { METHOD_GET,  "/assets/{name}",                 ANYONE,    KIND_PAGE, 0,        ANY,                                     get_asset },
    { METHOD_GET,  "/favicon.ico",                   ANYONE,    KIND_PAGE, 0,        ANY,                                     get_asset },
};
/* clang-format on */
const size_t route_count = COUNT(routes);
