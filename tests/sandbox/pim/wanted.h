/* What the body of a schedule request asks for. */
#pragma once

#include "sandbox/pim/pim.h"

enum action {
    ADMIN_ASSIGN,
    ADMIN_UPDATE,
    ADMIN_REMOVE,
    SELF_ACTIVATE,
    SELF_DEACTIVATE,
    OTHER_ACTION
};
enum expiration { NO_EXPIRATION, AFTER_DATE_TIME, AFTER_DURATION, NOT_SPECIFIED };

extern const char *const action_names[];
extern const char *const expiration_names[];

struct wanted {
    enum action action;
    const char *action_text; /* in lower camel case */
    char principal[GUID_SIZE];
    struct target target;
    bool validation_only, scheduled; /* `scheduled`: there is a scheduleInfo */
    enum expiration expiration;
    int64_t starts_ms, ends_ms; /* a start in the past is now; MOMENT_NEVER: no end */
    const char *duration;       /* as it was written */
    const char *justification, *ticket_number, *ticket_system;
    const char *name; /* the id that the client chose, of Azure roles */
    char linked[GUID_SIZE];
    struct condition condition;
};

/* Parts of a body that Graph and ARM write alike. */
void wanted_read_schedule(struct form *form, int64_t now_ms, struct wanted *wanted);
void wanted_read_ticket(struct form *form, struct wanted *wanted);

bool wanted_is_removal(const struct wanted *wanted);
bool wanted_is_self(const struct wanted *wanted);
/* What the parts of the schedule mean together; false with an answer. */
bool wanted_check_schedule(struct exchange *exchange, struct wanted *wanted);
/* False with an answer when the body is malformed. */
bool wanted_read(struct exchange *exchange, enum target_kind kind, const json_t *body,
                 struct wanted *wanted);
