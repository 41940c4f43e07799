#include "web/forwarding.h"

#include "base/text.h"
#include "web/web.h"

#include <string.h>

/* The last header of that name: a proxy adds its own behind what the browser sent. */
static const char *last_header(const struct visit *visit, const char *name)
{
    for (size_t i = visit->header_count; i-- > 0;)
        if (text_equals_ignoring_case(visit->headers[i].name, name))
            return visit->headers[i].value;
    return NULL;
}

bool forwarding_read(struct visit *visit)
{
    if (!networks_hold(&visit->web->options.proxies, visit->address))
        return false;
    const char *forwarded = last_header(visit, "X-Forwarded-For");
    const char *scheme = last_header(visit, "X-Forwarded-Proto");
    if (forwarded) {
        const char *comma = strrchr(forwarded, ',');
        const char *text = comma ? comma + 1 : forwarded;
        struct network client;
        text += strspn(text, " \t");
        if (!network_read(text, &client) || strchr(text, '/'))
            memset(&client, 0, sizeof client); /* nobody's: never the proxy's own */
        memcpy(visit->address, client.address, ADDRESS_SIZE);
    }
    if (scheme)
        visit->https = text_equals(scheme, "https");
    return true;
}
