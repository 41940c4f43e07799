#include "directory/batch.h"

#include "base/id.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "outbound/retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char version[] = "/v1.0";

const char *batch_path(const struct directory *directory, const struct errand *errand)
{
    size_t host = strlen(directory->graph.origin);
    if (!text_starts_with(errand->url, directory->graph.origin) ||
        !text_starts_with(errand->url + host, version) ||
        errand->url[host + strlen(version)] != '/')
        return NULL;
    return errand->url + host + strlen(version);
}

/* Ids are numbers from 0: the places of the errands. */
static json_t *item_of(const struct directory *directory, size_t place, const struct errand *errand)
{
    char id[21], correlation[GUID_SIZE];
    (void)snprintf(id, sizeof id, "%zu", place);
    guid_new(correlation);
    json_t *headers = memory_needed(json_pack("{s:s}", "client-request-id", correlation));
    json_t *item =
        memory_needed(json_pack("{s:s, s:s, s:s, s:o}", "id", id, "method", errand->method, "url",
                                batch_path(directory, errand), "headers", headers));
    if (errand->advanced)
        (void)json_object_set_new(headers, "ConsistencyLevel", json_string("eventual"));
    if (errand->body) {
        (void)json_object_set_new(headers, "Content-Type", json_string("application/json"));
        (void)json_object_set_new(item, "body", memory_needed(json_loads(errand->body, 0, NULL)));
    }
    return item;
}

char *batch_write(const struct directory *directory, size_t count,
                  const struct errand *const errands[])
{
    json_t *items = memory_needed(json_array());
    json_auto_t *body = memory_needed(json_pack("{s:o}", "requests", items));
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, item_of(directory, i, errands[i]));
    return json_compact(body);
}

/* Their names come in any letter case. */
static const char *header_of(const json_t *item, const char *name, struct arena *arena)
{
    const char *key;
    json_t *value;
    json_object_foreach (json_object_get(item, "headers"), key, value)
        if (text_equals_ignoring_case(key, name))
            return arena_copy(arena, json_string_value(value));
    return NULL;
}

static void read_item(const json_t *item, const struct answer *whole, struct arena *arena,
                      struct answer *ret)
{
    const json_t *body = json_object_get(item, "body");
    char *text = body ? json_compact(body) : NULL;
    const char *challenge = header_of(item, "WWW-Authenticate", arena);
    const char *request_id = header_of(item, "request-id", arena);
    *ret = (struct answer){
        .outcome = OUTCOME_ANSWERED,
        .status = (int)json_member_number(item, "status", 0),
        .body = text ? arena_copy(arena, text) : "",
        .length = text ? strlen(text) : 0,
        .content_type = header_of(item, "Content-Type", arena),
        .date = whole->date,
        .retry_after_ms = retry_after_ms(header_of(item, "Retry-After", arena),
                                         whole->date >= 0 ? whole->date : moment_now()),
        .challenges = {challenge},
        .challenge_count = challenge != NULL,
        .request_id = request_id ? request_id : whole->request_id,
        .duration_ms = whole->duration_ms,
    };
    free(text);
}

static bool place_of(const json_t *item, size_t count, size_t *place)
{
    const char *id = json_member_text(item, "id");
    int64_t number;
    if (!id || !text_read_number(id, (int64_t)count - 1, &number))
        return false;
    *place = (size_t)number;
    return true;
}

bool batch_read(const struct answer *whole, size_t count, struct arena *arena,
                struct answer answers[])
{
    json_auto_t *json = NULL;
    bool twice[BATCH_MOST] = {false};
    size_t i, place;
    json_t *item;
    for (i = 0; i < count; i++)
        answers[i] = (struct answer){.outcome = OUTCOME_UNKNOWN, .body = "", .date = -1};
    if (whole->status != 200 || json_read(whole->body, whole->length, &json, NULL, NULL) ||
        !json_is_array(json_object_get(json, "responses")))
        return false;
    json_array_foreach (json_object_get(json, "responses"), i, item) {
        int64_t status = json_member_number(item, "status", 0);
        if (status < 100 || status > 599 || !place_of(item, count, &place))
            continue;
        twice[place] = answers[place].outcome == OUTCOME_ANSWERED || twice[place];
        if (twice[place])
            answers[place].outcome = OUTCOME_UNKNOWN;
        else
            read_item(item, whole, arena, &answers[place]);
    }
    return true;
}
