/* Ids are types of their own, so that one noun's id cannot be passed for another's. All are ULIDs
 * (base/id.h). */
#pragma once

#include "base/id.h"

struct request_id {
    char text[ID_SIZE];
};

struct grant_id {
    char text[ID_SIZE];
};

/* What the directory holds because of us: one (person, target) with its end. */
struct holding_id {
    char text[ID_SIZE];
};

struct intent_id {
    char text[ID_SIZE];
};

struct message_id {
    char text[ID_SIZE];
};

/* What the last look at something live found wrong with it. */
struct doubt_id {
    char text[ID_SIZE];
};

/* A target of the catalogue that is watched in the directory. */
struct watch_id {
    char text[ID_SIZE];
};

/* Something in the directory that nothing explains. */
struct finding_id {
    char text[ID_SIZE];
};

/* An approver naming somebody to decide in their place. */
struct delegation_id {
    char text[ID_SIZE];
};
