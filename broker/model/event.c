#include "model/event.h"

#include "base/scoped.h"
#include "base/text.h"

static const char *const codes[] = {
#define X(name, text) [EVENT_##name] = text,
    EVENTS(X)
#undef X
};

static const char *const actor_kinds[] = {
    [ACTOR_CURFEW] = "curfew",
    [ACTOR_PERSON] = "person",
    [ACTOR_OPERATOR] = "operator",
};

const char *event_code_text(enum event_code code)
{
    return codes[code];
}

bool event_code_read(const char *text, enum event_code *code)
{
    for (unsigned i = 0; i < COUNT(codes); i++) {
        if (text_equals(text, codes[i])) {
            *code = (enum event_code)i;
            return true;
        }
    }
    return false;
}

const char *actor_kind_text(enum actor_kind kind)
{
    return actor_kinds[kind];
}
