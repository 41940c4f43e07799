/* All parts of Curfew, put together from the settings: the order in which they are made is the
 * order of the members. */
#pragma once

#include "access/access.h"
#include "notify/notify.h"
#include "settings.h"
#include "web/server.h"

struct parts {
    const struct settings *settings;
    struct bearer bearer;
    struct identity *directory_identity; /* NULL: that of the sign-in serves both */
    struct access access;
    struct web *web;
    struct server *server;
    struct reason safe_why;
    struct ledger_listener listener;
    bool fresh; /* the store is new */
};

/* What use cases go by, from the settings. */
void parts_options(struct parts *parts);
/* What changes things: store, keys, ledger and writer. */
enum fail parts_store(struct parts *parts, struct reason *why);
/* What talks to Microsoft: loop, identity and directory. */
enum fail parts_microsoft(struct parts *parts, struct reason *why);
/* The same, with everything that uses it, and the worker. */
enum fail parts_outside(struct parts *parts, struct reason *why);
/* The scope of tokens for Graph. */
const char *parts_graph_scope(const struct settings *settings);
/* Whether the cloud has Identity Protection at all: where not, a rule that looks at somebody's risk
   lets nobody in. */
bool parts_cloud_knows_risk(const struct settings *settings);
/* Whether a rule looks at Entra's log of sign-ins, which is up to a quarter of an hour behind, and
   evidence is not waited for that long: who just signed in may then be refused. */
bool parts_waits_too_little(const struct settings *settings, const struct required *required);
/* Everything, in the opposite order; safe at any point. */
void parts_free(struct parts *parts);
