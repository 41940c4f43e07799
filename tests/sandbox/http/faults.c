#include "sandbox/http/faults.h"

#include "base/memory.h"
#include "base/moment.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_LIMIT = 512, USES_LIMIT = 1000000, BYTES_LIMIT = 1 << 30, SECONDS_LIMIT = 86400 };

struct entry {
    struct entry *next;
    int64_t id, skip, left, until_ms;
    char *method, *path, *query, *body;
    json_t *asked; /* the whole request, for faults_json */
    struct fault fault;
};

struct faults {
    struct entry *first;
    int64_t last_id;
};

static const char *const kinds[] = {
#define X(name, text) text,
    FAULT_KINDS(X)
#undef X
};

void fault_free(struct fault *fault)
{
    if (!fault)
        return;
    json_decref(fault->spec);
    free(fault);
}

bool fault_is(const struct fault *fault, enum fault_kind kind, enum when when)
{
    return fault && fault->kind == kind && fault->when == when;
}

struct faults *faults_new(void)
{
    return MEMORY_NEW(struct faults);
}

static void entry_free(struct entry *entry)
{
    json_decref(entry->asked);
    json_decref(entry->fault.spec);
    free(entry->method);
    free(entry->path);
    free(entry->query);
    free(entry->body);
    free(entry);
}

void faults_free(struct faults *faults)
{
    if (!faults)
        return;
    (void)faults_remove(faults, 0);
    free(faults);
}

bool faults_remove(struct faults *faults, int64_t id)
{
    bool found = id == 0;
    for (struct entry **at = &faults->first; *at;) {
        struct entry *entry = *at;
        if (id != 0 && entry->id != id) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        entry_free(entry);
        found = true;
    }
    return found;
}

static void read_headers(struct form *form)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)form_object(form, "headers", OPTIONAL), name, value)
        if (!json_is_string(value) && !json_is_array(value))
            form_complain(form, "headers", "%s must be text or a list of texts", name);
}

/* The members that each kind takes; those that nobody reads here are complaints. */
static void read_members(struct form *form, struct fault *fault)
{
    static const char *const moments[] = {"before", "after"};
    static const char *const ways[] = {"syntax", "repeated_member", "html"};
    static const char *const entries[] = {"duplicate", "foreign", "none"};
    static const char *const signers[] = {"signing", "decoy"};
    switch (fault->kind) {
    case FAULT_ANSWER:
    case FAULT_ERROR:
        fault->number = form_number(form, "status", 100, 599, 500);
        read_headers(form);
        (void)form_value(form, "body", OPTIONAL);
        (void)form_value(form, "text", OPTIONAL);
        (void)form_value(form, "code", OPTIONAL); /* may be "" as Graph's may */
        (void)form_text(form, "message", OPTIONAL, PATTERN_LIMIT);
        fault->when = (enum when)form_choice(form, "when", 2, moments, BEFORE_EFFECT);
        break;
    case FAULT_STALL:
        fault->number = form_number(form, "seconds", 0, SECONDS_LIMIT, 60);
        fault->when = (enum when)form_choice(form, "when", 2, moments, BEFORE_EFFECT);
        break;
    case FAULT_HOLD:
    case FAULT_RESET:
        fault->when = (enum when)form_choice(form, "when", 2, moments, BEFORE_EFFECT);
        break;
    case FAULT_ALTER:
        (void)form_object(form, "set", OPTIONAL);
        (void)form_object(form, "each", OPTIONAL);
        (void)form_list(form, "drop", OPTIONAL, 16);
        (void)form_list(form, "append", OPTIONAL, 1000);
        (void)form_choice(form, "entries", COUNT(entries), entries, 0);
        (void)form_text(form, "next_link", OPTIONAL, PATTERN_LIMIT);
        break;
    case FAULT_FORGE:
        (void)form_text(form, "token", REQUIRED, 16);
        (void)form_object(form, "header", OPTIONAL);
        (void)form_object(form, "claims", OPTIONAL);
        (void)form_choice(form, "key", COUNT(signers), signers, 0);
        break;
    case FAULT_STALE:
    case FAULT_DATE:
        fault->number = form_number(form, "seconds", -SECONDS_LIMIT, SECONDS_LIMIT, 60);
        break;
    case FAULT_NEVER:
        (void)form_text(form, "status", OPTIONAL, 64);
        break;
    case FAULT_CUT:
    case FAULT_PAD:
    case FAULT_GZIP:
        fault->number = form_number(form, "bytes", 0, BYTES_LIMIT, 0);
        break;
    case FAULT_SPOIL:
        fault->number = form_choice(form, "how", COUNT(ways), ways, 0);
        break;
    case FAULT_NONE:
    case FAULT_REFUSE:
    case FAULT_TWICE:
    case FAULT_DRIP:
        break;
    }
}

