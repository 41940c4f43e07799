#include "web/visit.h"

#include "access/in_force.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "store/people.h"
#include "web/guard.h"
#include "web/replay.h"
#include "web/route.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *visit_header(const struct visit *visit, const char *name)
{
    for (size_t i = 0; i < visit->header_count; i++)
        if (text_equals_ignoring_case(visit->headers[i].name, name))
            return visit->headers[i].value;
    return NULL;
}

const char *visit_query(const struct visit *visit, const char *name)
{
    for (size_t i = 0; i < visit->query_count; i++)
        if (text_equals(visit->query[i].name, name))
            return visit->query[i].value ? visit->query[i].value : "";
    return NULL;
}

bool visit_cookie(const struct visit *visit, const char *name, const char **value,
                  struct reason *why)
{
    const char *at = visit_header(visit, "Cookie");
    size_t length = strlen(name);
    const char *found = NULL;
    while (at && *at) {
        at += strspn(at, " ;");
        size_t pair = strcspn(at, ";");
        if (pair > length && strncmp(at, name, length) == 0 && at[length] == '=') {
            if (found) {
                (void)because(why, FAIL_INVALID, "cookie %s is there twice", name);
                return false;
            }
            found = arena_copy_bytes(visit->arena, at + length + 1, pair - length - 1);
        }
        at += pair;
    }
    *value = found;
    return true;
}

enum next visit_json(struct visit *visit, int status, json_t *body)
{
    reply_json(&visit->reply, visit->arena, status, body);
    json_decref(body);
    return NEXT_REPLY;
}

enum next visit_text(struct visit *visit, int status, const char *json, size_t length)
{
    visit->reply.status = status;
    visit->reply.type = "application/json";
    visit->reply.body = json;
    visit->reply.length = length;
    return NEXT_REPLY;
}

enum next visit_fail(struct visit *visit, enum fail fail)
{
    if (fail == FAIL_UNAVAILABLE && visit->access->safe_mode)
        return visit_refuse(visit, fail, "Safe mode: %s. Nothing is granted.",
                            visit->access->safe_why);
    const struct complaints *complaints = visit->complaints.count ? &visit->complaints : NULL;
    reply_problem(&visit->reply, visit->arena, fail, fail_status(fail), NULL, complaints,
                  visit->id);
    if (fail == FAIL_METHOD)
        reply_header(&visit->reply, "Allow", route_allows(visit->path));
    if (fail == FAIL_TOO_MANY) /* quotas of an hour and more slide: a bit comes back soon */
        reply_header(&visit->reply, "Retry-After", "600");
    return NEXT_REPLY;
}

enum next visit_refuse(struct visit *visit, enum fail fail, const char *detail, ...)
{
    char says[400];
    va_list values;
    va_start(values, detail);
    (void)vsnprintf(says, sizeof says, detail, values);
    va_end(values);
    (void)because(&visit->why, fail, "%.200s", says);
    const struct complaints *complaints = visit->complaints.count ? &visit->complaints : NULL;
    reply_problem(&visit->reply, visit->arena, fail, fail_status(fail), says, complaints,
                  visit->id);
    return NEXT_REPLY;
}

enum next visit_go(struct visit *visit, const char *location)
{
    visit->reply.status = 302;
    reply_header(&visit->reply, "Location", location);
    return NEXT_REPLY;
}

bool visit_takes_nothing(struct visit *visit)
{
    if (!visit->json)
        return true;
    struct form form = form_open(visit->json, "", &visit->complaints);
    form_end(&form);
    if (visit->complaints.count)
        (void)visit_fail(visit, FAIL_INVALID);
    return visit->complaints.count == 0;
}

struct store *visit_store(struct visit *visit)
{
    if (visit->store)
        return visit->store;
    if (stores_borrow(visit->access->stores, &visit->store, &visit->why) != FAIL_NONE) {
        (void)visit_fail(visit, FAIL_UNAVAILABLE);
        return NULL;
    }
    return visit->store;
}

static void give_back(struct visit *visit)
{
    stores_return(visit->access->stores, visit->store);
    visit->store = NULL;
}

/* On the writer's thread: a repeated POST gets its first answer again, and the answer of a new one
 * is kept with its change. */
static enum fail apply_change(struct turn *turn, void *data, struct reason *why)
{
    struct visit *visit = data;
    bool replayed = false;
    enum fail fail = replay_again(visit, turn, &replayed, why);
    if (fail || replayed)
        return fail;
    fail = visit->apply(turn, visit->apply_data, why);
    return fail ? fail : replay_keep(visit, turn, why);
}

