#include "sandbox/login/sign_ins.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Newest first: what is looked up is nearly always young. */
struct flow_link {
    struct flow flow;
    struct flow_link *next;
};
struct code_link {
    struct code code;
    struct code_link *next;
};
struct session_link {
    struct session session;
    struct session_link *next;
};

struct sign_ins {
    struct arena *arena;
    struct flow_link *flows;
    struct code_link *codes;
    struct session_link *sessions;
    json_t *assertions;
};

struct sign_ins *sign_ins_new(void)
{
    struct sign_ins *sign_ins = MEMORY_NEW(struct sign_ins);
    sign_ins->arena = arena_new();
    sign_ins->assertions = memory_needed(json_object());
    return sign_ins;
}

void sign_ins_free(struct sign_ins *sign_ins)
{
    if (!sign_ins)
        return;
    for (struct flow_link *link = sign_ins->flows; link; link = link->next) {
        json_decref(link->flow.asked.id_contexts);
        json_decref(link->flow.asked.api_contexts);
        json_decref(link->flow.asked.policies);
    }
    json_decref(sign_ins->assertions);
    arena_free(sign_ins->arena);
    free(sign_ins);
}

struct flow *sign_ins_begin(struct sign_ins *sign_ins, const struct asked *asked)
{
    struct arena *arena = sign_ins->arena;
    struct flow_link *link = ARENA_NEW(arena, struct flow_link);
    struct asked *kept = &link->flow.asked;
    *kept = *asked;
    kept->redirect_uri = arena_copy(arena, asked->redirect_uri);
    kept->scope = arena_copy(arena, asked->scope);
    kept->state = arena_copy(arena, asked->state);
    kept->nonce = arena_copy(arena, asked->nonce);
    kept->prompt = arena_copy(arena, asked->prompt);
    kept->login_hint = arena_copy(arena, asked->login_hint);
    kept->challenge = arena_copy(arena, asked->challenge);
    locator_new(link->flow.id);
    link->next = sign_ins->flows;
    sign_ins->flows = link;
    return &link->flow;
}

struct code *sign_ins_code(struct sign_ins *sign_ins, const struct asked *asked,
                           const struct evidence *evidence, int64_t now_ms)
{
    struct code_link *link = ARENA_NEW(sign_ins->arena, struct code_link);
    token_new(link->code.text);
    link->code.asked = *asked; /* of a flow, which lives as long */
    link->code.evidence = *evidence;
    link->code.made_ms = now_ms;
    link->next = sign_ins->codes;
    sign_ins->codes = link;
    return &link->code;
}

struct session *sign_ins_session(struct sign_ins *sign_ins, const struct evidence *evidence)
{
    struct session_link *link = ARENA_NEW(sign_ins->arena, struct session_link);
    token_new(link->session.cookie);
    link->session.evidence = *evidence;
    link->session.evidence.address = arena_copy(sign_ins->arena, evidence->address);
    link->next = sign_ins->sessions;
    sign_ins->sessions = link;
    return &link->session;
}

struct flow *sign_ins_find_flow(struct sign_ins *sign_ins, const char *id)
{
    for (struct flow_link *link = sign_ins->flows; link; link = link->next)
        if (text_equals(link->flow.id, id))
            return &link->flow;
    return NULL;
}

struct code *sign_ins_find_code(struct sign_ins *sign_ins, const char *text)
{
    for (struct code_link *link = sign_ins->codes; link; link = link->next)
        if (text_equals(link->code.text, text))
            return &link->code;
    return NULL;
}

struct session *sign_ins_find_session(struct sign_ins *sign_ins, const char *cookie)
{
    for (struct session_link *link = sign_ins->sessions; link; link = link->next)
        if (text_equals(link->session.cookie, cookie) && !link->session.ended)
            return &link->session;
    return NULL;
}

bool sign_ins_note_assertion(struct sign_ins *sign_ins, const char *client, const char *jti)
{
    const char *name = arena_text(sign_ins->arena, "%s %s", client, jti);
    if (json_object_get(sign_ins->assertions, name))
        return false;
    (void)json_object_set_new(sign_ins->assertions, name, json_true());
    return true;
}
