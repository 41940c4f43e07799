/* What a file of given facts holds: what given.c reads and given_facts.c answers. */
#pragma once

#include "access/given.h"

enum given_ticket { TICKET_UNSAID, TICKET_OPEN, TICKET_CLOSED, TICKET_NONE };

/* Who is in the groups of one set. */
struct given_set {
    const struct people *people;
    size_t count;
    struct person *list;
};

struct given {
    struct arena *arena;
    int64_t now;
    struct person person, manager;
    bool enabled, has_manager;
    size_t group_count, set_count, claim_count, had_count, held_count;
    const char **had, **held;
    const char **groups;
    struct given_set *sets;
    struct context_claim *claims;
    bool has_sign_in, has_device, risk_known, compromised;
    struct sign_in sign_in;
    enum risk_level risk;
    const char *client; /* what they signed in with; NULL: it is not said */
    bool signs_in_at_risk, registered, compliant, managed;
    enum risk_level sign_in_risk;
    const char *device_name, *category;
    size_t device_group_count;
    const char **device_groups;
    int64_t synced_at;
    int ticket; /* of enum given_ticket */
    const struct policy *policy;
};
