#include "web/baggage.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAGGAGE_MOST = 1024 };

const char *baggage_seal(const struct visit *visit, const struct baggage *baggage)
{
    json_auto_t *packed = memory_needed(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:b, s:I}", "state", baggage->state, "nonce", baggage->nonce,
        "verifier", baggage->verifier, "purpose", baggage->purpose, "session", baggage->session,
        "fresh", baggage->fresh, "ends_at", (json_int_t)baggage->ends_at));
    char *text = json_compact(packed);
    char *sealed = arena_take(visit->arena, seal_size(strlen(text)), 1);
    seal_close(keys_seal(visit->access->keys), "sign-in", text, strlen(text), sealed);
    free(text);
    return sealed;
}

bool baggage_open(struct visit *visit, struct baggage *baggage)
{
    char text[BAGGAGE_MOST];
    size_t length;
    const char *sealed = NULL;
    json_auto_t *packed = NULL;
    if (!visit_cookie(visit, "__Host-curfew-login", &sealed, &visit->why) || !sealed ||
        !seal_open(keys_seal(visit->access->keys), "sign-in", sealed, sizeof text, text, &length) ||
        json_read(text, length, &packed, NULL, &visit->why))
        return false;
    const char *state = json_member_text(packed, "state"),
               *nonce = json_member_text(packed, "nonce");
    const char *verifier = json_member_text(packed, "verifier"),
               *purpose = json_member_text(packed, "purpose");
    const char *session = json_member_text(packed, "session");
    if (!state || !nonce || !verifier || !purpose || !session)
        return false;
    (void)snprintf(baggage->state, sizeof baggage->state, "%s", state);
    (void)snprintf(baggage->nonce, sizeof baggage->nonce, "%s", nonce);
    (void)snprintf(baggage->verifier, sizeof baggage->verifier, "%s", verifier);
    (void)snprintf(baggage->purpose, sizeof baggage->purpose, "%s", purpose);
    (void)snprintf(baggage->session, sizeof baggage->session, "%s", session);
    baggage->fresh = json_is_true(json_object_get(packed, "fresh"));
    baggage->ends_at = json_member_number(packed, "ends_at", 0);
    return true;
}
