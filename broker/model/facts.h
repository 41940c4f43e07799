/* What was found out from outside, each with when and from where. Texts live as long as whoever
 * gives the fact says. */
#pragma once

#include "model/person.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every fact begins with. An unknown one says why; nothing else of it may then be used. */
struct reading {
    bool known;
    int64_t at;      /* when it was read, by our clock */
    const char *why; /* of an unknown one: in words, for the log */
};

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

/* From the tokens of one sign-in, and only from them (design 7). */
struct sign_in {
    int64_t at;        /* when its code was redeemed */
    bool fresh;        /* Curfew began this flow with prompt=login */
    int64_t auth_time; /* -1: the token did not say */
    size_t context_count, method_count;
    const char **contexts; /* acrs */
    const char **methods;  /* amr */
    const char *device_id; /* NULL: none came */
};

struct account {
    struct reading reading;
    bool exists;
    enum tri enabled;
    const char *oid, *name, *mail, *employee_id;
    int64_t sessions_from; /* sign-in sessions that began before it are over; -1: not said */
};

/* A person's manager in Entra. */
struct manager {
    struct reading reading;
    bool exists;
    const char *oid; /* lower-case */
};

/* Which of the groups that matter the person is in, through nested groups too; lower-case GUIDs. */
struct memberships {
    struct reading reading;
    size_t count;
    const char **groups;
};

/* The users of a group, through nested groups too. */
struct members {
    struct reading reading;
    size_t count;
    struct person *people;
};

enum risk_level { RISK_NONE, RISK_LOW, RISK_MEDIUM, RISK_HIGH, RISK_HIDDEN };

struct risky_user {
    const char *oid;
    enum risk_level level; /* RISK_HIDDEN: hidden, or a word never seen */
    bool compromised;      /* confirmed by an administrator */
};

/* Everybody in the tenant who is at risk now; who is not in it is not (contract 20). */
struct risks {
    struct reading reading;
    size_t count;
    struct risky_user *users;
};

/* The device object in Entra. */
struct device {
    struct reading reading;
    bool exists;
    enum tri enabled, compliant, managed;
    const char *object_id, *name;
};

struct managed_device {
    const char *user_id, *name, *category;
    const char *compliance, *management; /* Intune's own words */
    bool jail_broken;                    /* Intune says so */
    int64_t synced_at;                   /* when it last heard of the device; 0: not said */
    int64_t grace_until; /* when what is amiss begins to count; 0: there is no such moment */
};

/* The devices that Intune manages under one Entra device id (contract 9.5, filtered again by us).
 */
struct managed_devices {
    struct reading reading;
    size_t count;
    struct managed_device *devices;
};

/* An entry of the sign-in log. */
struct logged_sign_in {
    int64_t at;
    int64_t error;         /* AADSTS code; 0: it worked */
    const char *app_id;    /* lower-case, or NULL */
    const char *client;    /* clientAppUsed, or NULL */
    const char *device_id; /* lower-case, or NULL: not said */
    enum risk_level risk;  /* RISK_HIDDEN: hidden, or a word never seen */
    bool settled;          /* the risk was remediated, dismissed or confirmed safe */
    bool compromised;      /* confirmed by an administrator */
};

/* Somebody's sign-ins from a moment on, as far as the log has caught up: that takes minutes. */
struct sign_in_log {
    struct reading reading;
    size_t count;
    struct logged_sign_in *entries;
};

/* Which methods somebody has registered: what they could sign in with, and no proof of anything. */
struct registration_details {
    struct reading reading;
    bool exists; /* the report knows them */
    bool mfa;    /* they have a method that counts as a second factor */
};

/* What the ticket system says of one ticket. */
struct ticket {
    struct reading reading;
    bool exists, open;
    const char *state; /* in its own word; of one that exists */
};

enum proof { PROOF_MFA = 1, PROOF_PHISHING_RESISTANT = 2, PROOF_COMPLIANT_DEVICE = 4 };

/* What an operator says each context proves (setting `entra.contexts`). */
struct context_claim {
    const char *context;
    unsigned proves; /* of enum proof */
};

/* One Conditional Access policy that targets an authentication context. */
struct context_policy {
    const char *context; /* "c1" */
    const char *name;
    const char *state;     /* "enabled", "disabled", "enabledForReportingButNotEnforced" */
    unsigned proves;       /* of enum proof: what its grant controls demand together */
    bool everybody;        /* users: All */
    bool other_exclusions; /* excludes roles, guests or something that is not looked up here */
    size_t user_count, group_count, excluded_user_count, excluded_group_count;
    const char **users, **groups, **excluded_users, **excluded_groups;
};

struct contexts {
    struct reading reading;
    size_t count;
    struct context_policy *policies;
};

/* The rules of PIM for assignments that an administrator or an application makes (contract 7). */
struct admin_rules {
    struct reading reading;
    bool exists;
    bool end_required, mfa_required;
    int64_t longest_seconds; /* INT64_MAX: no limit */
};

/* The rules of PIM for what people activate themselves. */
struct self_rules {
    struct reading reading;
    bool exists;
    bool mfa_required, approval_required;
    bool nobody_approves;    /* in some stage, as far as the rule names somebody */
    const char *context;     /* that the person's token must carry; NULL: none */
    int64_t longest_seconds; /* INT64_MAX: no limit */
};

/* Who may activate a target now: persons, and groups for whoever is in them. */
struct eligible {
    const char *principal; /* object id, lower-case */
    bool direct;    /* not through a group, of which PIM lists the members for some targets */
    int64_t end_at; /* INT64_MAX: for good */
    /* Of a role of Azure only, where an activation has to name them: */
    const char *schedule;                      /* a GUID */
    const char *scope;                         /* that of the target or one above it */
    const char *condition, *condition_version; /* NULL: none */
};

struct eligibles {
    struct reading reading;
    size_t count;
    struct eligible *list;
};

/* What somebody asked PIM for themselves. */
struct pim_request {
    const char *id, *status; /* its own words */
    const char *approval;    /* id of the approval it waits for, or waited for; NULL: none */
    int64_t end_at;          /* INT64_MAX: it names none */
};

struct pim_requests {
    struct reading reading;
    size_t count;
    struct pim_request *list;
};

/* An approval in PIM, as whoever asks sees it. */
struct pim_approval {
    struct reading reading;
    bool exists;        /* for them */
    const char *step;   /* open, and theirs to decide; NULL: none is */
    const char *result; /* of a step that was decided: "Approve" or "Deny"; NULL: none was */
};

/* A group itself. */
struct group {
    struct reading reading;
    bool exists, dynamic, synced, role_assignable;
    const char *name;
};

/* Whoever holds a target now through PIM: people, groups and applications. */
struct holder {
    const char *id;
    bool activated; /* by selfActivate; otherwise assigned */
    bool direct;    /* not through a group */
    int64_t end_at; /* INT64_MAX: permanent */
};

struct holders {
    struct reading reading;
    size_t count;
    struct holder *list;
};

/* Who holds a target directly by Entra's own list, whether PIM knows of it or not. It lags behind
   PIM's. */
struct standing {
    struct reading reading;
    size_t count;
    const char **ids; /* of people, groups and applications; lower-case */
};

/* An assignment in force now. */
struct instance {
    bool activated; /* by selfActivate; otherwise assigned */
    bool direct;    /* not through a group */
    int64_t start_at;
    int64_t end_at; /* INT64_MAX: permanent */
};

struct instances {
    struct reading reading;
    size_t count;
    struct instance *list;
};
