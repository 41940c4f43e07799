#include "directory/fake_graph.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "directory/fixture.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { REQUESTS = 128 };

struct graph {
    struct server *server;
    pthread_mutex_t lock;
    size_t count;
    const struct saying *sayings;
    bool said[REQUESTS];
    size_t asked;
    char *requests[REQUESTS];
    struct arena *arena;
};

static void add_replaced(struct text *to, const char *text, const char *graph)
{
    for (const char *at = text; *at;) {
        if (text_starts_with(at, "{graph}")) {
            text_add(to, graph);
            at += strlen("{graph}");
        } else {
            text_add_char(to, *at == '\'' ? '"' : *at);
            at++;
        }
    }
}

/* Notes the request and finds its answer. */
static const struct saying *find(struct graph *graph, const char *request)
{
    static const struct saying unexpected = {.to = "", .status = 500, .body = "unexpected"};
    const struct saying *found = &unexpected;
    pthread_mutex_lock(&graph->lock);
    if (graph->asked < REQUESTS)
        graph->requests[graph->asked++] = memory_copy(request);
    for (size_t i = 0; i < graph->count && found == &unexpected; i++) {
        if (graph->said[i] || !text_starts_with(request, graph->sayings[i].to))
            continue;
        graph->said[i] = true;
        found = &graph->sayings[i];
    }
    pthread_mutex_unlock(&graph->lock);
    return found;
}

/* The sayings of each call inside, under one 200; the last answer first. */
static json_t *split(struct graph *graph, const char *request, const char *url)
{
    json_t *answers = memory_needed(json_array()), *item;
    json_auto_t *body = memory_needed(json_loads(strstr(request, "\r\n\r\n") + 4, 0, NULL));
    size_t i;
    json_array_foreach (json_object_get(body, "requests"), i, item) {
        scoped(text_scoped) struct text call = TEXT_LIMIT(65536), said = TEXT_LIMIT(65536);
        const char *name;
        json_t *value;
        text_addf(&call, "%s /v1.0%s HTTP/1.1\r\n", json_member_text(item, "method"),
                  json_member_text(item, "url"));
        json_object_foreach (json_object_get(item, "headers"), name, value)
            text_addf(&call, "%s: %s\r\n", name, json_string_value(value));
        const struct saying *saying = find(graph, text_of(&call));
        json_t *headers = memory_needed(json_object());
        const char *colon = saying->headers ? strchr(saying->headers, ':') : NULL;
        if (colon) /* one is enough */
            (void)json_object_setn_new(headers, saying->headers, (size_t)(colon - saying->headers),
                                       json_stringn(colon + 2, strcspn(colon + 2, "\r")));
        add_replaced(&said, saying->body ? saying->body : "", url);
        json_t *says = json_loads(text_of(&said), JSON_DECODE_ANY, NULL);
        (void)json_array_insert_new(
            answers, 0,
            memory_needed(json_pack("{s:O, s:i, s:o, s:o*}", "id", json_object_get(item, "id"),
                                    "status", saying->status, "headers", headers, "body", says)));
    }
    return answers;
}

static void answer_batch(struct graph *graph, struct connection *connection, const char *request,
                         const char *url)
{
    json_t *answers = split(graph, request, url);
    json_auto_t *whole = memory_needed(json_pack("{s:o}", "responses", answers));
    char *text = memory_needed(json_dumps(whole, 0));
    (void)connection_answer(connection, 200, "Date: Thu, 15 Jan 2026 10:00:00 GMT\r\n", text);
    free(text);
}

static bool is_said(const struct graph *graph, const char *request)
{
    for (size_t i = 0; i < graph->count; i++)
        if (!graph->said[i] && text_starts_with(request, graph->sayings[i].to))
            return true;
    return false;
}

