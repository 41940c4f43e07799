/* A Graph that says what it was told to, once for each call, and keeps what it was asked; and
   somebody who asks it. */
#pragma once

#include "directory/directory.h"
#include "outbound/server.h"

#include <stdio.h>

/* The answer to one call, the first of those whose `to` fits. In its texts ' stands for ", and
   {graph} for where this Graph is. */
struct saying {
    const char *to; /* how the request begins: "GET /v1.0/users/" */
    int status;
    const char *body;
    const char *headers;                            /* whole lines, or NULL */
    void (*instead)(struct connection *connection); /* takes the place of an answer */
};

#define SAY(call, number, text, ...)                                                               \
    {                                                                                              \
        .to = (call), .status = (number), .body = (text), __VA_ARGS__                              \
    }

#define BATCH "POST /v1.0/$batch"

/* Of a batch that nothing is said about, each call inside is asked and answered for itself. */
struct graph; /* opaque */

struct graph *graph_new(size_t count, const struct saying sayings[]);
void graph_free(struct graph *graph);
SCOPED(graph)

size_t graph_asked(struct graph *graph);
/* A whole request, from 0; kept until the graph is freed. */
const char *graph_request(struct graph *graph, size_t index);
/* The value of a header of a request; NULL when it has none. Kept likewise. */
const char *graph_header(struct graph *graph, size_t index, const char *name);

/* Who asks: a loop, which runs once, a directory, and tokens named token-1, token-2, …; those
   for Azure arm-token-1, … */
struct asker {
    struct loop *loop;
    struct directory *directory;
    int token, refused;
    int64_t not_before; /* of the newest refusal */
    bool without_token;
    const char *token_elsewhere; /* or NULL */
    const struct secret *person; /* whose token goes along; NULL: Curfew's own */
};

/* `graph` may be NULL: nobody listens there. */
struct asker *asker_new(struct graph *graph);
/* Of a Graph that somebody else serves, with a token of its own (borrowed). */
struct asker *asker_elsewhere(const char *graph, const char *token);
void asker_free(struct asker *asker);
SCOPED(asker)

/* All at once, or each when the one before it was answered. */
void ask_together(struct asker *asker, size_t count, const struct question *const questions[],
                  struct fact *facts[]);
void ask_in_turn(struct asker *asker, size_t count, const struct question *const questions[],
                 struct fact *facts[]);
struct fact *ask_one(struct asker *asker, const struct question *question);
/* Of a question of that kind, with an asker of its own. */
struct fact *ask_graph(struct graph *graph, enum fact_kind kind);
/* The fact is not known, for a reason in which `why` stands. */
void expect_unknown(const struct fact *fact, const char *why);

/* What became of writes, in turn; the texts are kept until the process ends. */
void write_in_turn(struct asker *asker, size_t count, const struct write *write,
                   const char *correlation, struct written written[]);
