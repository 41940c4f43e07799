#include "web/listen.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum fail read_address(const char *text, struct sockaddr_storage *address,
                              struct reason *why)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    int64_t port;
    size_t length = colon ? (size_t)(colon - text) : 0;
    if (!colon || length >= sizeof host || !text_read_number(colon + 1, 65535, &port))
        return because(why, FAIL_INVALID, "\"%s\" is not address:port", text);
    memcpy(host, text, length);
    host[length] = '\0';
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return FAIL_NONE;
    }
    if (host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1) {
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons((uint16_t)port);
            return FAIL_NONE;
        }
    }
    return because(why, FAIL_INVALID, "\"%s\" is not an address", host);
}

enum fail listen_on(const char *address_text, int *ret, struct reason *why)
{
    struct sockaddr_storage address;
    int one = 1;
    enum fail fail = read_address(address_text, &address, why);
    if (fail)
        return fail;
    int bound = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size =
        address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (bound >= 0)
        (void)setsockopt(bound, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bound < 0 || bind(bound, (struct sockaddr *)&address, size) != 0 ||
        listen(bound, 511) != 0) {
        fail = because(why, errno == EADDRINUSE ? FAIL_CONFLICT : FAIL_UNAVAILABLE,
                       "%s cannot be listened on: %s", address_text, strerror(errno));
        if (bound >= 0)
            (void)close(bound);
        return fail;
    }
    *ret = bound;
    return FAIL_NONE;
}
