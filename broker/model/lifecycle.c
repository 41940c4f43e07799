#include "model/lifecycle.h"

#include "base/scoped.h"
#include "base/text.h"

#include <stddef.h>

static const char *const request_texts[] = {
#define X(name, text) [REQUEST_##name] = text,
    REQUEST_STATES(X)
#undef X
};

static const char *const grant_texts[] = {
#define X(name, text) [GRANT_##name] = text,
    GRANT_STATES(X)
#undef X
};

#define TO(state) (1u << (state))

/* What each state may become. */
static const unsigned request_moves[REQUEST_STATE_COUNT] = {
    [REQUEST_CHECKING] =
        TO(REQUEST_PENDING) | TO(REQUEST_APPROVED) | TO(REQUEST_REFUSED) | TO(REQUEST_CANCELLED),
    [REQUEST_PENDING] = TO(REQUEST_APPROVED) | TO(REQUEST_DENIED) | TO(REQUEST_CANCELLED) |
                        TO(REQUEST_LAPSED) | TO(REQUEST_REFUSED),
};

static const unsigned grant_moves[GRANT_STATE_COUNT] = {
    [GRANT_WAITING] = TO(GRANT_ACTIVATING) | TO(GRANT_LAPSED) | TO(GRANT_FAILED) | TO(GRANT_ENDED),
    [GRANT_ACTIVATING] = TO(GRANT_ACTIVE) | TO(GRANT_WAITING) | TO(GRANT_FAILED) | TO(GRANT_ENDING),
    [GRANT_ACTIVE] = TO(GRANT_ENDING) | TO(GRANT_ENDED),
    [GRANT_ENDING] = TO(GRANT_ENDED),
};

static bool find(const char *text, size_t count, const char *const texts[], unsigned *index)
{
    for (unsigned i = 0; i < count; i++) {
        if (text_equals(text, texts[i])) {
            *index = i;
            return true;
        }
    }
    return false;
}

const char *request_state_text(enum request_state state)
{
    return request_texts[state];
}

bool request_state_read(const char *text, enum request_state *state)
{
    unsigned index;
    if (!find(text, COUNT(request_texts), request_texts, &index))
        return false;
    *state = (enum request_state)index;
    return true;
}

bool request_may_become(enum request_state from, enum request_state to)
{
    return request_moves[from] & TO(to);
}

bool request_is_over(enum request_state state)
{
    return !request_moves[state];
}

const char *grant_state_text(enum grant_state state)
{
    return grant_texts[state];
}

bool grant_state_read(const char *text, enum grant_state *state)
{
    unsigned index;
    if (!find(text, COUNT(grant_texts), grant_texts, &index))
        return false;
    *state = (enum grant_state)index;
    return true;
}

bool grant_may_become(enum grant_state from, enum grant_state to)
{
    return grant_moves[from] & TO(to);
}

bool grant_is_over(enum grant_state state)
{
    return !grant_moves[state];
}
