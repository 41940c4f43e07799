#include "identity/document.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"

#include <stdlib.h>

enum { FIRST_PAUSE_SECONDS = 5 };

struct waiting {
    struct waiting *next;
    enum document_wish wish;
    void (*done)(void *context, enum fail fail, const struct reason *why);
    void *context;
};

struct document {
    struct loop *loop;
    bool private_peer, kept, fetching;
    char *url;
    enum fail (*accept)(void *context, const json_t *json, struct reason *why);
    void *context;
    int64_t kept_at, tried_at, anew_at; /* moments; 0: never */
    struct reason why;                  /* the last fetch failed */
    struct waiting *waiting;
};

struct document *document_new(struct loop *loop, bool private_peer,
                              enum fail (*accept)(void *context, const json_t *json,
                                                  struct reason *why),
                              void *context)
{
    struct document *document = MEMORY_NEW(struct document);
    document->loop = loop;
    document->private_peer = private_peer;
    document->accept = accept;
    document->context = context;
    return document;
}

void document_free(struct document *document)
{
    if (document)
        free(document->url);
    free(document);
}

void document_move(struct document *document, const char *url)
{
    free(document->url);
    document->url = memory_copy(url);
}

/* Also when the clock was set back. */
static bool has_passed(int64_t since, int64_t seconds)
{
    int64_t now = moment_now();
    return now < since || now - since >= seconds;
}

static bool counts(const struct document *document)
{
    return document->kept && !has_passed(document->kept_at, DOCUMENT_AGE_SECONDS);
}

static bool serves(const struct document *document, enum document_wish wish)
{
    return counts(document) &&
           (wish != DOCUMENT_RECENT || !has_passed(document->kept_at, DOCUMENT_PAUSE_SECONDS));
}

static bool should_fetch(const struct document *document, enum document_wish wish)
{
    if (wish == DOCUMENT_WANTING && has_passed(document->anew_at, DOCUMENT_PAUSE_SECONDS))
        return true;
    if (serves(document, wish))
        return has_passed(document->kept_at, DOCUMENT_RENEWED_SECONDS) &&
               has_passed(document->tried_at, DOCUMENT_PAUSE_SECONDS);
    return has_passed(document->tried_at, FIRST_PAUSE_SECONDS);
}

static void tell(const struct document *document, enum document_wish wish,
                 void (*done)(void *context, enum fail fail, const struct reason *why),
                 void *context)
{
    if (serves(document, wish))
        done(context, FAIL_NONE, NULL);
    else
        done(context, FAIL_UNAVAILABLE, &document->why);
}

static enum fail take_answer(struct document *document, const struct answer *answer,
                             struct reason *why)
{
    json_auto_t *json = NULL;
    if (answer->outcome != OUTCOME_ANSWERED)
        return because(why, FAIL_UNAVAILABLE, "%s: %s", document->url, answer->reason.text);
    if (answer->status != 200)
        return because(why, FAIL_UNAVAILABLE, "%s answers %d", document->url, answer->status);
    enum fail fail = json_read(answer->body, answer->length, &json, NULL, why);
    return fail ? fail : document->accept(document->context, json, why);
}

static void fetched(void *context, const struct answer *answer)
{
    struct document *document = context;
    struct waiting *waiting = take(document->waiting);
    document->fetching = false;
    document->why = (struct reason){0};
    if (take_answer(document, answer, &document->why) == FAIL_NONE) {
        document->kept = true;
        document->kept_at = moment_now();
    }
    while (waiting) {
        struct waiting *next = waiting->next;
        tell(document, waiting->wish, waiting->done, waiting->context);
        free(waiting);
        waiting = next;
    }
}

static void fetch(struct document *document)
{
    const struct call_header accept = {"Accept", "application/json"};
    const struct call call = {.method = "GET",
                              .url = document->url,
                              .header_count = 1,
                              .headers = &accept,
                              .private_peer = document->private_peer,
                              .answer_limit = DOCUMENT_LIMIT};
    document->fetching = true;
    document->tried_at = moment_now();
    loop_call(document->loop, &call, fetched, document);
}

void document_get(struct document *document, enum document_wish wish,
                  void (*done)(void *context, enum fail fail, const struct reason *why),
                  void *context)
{
    bool wait = document->fetching && (wish == DOCUMENT_WANTING || !serves(document, wish));
    if (!document->fetching && should_fetch(document, wish)) {
        if (wish == DOCUMENT_WANTING)
            document->anew_at = moment_now();
        fetch(document);
        wait = true;
    }
    if (!wait) {
        tell(document, wish, done, context);
        return;
    }
    struct waiting *waiting = MEMORY_NEW(struct waiting);
    *waiting =
        (struct waiting){.next = document->waiting, .wish = wish, .done = done, .context = context};
    document->waiting = waiting;
}
