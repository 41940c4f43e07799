/* The pages: one static shell for everybody, its files, and the description of the API; all of it
 * is in the program. */
#include "web/assets.h"
#include "web/handlers.h"

#include "base/text.h"

#include <string.h>

static bool takes_gzip(const struct visit *visit)
{
    const char *accepted = visit_header(visit, "Accept-Encoding");
    return accepted && strstr(accepted, "gzip") && !strstr(accepted, "gzip;q=0");
}

static enum next serve(struct visit *visit, const char *name)
{
    for (const struct asset *asset = assets; asset->name; asset++) {
        if (!text_equals(asset->name, name))
            continue;
        bool packed = asset->packed_length && takes_gzip(visit);
        visit->reply.status = 200;
        visit->reply.type = asset->type;
        visit->reply.is_static = true;
        visit->reply.body = packed ? asset->packed : asset->bytes;
        visit->reply.length = packed ? asset->packed_length : asset->length;
        visit->reply.encoding = packed ? "gzip" : NULL;
        reply_header(&visit->reply, "Vary", "Accept-Encoding");
        return NEXT_REPLY;
    }
    return visit_fail(visit, FAIL_NOT_FOUND);
}

enum next get_shell(struct visit *visit)
{
    return serve(visit, "index.html");
}

enum next get_asset(struct visit *visit)
{
    return serve(visit, visit->params[0] ? visit->params[0] : "favicon.ico");
}

enum next get_openapi(struct visit *visit)
{
    return serve(visit, "openapi.json");
}
