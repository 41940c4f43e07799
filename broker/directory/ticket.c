/* What the operator's own ticket system says of one ticket. Only an answer that is understood is
   one: a ticket is open, is not, or is not there; whatever else came is not known. */
#include "directory/internal.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "outbound/url.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TICKET_ANSWER_LIMIT = 256 * 1024, TICKET_MS = 10 * 1000, TICKET_URL_LIMIT = 2048 };

struct looking {
    struct directory *directory;
    struct fact *fact;
    void (*done)(void *context, struct fact *fact);
    void *context;
};

static void finish(struct looking *looking)
{
    looking->done(looking->context, looking->fact);
    free(looking);
}

static void finish_unknown(struct looking *looking, const char *why)
{
    looking->fact->reading.why = arena_copy(looking->fact->arena, why);
    finish(looking);
}

static void finish_known(struct looking *looking)
{
    looking->fact->reading.known = true;
    finish(looking);
}

/* A member, or a member of a member: "result.state". */
static const char *text_at(const json_t *answer, const char *names)
{
    char name[100];
    for (; answer; names += strlen(name) + 1) {
        size_t length = strcspn(names, ".");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, names, length);
        name[length] = '\0';
        answer = json_object_get(answer, name);
        if (!names[length])
            return json_string_value(answer);
    }
    return NULL;
}

static void read_state(struct looking *looking, const struct answer *answer)
{
    const struct ticket_endpoint *endpoint = &looking->directory->ticket;
    struct ticket *ticket = &looking->fact->ticket;
    struct reason why = {0};
    json_auto_t *json = NULL;
    (void)json_read(answer->body, answer->length, &json, NULL, &why);
    const char *state = text_at(json, endpoint->member);
    if (!state || strlen(state) > 100 || text_forbidden_character(state)) {
        finish_unknown(looking, "the answer does not say the ticket's state");
        return;
    }
    ticket->exists = true;
    ticket->state = arena_copy(looking->fact->arena, state);
    for (size_t i = 0; i < endpoint->open_count; i++)
        ticket->open |= text_equals(endpoint->open[i], state);
    finish_known(looking);
}

static void heard(void *context, const struct answer *answer)
{
    struct looking *looking = context;
    throttle_learn(&looking->directory->throttle, SERVICE_TICKET, answer, randombytes_random(),
                   moment_ticks_ms());
    if (answer->outcome != OUTCOME_ANSWERED)
        finish_unknown(looking, answer->reason.text);
    else if (answer->status == 200)
        read_state(looking, answer);
    else if (answer->status == 404)
        finish_known(looking);
    else
        finish_unknown(looking, arena_text(looking->fact->arena, "HTTP %d", answer->status));
}

static void add_url(struct text *url, const char *pattern, const char *ticket)
{
    const char *place = strstr(pattern, "{ticket}");
    size_t before = place ? (size_t)(place - pattern) : strlen(pattern);
    text_addf(url, "%.*s", (int)before, pattern);
    url_escape(url, ticket);
    text_add(url, place ? place + strlen("{ticket}") : "");
}

static void call(struct looking *looking, const char *ticket)
{
    const struct ticket_endpoint *endpoint = &looking->directory->ticket;
    static const struct call_header headers[] = {{"Accept", "application/json"}};
    scoped(text_scoped) struct text url = TEXT_LIMIT(TICKET_URL_LIMIT);
    scoped(secret_scoped) struct secret *secret = NULL;
    struct reason why = {0};
    add_url(&url, endpoint->url, ticket);
    if (url.cut) {
        finish_known(looking); /* no system has a ticket with such a name */
        return;
    }
    if (endpoint->secret_file && secret_read_line(endpoint->secret_file, &secret, &why)) {
        finish_unknown(looking, why.text);
        return;
    }
    const struct call call = {.method = "GET",
                              .url = text_of(&url),
                              .header_count = COUNT(headers),
                              .headers = headers,
                              .bearer = secret,
                              .private_peer = true,
                              .answer_limit = TICKET_ANSWER_LIMIT,
                              .total_ms = TICKET_MS};
    loop_call(looking->directory->loop, &call, heard, looking);
}

void ticket_ask(struct directory *directory, const char *ticket,
                void (*done)(void *context, struct fact *fact), void *context)
{
    int64_t free_at_ms = 0;
    struct looking *looking = MEMORY_NEW(struct looking);
    *looking = (struct looking){.directory = directory,
                                .fact = fact_new(FACT_TICKET, moment_now()),
                                .done = done,
                                .context = context};
    if (!directory->ticket.url)
        finish_unknown(looking, "no ticket system is named (ticket.url)");
    else if (strspn(ticket, ".") == strlen(ticket))
        finish_known(looking); /* as a path it would lead elsewhere */
    else if (!throttle_take(&directory->throttle, SERVICE_TICKET, moment_ticks_ms(), &free_at_ms))
        finish_unknown(looking, "the ticket system is left alone for a while");
    else
        call(looking, ticket);
}
