#include "web/made.h"

#include "base/json.h"
#include "base/moment.h"
#include "base/network.h"

#include <string.h>

static void allow(struct networks *networks, const char *text)
{
    ck_assert(network_read(text, &networks->list[networks->count++]));
}

void made_visit(struct made *made, enum method method, const char *path)
{
    struct network from;
    struct web_options options = {.public_url = "https://curfew.example",
                                  .anonymous_per_minute = 100000,
                                  .sign_ins_per_minute = 100000,
                                  .calls_per_second = 100000,
                                  .deadline_ms = 30000};
    allow(&options.proxies, "192.0.2.9");
    allow(&options.metrics_from, "127.0.0.0/8");
    memset(made, 0, sizeof *made);
    made->web = web_new(&made->access, &options);
    made->visit = (struct visit){.web = made->web,
                                 .access = &made->access,
                                 .arena = arena_new(),
                                 .method = method,
                                 .path = path,
                                 .now = 1000000,
                                 .id = "01JD0000000000000000000000"};
    made->visit.complaints.arena = made->visit.arena;
    ck_assert(network_read("192.0.2.1", &from));
    memcpy(made->visit.address, from.address, sizeof from.address);
}

void made_header(struct made *made, const char *name, const char *value)
{
    made->visit.headers[made->visit.header_count++] = (struct header){name, value};
}

void made_query(struct made *made, const char *name, const char *value)
{
    made->visit.query[made->visit.query_count++] = (struct header){name, value};
}

int made_run(struct made *made)
{
    made->visit.reply = (struct reply){0};
    ck_assert_int_eq(web_run(&made->visit), NEXT_REPLY);
    return made->visit.reply.status;
}

const char *made_code(const struct made *made)
{
    static char code[64];
    json_auto_t *problem = json_loads(made->visit.reply.body, 0, NULL);
    ck_assert_ptr_nonnull(problem);
    (void)snprintf(code, sizeof code, "%s", json_member_text(problem, "code"));
    return code;
}

void made_free(struct made *made)
{
    visit_end(&made->visit);
    arena_free(made->visit.arena);
    web_free(made->web);
}
