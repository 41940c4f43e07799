/* What the tenant holds. Plain structs that every other file may read; the files named after them
   change them. Strings live in the tenant's arena until the next reset. */
#pragma once

#include "base/arena.h"
#include "base/form.h"
#include "base/id.h"
#include "base/moment.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct person {
    char id[GUID_SIZE];
    char manager[GUID_SIZE]; /* "" when there is none */
    const char *name, *given_name, *surname, *upn, *mail, *job, *employee_id, *says;
    bool enabled, guest, deleted, mfa_registered;
    bool mailbox;      /* a shared mailbox: nobody signs in as it */
    json_t *app_roles; /* values of roles of the broker's registration */
    const char *risk_level, *risk_state, *risk_detail; /* NULL: never at risk */
    int64_t risk_at_ms, made_ms, sessions_from_ms;
};

struct group {
    char id[GUID_SIZE];
    const char *name, *says;
    bool role_assignable, dynamic, synced, deleted;
    int64_t made_ms, onboarded_ms; /* to PIM; MOMENT_NEVER: not yet */
};

struct device {
    char id[GUID_SIZE], device_id[GUID_SIZE], managed_id[GUID_SIZE], owner[GUID_SIZE];
    const char *name, *system, *system_version;
    bool enabled, managed, deleted;
    const char *compliant; /* in Entra: "true", "false" or "unknown" */
    const char *state;     /* complianceState in Intune; NULL: not enrolled there */
    const char *category;
    int64_t grace_ends, synced_at; /* epoch seconds; 0: sentinel, and now */
};

struct app {
    char id[GUID_SIZE], object_id[GUID_SIZE];
    const char *name, *identifier_uri, *secret;
    json_t *redirect_uris, *app_roles, *permissions, *optional_claims, *mail_from;
    json_t *delegated;     /* permissions in the name of a person, of Graph and of ARM */
    json_t *consent;       /* those of them that an administrator consented to */
    bool signs_assertions; /* with the key that the sandbox makes for it */
    int64_t access_token_version;
    int64_t tokens_from_ms; /* its own tokens that were issued earlier are revoked */
};

struct role {
    char id[GUID_SIZE];
    const char *name, *says;
};

/* A subscription, resource group, … of Azure Resource Manager. */
struct azure_scope {
    const char *path, *name;
    bool locked;
};

/* How many calls of Azure Resource Manager a caller has left at a subscription. */
struct bucket {
    const char *key;
    int64_t left; /* thousandths of a call */
    int64_t at_ms;
};

/* A Conditional Access policy, as far as it is evaluated here. */
struct access_policy {
    char id[GUID_SIZE];
    const char *name, *state, *logic; /* AND or OR */
    const char *context;              /* NULL: it targets applications */
    const char *application;          /* which ones: all, graph or arm */
    bool strength;                    /* asks for phishing-resistant MFA */
    bool every_time;                  /* sign-in frequency */
    json_t *controls, *client_apps, *risk_levels;
    json_t *include_users, *exclude_users, *include_groups, *exclude_groups;
    int64_t made_ms, changed_ms;
};

enum target_kind { TARGET_GROUP, TARGET_ROLE, TARGET_AZURE, TARGET_KINDS };

struct target {
    enum target_kind kind;
    char id[GUID_SIZE];
    const char *part; /* member or owner of a group; the scope of a role, as "/" or ARM's path */
};

/* What an Azure role is limited to beside its scope; NULL when nothing. */
struct condition {
    const char *text, *version;
};

enum manner { ASSIGNED, ACTIVATED, ELIGIBLE, OUTSIDE }; /* OUTSIDE: PIM knows nothing of it */

struct assignment {
    char id[GUID_SIZE], principal[GUID_SIZE];
    char request[GUID_SIZE]; /* what it was made by; "" when nobody asked PIM */
    struct target target;
    enum manner manner;
    struct condition condition; /* of Azure roles only */
    char linked[GUID_SIZE];     /* the eligibility that was activated, of Azure roles */
    const char *by;             /* a client's name, or "somebody else" */
    const char *why_gone;       /* expired, removed, updated, outside, person_deleted */
    int64_t made_ms;            /* known to PIM from here on */
    int64_t starts_ms;          /* in force from here on; MOMENT_NEVER: never provisioned */
    int64_t active_from_ms;     /* the same, or that of the assignment which this one updates */
    int64_t ends_ms;            /* as planned; MOMENT_NEVER: permanent */
    int64_t removal_ms;         /* somebody asked for it to go then; MOMENT_NEVER: nobody did */
    int64_t gone_ms;            /* MOMENT_NEVER while it is there */
    bool delayed;               /* its end came, and something kept it */
};

struct pim_request {
    char id[GUID_SIZE], principal[GUID_SIZE], schedule[GUID_SIZE], made_by[GUID_SIZE];
    struct target target;
    const char *action, *status, *justification, *ticket_number, *ticket_system;
    const char *expiration; /* its type; NULL: without scheduleInfo */
    const char *duration;
    struct condition condition;
    char linked[GUID_SIZE];
    const char *by; /* the client's name */
    int64_t made_ms, completed_ms, starts_ms, ends_ms;
    bool validation_only;
    struct {
        bool needed;
        char id[GUID_SIZE]; /* of its only step or stage */
        char by[GUID_SIZE];
        const char *result, *justification; /* Approve, Deny; NULL: not yet */
        int64_t at_ms;
    } approval;
};

struct pim_policy {
    char id[GUID_SIZE]; /* the part of its id that is its own */
    struct target target;
    json_t *rules;
    int64_t changed_ms;
};

struct log_entry {
    int64_t at_ms;
    json_t *shown; /* as Graph shows it */
};

#define TENANT_LISTS(X)                                                                            \
    X(person, persons)                                                                             \
    X(group, groups)                                                                               \
    X(device, devices)                                                                             \
    X(app, apps)                                                                                   \
    X(role, roles)                                                                                 \
    X(role, azure_roles)                                                                           \
    X(azure_scope, azure_scopes)                                                                   \
    X(bucket, buckets)                                                                             \
    X(access_policy, access_policies)                                                              \
    X(assignment, assignments)                                                                     \
    X(pim_request, requests)                                                                       \
    X(pim_policy, policies)                                                                        \
    X(log_entry, audits)                                                                           \
    X(log_entry, sign_ins)

struct tenant {
    struct arena *arena;
    char id[GUID_SIZE];
    const char *name, *domain;
#define X(type, name)                                                                              \
    struct type **name;                                                                            \
    size_t name##_count;
    TENANT_LISTS(X)
#undef X
    json_t *contexts, *mails; /* as Graph shows them */
};
