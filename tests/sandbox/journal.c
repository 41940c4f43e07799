#include "sandbox/journal.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "sandbox/http/faults.h"
#include "sandbox/tenant/nouns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_LIMIT = 8 * BODY_LIMIT };

struct journal {
    int file;
    size_t count;
    off_t *starts; /* of each line, and the end of the last one */
};

static void note_line(struct journal *journal, off_t end)
{
    journal->count++;
    if ((journal->count & (journal->count - 1)) == 0)
        journal->starts =
            memory_grow(journal->starts, (journal->count * 2 + 1) * sizeof *journal->starts);
    journal->starts[journal->count] = end;
}

/* Finds the lines that are there already; what a crash left unfinished at the end is cut off. */
static bool find_lines(struct journal *journal)
{
    char bytes[65536];
    off_t at = 0, end = 0;
    for (ssize_t got; (got = pread(journal->file, bytes, sizeof bytes, at)) != 0; at += got) {
        if (got < 0)
            return false;
        for (ssize_t i = 0; i < got; i++) {
            if (bytes[i] != '\n')
                continue;
            end = at + i + 1;
            note_line(journal, end);
        }
    }
    return ftruncate(journal->file, end) == 0;
}

enum fail journal_open(const char *path, struct journal **ret, struct reason *why)
{
    scoped(journal_scoped) struct journal *journal = MEMORY_NEW(struct journal);
    journal->starts = memory_new(2, sizeof *journal->starts);
    journal->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal->file < 0 || !find_lines(journal))
        return because(why, FAIL_UNAVAILABLE, "%s cannot be opened: %s", path, strerror(errno));
    *ret = take(journal);
    return FAIL_NONE;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->file >= 0)
        (void)close(journal->file);
    free(journal->starts);
    free(journal);
}

/* Enough to recognise a secret again, and not to use it. */
static json_t *hashed(const char *secret)
{
    struct digest digest = digest_of_text(secret);
    char hex[DIGEST_HEX_SIZE], text[32];
    digest_hex(&digest, hex);
    (void)snprintf(text, sizeof text, "sha256:%.16s", hex);
    return json_string(text);
}

static void redact(json_t *object)
{
    static const char *const secret[] = {"assertion",    "client_assertion", "client_secret",
                                         "code",         "code_verifier",    "id_token",
                                         "access_token", "refresh_token",    "id_token_hint"};
    for (size_t i = 0; i < COUNT(secret); i++) {
        const char *value = json_member_text(object, secret[i]);
        if (value)
            (void)json_object_set_new(object, secret[i], hashed(value));
    }
}

static json_t *show_headers(const struct pairs *headers)
{
    json_t *shown = memory_needed(json_object());
    for (size_t i = 0; i < headers->count; i++) {
        const char *name = headers->list[i].name, *value = headers->list[i].value;
        bool hidden = text_equals_ignoring_case(name, "Authorization") ||
                      text_equals_ignoring_case(name, "Cookie") ||
                      text_equals_ignoring_case(name, "Set-Cookie") ||
                      text_equals_ignoring_case(name, "Location"); /* carries the code */
        (void)json_object_set_new(shown, name, hidden ? hashed(value) : json_string(value));
    }
    return shown;
}

static json_t *show_body(const struct exchange *exchange)
{
    const char *body = exchange_body(exchange);
    json_t *shown = NULL;
    if (!*body)
        return json_null();
    if (exchange->api == API_LOGIN) {
        struct pairs form = {.arena = exchange->arena};
        shown = pairs_read(&form, body) ? pairs_json(&form) : NULL;
    } else {
        (void)!json_read(body, exchange->body.length, &shown, NULL, NULL);
    }
    if (!shown) {
        shown = json_string(body);
        return shown ? shown : json_string("(not text)");
    }
    redact(shown);
    return shown;
}

static json_t *show_answer(const struct exchange *exchange)
{
    json_t *shown = exchange->json ? json_deep_copy(exchange->json) : json_null();
    redact(shown);
    return shown;
}

static json_t *show(const struct exchange *exchange, int64_t number, bool with_answer)
{
    static const char *const apis[] = {
        [API_LOGIN] = "login", [API_V1] = "graph",        [API_BETA] = "graph",
        [API_ARM] = "arm",     [API_CONTROL] = "control", [API_PAGE] = "page",
    };
    char at[25];
    moment_text_ms(exchange->now_ms, at);
    json_t *query = pairs_json(&exchange->query);
    redact(query);
    bool lost = !exchange->status || fault_is(exchange->fault, FAULT_RESET, AFTER_EFFECT);
    json_t *status = lost ? json_null() : json_integer(exchange->status);
    json_t *entry = memory_needed(json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s?, s:s?, s:s, s:s?, s:o, s:s?, s:O?}", "n",
        (json_int_t)number, "at", at, "api", apis[exchange->api], "method", exchange->method,
        "path", exchange->path, "query", query, "headers", show_headers(&exchange->headers), "body",
        show_body(exchange), "app", exchange->app ? exchange->app->name : NULL, "person",
        exchange->person ? exchange->person->id : NULL, "request_id", exchange->request_id,
        "client_request_id", exchange_header(exchange, "client-request-id"), "status", status,
        "code", exchange->code, "effect", exchange->effect));
    if (exchange->fault)
        (void)json_object_set(entry, "fault", exchange->fault->spec);
    if (with_answer) {
        (void)json_object_set_new(entry, "answer", show_answer(exchange));
        (void)json_object_set_new(entry, "answer_headers", show_headers(&exchange->answer_headers));
    }
    return entry;
}

void journal_add(struct journal *journal, const struct exchange *exchange, bool with_answer)
{
    json_auto_t *entry = show(exchange, (int64_t)journal->count + 1, with_answer);
    char *line = json_compact(entry);
    size_t length = strlen(line);
    line[length] = '\n'; /* in the place of its NUL */
    ssize_t written = write(journal->file, line, length + 1);
    free(line);
    if (written == (ssize_t)length + 1)
        note_line(journal, journal->starts[journal->count] + written);
    else
        perror("curfew-sandbox: the journal cannot be written");
}

json_t *journal_read(const struct journal *journal, int64_t after, size_t most)
{
    json_t *list = memory_needed(json_array());
    size_t first = after < 0 ? 0 : (size_t)after;
    for (size_t i = first; i < journal->count && i - first < most; i++) {
        size_t length = (size_t)(journal->starts[i + 1] - journal->starts[i]);
        char *line = memory_new(length + 1, 1);
        if (length <= LINE_LIMIT &&
            pread(journal->file, line, length, journal->starts[i]) == (ssize_t)length)
            (void)json_array_append_new(list, json_loads(line, 0, NULL));
        free(line);
    }
    return list;
}

int64_t journal_last(const struct journal *journal)
{
    return (int64_t)journal->count;
}
