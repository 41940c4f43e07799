/* A question in hand: step after step, page after page, until the fact is known or cannot be. */
#include "directory/error.h"
#include "directory/internal.h"
#include "directory/reader.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "outbound/url.h"

#include <stdlib.h>

enum {
    PATH_LIMIT = 4096,
    QUESTION_MS = 60 * 1000, /* of all its calls together */
};

struct asking {
    struct directory *directory;
    struct arena *arena; /* holds this struct; gone when the fact is given out */
    const struct reader *reader;
    const struct secret *token; /* of a person; NULL: Curfew's own */
    struct asked asked;
    struct fact *fact;
    unsigned step;
    const char *body;
    size_t page_count; /* of all steps, after the first page of each */
    const char *pages[READER_PAGES];
    int64_t until_ms;
    void (*done)(void *context, struct fact *fact);
    void *context;
};

static void finish(struct asking *asking)
{
    asking->done(asking->context, asking->fact);
    arena_free(asking->arena);
}

static void finish_known(struct asking *asking)
{
    asking->fact->reading.known = true;
    finish(asking);
}

/* What was read so far is dropped: half a fact must not be taken for one. */
static void finish_unknown(struct asking *asking, const char *why, int64_t retry_ms)
{
    struct fact *unknown = fact_new(asking->fact->kind, asking->fact->reading.at);
    unknown->reading.why = arena_copy(unknown->arena, why);
    unknown->retry_ms = retry_ms;
    fact_free(asking->fact);
    asking->fact = unknown;
    finish(asking);
}

static void heard(void *context, const struct answer *answer, int64_t retry_ms);

/* Roles of Azure are asked for elsewhere, whatever is asked about them. */
static enum service service_of(const struct asking *asking)
{
    return asking->asked.target.kind == TARGET_AZURE_ROLE ? SERVICE_ARM : asking->reader->service;
}

static const char *origin_of(const struct asking *asking)
{
    return endpoint_of(asking->directory, service_of(asking))->origin;
}

/* Where calls are counted by the second, a batch is so many of them at one instant (contract 12);
   ARM has no batches of Graph's. */
static bool may_be_batched(enum service service)
{
    return service == SERVICE_DIRECTORY || service == SERVICE_POLICY || service == SERVICE_INTUNE;
}

static void send_call(struct asking *asking, const char *url, bool together)
{
    enum service service = service_of(asking);
    const struct errand errand = {
        .service = service,
        .together = together && may_be_batched(service),
        .advanced = asking->reader->advanced,
        .method = asking->body ? "POST" : "GET",
        .url = url,
        .body = asking->body,
        .token = asking->token,
        .done = heard,
        .context = asking,
    };
    if (moment_ticks_ms() < asking->until_ms)
        errand_send(asking->directory, &errand);
    else
        finish_unknown(asking, "it took too long", 0);
}

static void ask_step(struct asking *asking)
{
    scoped(text_scoped) struct text path = TEXT_LIMIT(PATH_LIMIT);
    json_auto_t *body = NULL;
    if (!asking->reader->ask(&asking->asked, asking->step, &path, &body)) {
        finish_known(asking);
        return;
    }
    if (path.cut) {
        finish_unknown(asking, "too long to be asked", 0);
        return;
    }
    char *text = body ? json_compact(body) : NULL;
    asking->body = arena_copy(asking->arena, text);
    free(text);
    send_call(asking, arena_text(asking->arena, "%s%s", origin_of(asking), text_of(&path)), true);
}

/* Followed as it stands, but only to the service itself, never to a page that was asked for before,
   and not without end (contract 12). */
static const char *wrong_with(const struct asking *asking, const char *link)
{
    if (!url_is_same_origin(link, origin_of(asking)))
        return "the next page is said to be at another host";
    for (size_t i = 0; i < asking->page_count; i++)
        if (text_equals(asking->pages[i], link))
            return "the pages go round in a circle";
    return asking->page_count + 1 >= asking->reader->most_pages ? "there are too many pages" : NULL;
}

static void ask_page(struct asking *asking, const char *link)
{
    const char *wrong = wrong_with(asking, link);
    if (wrong) {
        finish_unknown(asking, wrong, 0);
        return;
    }
    const char *kept = arena_copy(asking->arena, link);
    asking->pages[asking->page_count++] = kept;
    send_call(asking, kept, false);
}

static void take_answer(struct asking *asking, const struct answer *answer)
{
    const char *next = NULL;
    struct reason why = {0};
    enum fail fail = reader_take(asking->reader, &asking->asked, answer->body, answer->length,
                                 asking->fact, &next, &why);
    if (fail) {
        finish_unknown(asking, arena_text(asking->arena, "not understood: %s", why.text), 0);
        return;
    }
    if (next) {
        ask_page(asking, next);
        return;
    }
    asking->step++;
    ask_step(asking);
}

static void take_error(struct asking *asking, const struct answer *answer, int64_t retry_ms)
{
    const struct reader *reader = asking->reader;
    struct error error = {.code = "", .message = ""};
    bool absent =
        reader->absent &&
        ((answer->status == 404 && error_is_absence(answer->body, answer->length)) ||
         (answer->status == 403 && reader->hidden && error_is_there(answer->body, answer->length)));
    if (absent) {
        reader->absent(asking->fact);
        finish_known(asking);
        return;
    }
    if (answer->status == 400 && reader->otherwise && !asking->step && !asking->page_count) {
        asking->reader = reader->otherwise;
        ask_step(asking);
        return;
    }
    (void)error_read(answer->body, answer->length, asking->arena, &error);
    finish_unknown(asking,
                   arena_text(asking->arena, "HTTP %d %s: %s (request-id %s)", answer->status,
                              error.code, error.message,
                              answer->request_id ? answer->request_id : "none"),
                   retry_ms);
}

static void heard(void *context, const struct answer *answer, int64_t retry_ms)
{
    struct asking *asking = context;
    if (answer->outcome != OUTCOME_ANSWERED)
        finish_unknown(asking, answer->reason.text, retry_ms);
    else if (answer->status == 200)
        take_answer(asking, answer);
    else
        take_error(asking, answer, retry_ms);
}

void directory_ask(struct directory *directory, const struct question *question,
                   void (*done)(void *context, struct fact *fact), void *context)
{
    directory_ask_as(directory, NULL, question, done, context);
}

void directory_ask_as(struct directory *directory, const struct secret *token,
                      const struct question *question,
                      void (*done)(void *context, struct fact *fact), void *context)
{
    if (question->kind == FACT_TICKET) {
        ticket_ask(directory, question->subject, done, context);
        return;
    }
    struct arena *arena = arena_new();
    struct asking *asking = ARENA_NEW(arena, struct asking);
    struct reason why = {0};
    *asking = (struct asking){
        .directory = directory,
        .arena = arena,
        .reader = reader_of(question->kind),
        .token = token,
        .fact = fact_new(question->kind, moment_now()),
        .until_ms = moment_ticks_ms() + QUESTION_MS,
        .done = done,
        .context = context,
    };
    if (reader_understand(question, arena, &asking->asked, &why))
        finish_unknown(asking, why.text, 0);
    else
        ask_step(asking);
}