static void serve(struct connection *connection)
{
    struct graph *graph = connection->context;
    scoped(text_scoped) struct text request = TEXT_LIMIT(65536);
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(connection->server));
    while (connection_read(connection, &request)) {
        if (text_starts_with(text_of(&request), BATCH) && !is_said(graph, text_of(&request))) {
            answer_batch(graph, connection, text_of(&request), url);
            continue;
        }
        const struct saying *saying = find(graph, text_of(&request));
        if (saying->instead) {
            saying->instead(connection);
            return;
        }
        scoped(text_scoped) struct text body = TEXT_LIMIT(65536);
        add_replaced(&body, saying->body ? saying->body : "", url);
        (void)connection_answer(connection, saying->status, saying->headers ? saying->headers : "",
                                text_of(&body));
    }
}

struct graph *graph_new(size_t count, const struct saying sayings[])
{
    struct graph *graph = MEMORY_NEW(struct graph);
    ck_assert_uint_le(count, REQUESTS);
    ck_assert_int_eq(pthread_mutex_init(&graph->lock, NULL), 0);
    graph->arena = arena_new();
    graph->count = count;
    graph->sayings = sayings;
    graph->server = server_new(serve, graph);
    return graph;
}

void graph_free(struct graph *graph)
{
    if (!graph)
        return;
    server_free(graph->server);
    for (size_t i = 0; i < graph->asked; i++)
        free(graph->requests[i]);
    arena_free(graph->arena);
    free(graph);
}

size_t graph_asked(struct graph *graph)
{
    pthread_mutex_lock(&graph->lock);
    size_t asked = graph->asked;
    pthread_mutex_unlock(&graph->lock);
    return asked;
}

const char *graph_request(struct graph *graph, size_t index)
{
    ck_assert_uint_lt(index, graph_asked(graph));
    return graph->requests[index];
}

const char *graph_header(struct graph *graph, size_t index, const char *name)
{
    const char *line = arena_text(graph->arena, "\r\n%s: ", name);
    const char *found = strcasestr(graph_request(graph, index), line);
    if (!found)
        return NULL;
    found += strlen(line);
    return arena_copy_bytes(graph->arena, found, strcspn(found, "\r"));
}

/* Who asks. */

static void get_token(void *context, const char *scope,
                      void (*done)(void *context, enum fail fail, const struct reason *why,
                                   const struct secret *token),
                      void *done_context)
{
    struct asker *asker = context;
    char numbered[32];
    bool arm = strcmp(scope, "https://arm.example/.default") == 0;
    ck_assert(arm || strcmp(scope, "https://graph.example/.default") == 0);
    (void)snprintf(numbered, sizeof numbered, "%stoken-%d", arm ? "arm-" : "", asker->token);
    const char *name = asker->token_elsewhere ? asker->token_elsewhere : numbered;
    scoped(secret_scoped) struct secret *token = secret_copy(name, strlen(name));
    const struct reason why = {"nobody signed in"};
    if (asker->without_token)
        done(done_context, FAIL_UNAVAILABLE, &why, NULL);
    else
        done(done_context, FAIL_NONE, NULL, token);
}

static void refused_token(void *context, const char *scope, int64_t not_before)
{
    struct asker *asker = context;
    (void)scope;
    asker->refused++;
    asker->not_before = not_before;
    asker->token++;
}

struct asker *asker_elsewhere(const char *graph, const char *token)
{
    struct asker *asker = MEMORY_NEW(struct asker);
    const struct directory_settings settings = {
        .graph = {graph, "https://graph.example/.default", true},
        .arm = {graph, "https://arm.example/.default", true}};
    const struct bearer bearer = {.context = asker, .get = get_token, .refused = refused_token};
    asker->token = 1;
    asker->token_elsewhere = token;
    asker->loop = loop_new(NULL);
    asker->directory = directory_new(asker->loop, &settings, &bearer);
    return asker;
}

struct asker *asker_new(struct graph *graph)
{
    return asker_elsewhere(graph ? server_url(graph->server, "") : "http://127.0.0.1:1", NULL);
}

