#include "web/paging.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

enum { CURSOR_MOST = 64 };

const char *paging_cursor(struct visit *visit, char kind)
{
    char bytes[CURSOR_MOST + 1];
    size_t length;
    const char *cursor = visit_query(visit, "cursor");
    if (!cursor)
        return NULL;
    if (strlen(cursor) <= CURSOR_MOST && base64url_read(cursor, CURSOR_MOST, bytes, &length) &&
        length > 1 && bytes[0] == kind)
        return arena_copy_bytes(visit->arena, bytes + 1, length - 1);
    complain(&visit->complaints, "cursor", "is not one of this list: take it from the page before");
    return NULL;
}

size_t paging_most(struct visit *visit)
{
    int64_t most = PAGE_USUAL;
    const char *limit = visit_query(visit, "limit");
    if (limit && (!text_read_number(limit, PAGE_MOST, &most) || most < 1))
        complain(&visit->complaints, "limit", "must be a number from 1 to %d", PAGE_MOST);
    return (size_t)most;
}

bool paging_flag(struct visit *visit, const char *name)
{
    const char *value = visit_query(visit, name);
    if (value && *value && !text_equals(value, "true") && !text_equals(value, "false"))
        complain(&visit->complaints, name, "must be true or false");
    return value && !text_equals(value, "false");
}

enum next paging_reply(struct visit *visit, json_t *items, const char *last, char kind)
{
    char cursor[BASE64URL_SIZE(CURSOR_MOST + 1)] = "";
    if (last) {
        const char *bytes = arena_text(visit->arena, "%c%s", kind, last);
        base64url_write(bytes, strlen(bytes), cursor);
    }
    return visit_json(
        visit, 200,
        memory_needed(json_pack("{s:o, s:s?}", "items", items, "cursor", last ? cursor : NULL)));
}
