#include "web/reply.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/scoped.h"

#include <stdlib.h>
#include <string.h>

/* No reporting endpoint is named in the policy: every POST of ours needs a session and a token,
 * which reports do not have. */
const struct reply_header reply_fixed_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
     "'none'; "
     "object-src 'none'; require-trusted-types-for 'script'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Permissions-Policy",
     "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
     "idle-detection=(), microphone=(), midi=(), payment=(), serial=(), usb=()"},
    {"Cache-Control", "no-store"},
};
const size_t reply_fixed_header_count = COUNT(reply_fixed_headers);

void reply_header(struct reply *reply, const char *name, const char *value)
{
    if (reply->header_count < REPLY_HEADERS)
        reply->headers[reply->header_count++] = (struct reply_header){name, value};
}

void reply_json(struct reply *reply, struct arena *arena, int status, const json_t *body)
{
    char *text = json_compact(body);
    reply->status = status;
    reply->type = "application/json";
    reply->length = strlen(text);
    reply->body = arena_copy_bytes(arena, text, reply->length);
    free(text);
}

static json_t *tame(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text);
    text_tame(copy);
    return memory_needed(json_string(copy));
}

void reply_problem(struct reply *reply, struct arena *arena, enum fail fail, int status,
                   const char *detail, const struct complaints *complaints, const char *instance)
{
    json_auto_t *problem = memory_needed(
        json_pack("{s:s, s:s, s:i, s:s, s:o, s:s?}", "type", "about:blank", "title",
                  fail_sentence(fail), "status", status, "code", fail_code(fail), "detail",
                  tame(arena, detail ? detail : fail_sentence(fail)), "instance", instance));
    if (complaints && complaints->count) {
        json_t *errors = memory_needed(json_array());
        for (size_t i = 0; i < complaints_kept(complaints); i++)
            (void)json_array_append_new(
                errors, memory_needed(json_pack("{s:o, s:o}", "field",
                                                tame(arena, complaints->list[i].field), "says",
                                                tame(arena, complaints->list[i].says))));
        (void)json_object_set_new(problem, "errors", errors);
    }
    reply_json(reply, arena, status, problem);
    reply->type = "application/problem+json";
}
