/* From what libmicrohttpd read to a visit: headers, query, address, route; and the gate before all
 * of it. */
#include "web/serving.h"

#include "base/text.h"
#include "web/forwarding.h"
#include "web/gate.h"
#include "web/route.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct heads {
    struct visit *visit;
    struct head *head;
    size_t lengths[VISIT_HEADERS];
};

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    struct heads *heads = context;
    struct visit *visit = heads->visit;
    (void)kind;
    if (visit->header_count == VISIT_HEADERS) {
        heads->head->too_many_headers = true;
        return MHD_NO;
    }
    if (name_size != strlen(name))
        name = ""; /* a NUL inside: refused as malformed */
    heads->lengths[visit->header_count] = value_size;
    visit->headers[visit->header_count++] = (struct header){name, value ? value : ""};
    return MHD_YES;
}

static enum MHD_Result add_query(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
    struct visit *visit = context;
    (void)kind;
    bool whole = name_size == strlen(name) && (!value || value_size == strlen(value));
    if (!whole || visit->query_count == VISIT_QUERY)
        return MHD_NO;
    visit->query[visit->query_count++] = (struct header){name, value};
    return MHD_YES;
}

static void peer_address(struct MHD_Connection *connection, uint8_t address[ADDRESS_SIZE])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    memset(address, 0, ADDRESS_SIZE);
    if (!info || !info->client_addr)
        return;
    if (info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)info->client_addr;
        address[10] = address[11] = 0xFF;
        memcpy(address + 12, &v4->sin_addr, 4);
    } else if (info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 =
            (const struct sockaddr_in6 *)(const void *)info->client_addr;
        memcpy(address, &v6->sin6_addr, ADDRESS_SIZE);
    }
}

/* How many bytes the head had; 0 where libmicrohttpd refuses by itself what it would show. */
static size_t head_size(struct MHD_Connection *connection)
{
    if (MHD_VERSION >= 0x01000000)
        return 0;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

static int pass_gate(struct request *request, const char *method, const char *version)
{
    struct visit *visit = &request->visit;
    struct head head = {.method = method, .version = version, .target = request->uri};
    struct heads heads = {.visit = visit, .head = &head};
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, add_header, &heads);
    head.header_count = visit->header_count;
    head.headers = visit->headers;
    head.value_lengths = heads.lengths;
    head.size = head_size(request->connection);
    return gate_refuses(&head, &visit->why);
}

enum MHD_Result look_at_head(struct request *request, const char *method, const char *version)
{
    struct visit *visit = &request->visit;
    int status = pass_gate(request, method, version);
    if (status)
        return send_refusal(request, FAIL_INVALID, status, "This request is malformed.");
    int count =
        MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, add_query, visit);
    if (count < 0 || (size_t)count != visit->query_count)
        return send_refusal(request, FAIL_INVALID, 400, "This query is malformed.");
    request->method = arena_copy(visit->arena, method);
    visit->method = text_equals(method, "POST") ? METHOD_POST : METHOD_GET;
    visit->is_head = text_equals(method, "HEAD");
    visit->path = arena_copy_bytes(visit->arena, request->uri, strcspn(request->uri, "?"));
    peer_address(request->connection, visit->address);
    visit->https = text_starts_with(visit->web->options.public_url, "https:");
    visit->reply.close = forwarding_read(visit);
    const struct route *route = route_find(visit->method, visit->path, visit->arena, visit->params);
    request->body_limit = route ? route->body : 0;
    const char *length = visit_header(visit, "Content-Length");
    int64_t bytes = 0;
    if (!length || !text_read_number(length, INT64_MAX, &bytes) ||
        bytes <= (int64_t)request->body_limit)
        return MHD_YES;
    enum fail fail = route                       ? FAIL_TOO_LARGE
                     : route_allows(visit->path) ? FAIL_METHOD
                                                 : FAIL_NOT_FOUND;
    return send_refusal(request, fail, fail_status(fail), NULL);
}