static void change_done(void *context, enum fail fail, const struct reason *why)
{
    struct visit *visit = context;
    visit->fail = fail;
    if (fail)
        visit->why = *why;
    visit->resume(visit);
}

static void inquiry_done(void *data)
{
    struct visit *visit = data;
    visit->resume(visit);
}

static enum pace inquiry_step(struct task *task, void *data)
{
    struct visit *visit = data;
    return visit->step(task, visit->apply_data);
}

enum next visit_change(struct visit *visit,
                       enum fail (*apply)(struct turn *turn, void *data, struct reason *why),
                       void *data, enum fail (*compose)(struct visit *visit, struct store *store),
                       handler *then)
{
    if (visit->is_head)
        return visit_fail(visit, FAIL_METHOD);
    visit->begun = BEGUN_CHANGE;
    visit->apply = apply;
    visit->apply_data = data;
    visit->compose = compose;
    visit->then = then;
    visit->act = (struct act){.access = visit->access,
                              .apply = apply_change,
                              .data = visit,
                              .done = change_done,
                              .context = visit};
    if (visit->caller)
        visit->act.actor =
            (struct actor){.kind = ACTOR_PERSON, .person = visit->caller->person.key};
    return NEXT_WAIT;
}

enum next visit_inquire(struct visit *visit, enum pace (*step)(struct task *task, void *data),
                        void *data, handler *then)
{
    visit->begun = BEGUN_INQUIRY;
    visit->step = step;
    visit->apply_data = data;
    visit->then = then;
    visit->inquiry = (struct inquiry){
        .step = inquiry_step, .done = inquiry_done, .data = visit, .access = visit->access};
    return NEXT_WAIT;
}

void visit_begin(struct visit *visit)
{
    give_back(visit); /* never hold a connection while waiting */
    if (visit->begun == BEGUN_CHANGE)
        act_put(&visit->act, visit->deadline);
    else
        worker_inquire(visit->access->worker, &visit->inquiry);
}

static enum next composed(struct visit *visit)
{
    struct store *store = visit_store(visit);
    if (!store)
        return NEXT_REPLY;
    enum fail fail = visit->compose(visit, store);
    return fail ? visit_fail(visit, fail) : NEXT_REPLY;
}

enum next web_go_on(struct visit *visit)
{
    enum next next;
    bool change = visit->begun == BEGUN_CHANGE;
    if (visit->begun == BEGUN_INQUIRY && visit->inquiry.lost)
        return visit_fail(visit, FAIL_UNAVAILABLE);
    visit->begun = BEGUN_NOTHING;
    if (change && visit->fail)
        visit->reply = (struct reply){0}; /* what was made inside the change is not true */
    if (change && !visit->fail && (visit->compose || visit->reply.status))
        next = visit->reply.status ? NEXT_REPLY : composed(visit);
    else if (visit->then)
        next = visit->then(visit);
    else
        next = visit_fail(visit, visit->fail);
    give_back(visit);
    return next;
}

enum next web_run(struct visit *visit)
{
    enum next next = NEXT_REPLY;
    visit->complaints.arena = visit->arena;
    visit->route = route_find(visit->method, visit->path, visit->arena, visit->params);
    if (!visit->route)
        next = visit_fail(visit, route_allows(visit->path) ? FAIL_METHOD : FAIL_NOT_FOUND);
    else if (visit->is_head && visit->route->kind == KIND_AUTH)
        next = visit_fail(visit, FAIL_METHOD);
    else if (guard_check(visit) == FAIL_NONE)
        next = visit->route->handler(visit);
    give_back(visit);
    return next;
}

void visit_end(struct visit *visit)
{
    give_back(visit);
    if (visit->free_owned)
        visit->free_owned(visit->owned);
    session_free(visit->session);
    json_decref(visit->json);
    if (visit->reply.stream.free)
        visit->reply.stream.free(visit->reply.stream.context);
    access_end(&visit->own);
}

struct web *web_new(struct access *access, const struct web_options *options)
{
    struct web *web = MEMORY_NEW(struct web);
    web->access = access;
    web->options = *options;
    web->limit = limit_new();
    web->started_at = moment_now();
    return web;
}

void web_free(struct web *web)
{
    if (!web)
        return;
    limit_free(web->limit);
    free(web);
}