static void read_fault(const json_t *value, const char *at, struct fault *fault,
                       struct complaints *complaints)
{
    struct form form = form_open(value, at, complaints);
    fault->kind = (enum fault_kind)form_choice(&form, "kind", COUNT(kinds), kinds, FAULT_NONE);
    if (fault->kind == FAULT_NONE)
        form_complain(&form, "kind", "must be the name of a fault");
    read_members(&form, fault);
    form_end(&form);
}

int64_t faults_add(struct faults *faults, const json_t *value, int64_t now_ms,
                   struct complaints *complaints)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct form form = form_open(value, "", complaints);
    const json_t *match = form_object(&form, "match", OPTIONAL);
    json_auto_t *everything = json_object();
    struct form matching = form_open(match ? match : everything, "match", complaints);
    const char *method = form_text(&matching, "method", OPTIONAL, 16);
    const char *path = form_text(&matching, "path", OPTIONAL, PATTERN_LIMIT);
    const char *query = form_text(&matching, "query", OPTIONAL, PATTERN_LIMIT);
    const char *body = form_text(&matching, "body", OPTIONAL, PATTERN_LIMIT);
    form_end(&matching);
    int64_t skip = form_number(&form, "after", 0, USES_LIMIT, 0);
    int64_t times = form_number(&form, "times", 1, USES_LIMIT, 1);
    int64_t lasts = form_span(&form, "for", 1, SECONDS_LIMIT, 0);
    read_fault(form_object(&form, "fault", REQUIRED), "fault", &fault, complaints);
    form_end(&form);
    if (complaints->count)
        return 0;
    struct entry *entry = MEMORY_NEW(struct entry);
    *entry = (struct entry){
        .id = ++faults->last_id,
        .skip = skip,
        .left = times,
        .until_ms = lasts ? now_ms + lasts * 1000 : MOMENT_NEVER,
        .method = memory_copy(method),
        .path = memory_copy(path),
        .query = memory_copy(query),
        .body = memory_copy(body),
        .asked = json_deep_copy(value),
        .fault = fault,
    };
    entry->fault.spec = json_deep_copy(json_object_get(value, "fault"));
    struct entry **end = &faults->first;
    while (*end)
        end = &(*end)->next;
    *end = entry;
    return entry->id;
}

json_t *faults_json(const struct faults *faults)
{
    json_t *list = memory_needed(json_array());
    for (const struct entry *entry = faults->first; entry; entry = entry->next) {
        json_t *shown = json_deep_copy(entry->asked);
        (void)json_object_set_new(shown, "id", json_integer(entry->id));
        (void)json_object_set_new(shown, "left", json_integer(entry->left));
        (void)json_array_append_new(list, shown);
    }
    return list;
}

static bool path_fits(const char *pattern, const char *path)
{
    if (!pattern)
        return true;
    return strpbrk(pattern, "*?") ? fnmatch(pattern, path, 0) == 0
                                  : text_starts_with(path, pattern);
}

/* The decoded query as one text, so that a pattern need not care how it was encoded. */
static bool query_fits(const char *part, const struct exchange *exchange)
{
    if (!part)
        return true;
    for (size_t i = 0; i < exchange->query.count; i++)
        if (strstr(exchange->query.list[i].value, part))
            return true;
    return false;
}

static bool is_of_the_wire(enum fault_kind kind)
{
    static const enum fault_kind broken[] = {FAULT_REFUSE, FAULT_STALL, FAULT_HOLD,  FAULT_RESET,
                                             FAULT_DATE,   FAULT_CUT,   FAULT_SPOIL, FAULT_PAD,
                                             FAULT_GZIP,   FAULT_DRIP};
    for (size_t i = 0; i < COUNT(broken); i++)
        if (kind == broken[i])
            return true;
    return false;
}

static bool is_looked_for(const struct entry *entry, enum fault_place place)
{
    bool by_head = entry->fault.kind == FAULT_REFUSE && !entry->body;
    if (place == AT_HEAD || place == AT_CALL)
        return by_head == (place == AT_HEAD);
    return is_of_the_wire(entry->fault.kind) == (place == AT_BATCH);
}

static bool fits(const struct entry *entry, const struct exchange *exchange, enum fault_place place)
{
    if (!is_looked_for(entry, place))
        return false;
    return entry->left > 0 && exchange->now_ms < entry->until_ms &&
           (!entry->method || text_equals(entry->method, exchange->method)) &&
           path_fits(entry->path, exchange->path) && query_fits(entry->query, exchange) &&
           (!entry->body || strstr(exchange_body(exchange), entry->body));
}

struct fault *faults_take(struct faults *faults, const struct exchange *exchange,
                          enum fault_place place)
{
    for (struct entry *entry = faults->first; entry; entry = entry->next) {
        if (!fits(entry, exchange, place))
            continue;
        if (entry->skip > 0) {
            entry->skip--;
            continue;
        }
        entry->left--;
        struct fault *fault = MEMORY_NEW(struct fault);
        *fault = entry->fault;
        fault->spec =
            memory_needed(json_deep_copy(entry->fault.spec)); /* freed on another thread */
        return fault;
    }
    return NULL;
}