void asker_free(struct asker *asker)
{
    if (!asker)
        return;
    directory_free(asker->directory);
    loop_free(asker->loop);
    free(asker);
}

/* What is to be done in one run of the loop. */
struct plan {
    struct asker *asker;
    size_t count, begun, answered;
    bool together;
    const struct question *const *questions;
    struct fact **facts;
    const struct write *write;
    const char *correlation;
    struct written *written;
};

struct turn {
    struct plan *plan;
    size_t index;
};

static void begin_next(struct plan *plan);

static void one_answered(struct plan *plan)
{
    if (++plan->answered == plan->count)
        loop_stop(plan->asker->loop);
    else if (!plan->together)
        begin_next(plan);
}

static void got_fact(void *context, struct fact *fact)
{
    struct turn *turn = context;
    struct plan *plan = turn->plan;
    ck_assert_ptr_null(plan->facts[turn->index]);
    plan->facts[turn->index] = fact;
    free(turn);
    one_answered(plan);
}

static const char *keep(const char *text)
{
    return text ? json_of(text) : NULL;
}

static void got_written(void *context, const struct written *written)
{
    struct turn *turn = context;
    struct plan *plan = turn->plan;
    struct written *kept = &plan->written[turn->index];
    *kept = *written;
    kept->code = keep(written->code);
    kept->says = keep(written->says);
    kept->request = keep(written->request);
    kept->correlation = keep(written->correlation);
    kept->ends_at = keep(written->ends_at);
    free(turn);
    one_answered(plan);
}

static void begin_next(struct plan *plan)
{
    struct directory *directory = plan->asker->directory;
    struct turn *turn = MEMORY_NEW(struct turn);
    *turn = (struct turn){plan, plan->begun++};
    if (plan->write)
        directory_write_as(directory, plan->asker->person, plan->write, plan->correlation,
                           got_written, turn);
    else
        directory_ask_as(directory, plan->asker->person, plan->questions[turn->index], got_fact,
                         turn);
}

static int64_t work(void *context)
{
    struct plan *plan = context;
    while (plan->begun < (plan->together ? plan->count : 1))
        begin_next(plan);
    return directory_work(plan->asker->directory);
}

static void carry_out(struct plan *plan)
{
    loop_run(plan->asker->loop, work, plan);
    ck_assert_uint_eq(plan->answered, plan->count);
}

void ask_together(struct asker *asker, size_t count, const struct question *const questions[],
                  struct fact *facts[])
{
    struct plan plan = {
        .asker = asker, .count = count, .together = true, .questions = questions, .facts = facts};
    memset(facts, 0, count * sizeof(struct fact *));
    carry_out(&plan);
}

void ask_in_turn(struct asker *asker, size_t count, const struct question *const questions[],
                 struct fact *facts[])
{
    struct plan plan = {.asker = asker, .count = count, .questions = questions, .facts = facts};
    memset(facts, 0, count * sizeof(struct fact *));
    carry_out(&plan);
}

struct fact *ask_one(struct asker *asker, const struct question *question)
{
    struct fact *fact;
    ask_in_turn(asker, 1, &question, &fact);
    return fact;
}

struct fact *ask_graph(struct graph *graph, enum fact_kind kind)
{
    scoped(asker_scoped) struct asker *asker = asker_new(graph);
    return ask_one(asker, &about[kind]);
}

void expect_unknown(const struct fact *fact, const char *why)
{
    ck_assert(!fact->reading.known);
    ck_assert_ptr_nonnull(fact->reading.why);
    ck_assert_msg(strstr(fact->reading.why, why) != NULL, "%s", fact->reading.why);
}

void write_in_turn(struct asker *asker, size_t count, const struct write *write,
                   const char *correlation, struct written written[])
{
    struct plan plan = {.asker = asker,
                        .count = count,
                        .write = write,
                        .correlation = correlation,
                        .written = written};
    carry_out(&plan);
}
