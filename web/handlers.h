/* All handlers, by the file that has them. Each answers one route of routes.c; what it may be
 * called with stands there. */
#pragma once

#include "web/visit.h"

/* api_ops.c */
handler get_health, get_ready, get_metrics;
/* api_auth.c */
handler get_sign_in, get_callback, post_sign_out;
/* api_people.c */
handler get_me, get_roles, get_link;
/* api_requests.c */
handler post_request, get_requests, get_request, post_cancel, post_decision, post_extend;
/* api_reviews.c */
handler post_review;
/* api_grants.c */
handler get_grants, post_activate, post_release, post_revoke;
/* api_delegations.c */
handler get_delegations, post_delegation, post_delegation_end;
/* api_audit.c */
handler get_audit, get_export, get_checkpoint, get_proof;
/* api_watch.c */
handler get_watch;
/* pages.c */
handler get_shell, get_asset, get_openapi;
