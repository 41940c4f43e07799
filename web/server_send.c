/* From a visit's reply to libmicrohttpd: the headers that all replies have, and bodies that are
 * made while they are sent. */
#include "web/serving.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "web/route.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_PIECE = 64 * 1024, PIECE_MOST = 64 * 1024 * 1024 };

struct sending {
    struct request *request;
    struct text piece;
    size_t sent;
    bool more;
};

static ssize_t next_bytes(void *context, uint64_t position, char *buffer, size_t most)
{
    struct sending *sending = context;
    struct request *request = sending->request;
    struct reason why = {0};
    (void)position;
    while (sending->sent == sending->piece.length) {
        if (!sending->more)
            return MHD_CONTENT_READER_END_OF_STREAM;
        text_clear(&sending->piece);
        sending->sent = 0;
        const struct stream *stream = &request->visit.reply.stream;
        enum fail fail = stream->next(stream->context, &sending->piece, &sending->more, &why);
        if (fail || sending->piece.cut) {
            log_line(LOG_ERROR, "web.stream_cut", "{s:s, s:s}", "visit", request->visit.id, "why",
                     why.text);
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        /* As long as it gets on, it may go on. */
        connections_due(request->server->connections, request->about, full_time(request->server));
    }
    size_t left = sending->piece.length - sending->sent;
    size_t now = left < most ? left : most;
    memcpy(buffer, sending->piece.data + sending->sent, now);
    sending->sent += now;
    return (ssize_t)now;
}

static void sending_free(void *context)
{
    struct sending *sending = context;
    text_scoped(&sending->piece);
    free(sending);
}

static struct MHD_Response *response_of(struct request *request)
{
    struct reply *reply = &request->visit.reply;
    if (!reply->stream.next)
        return MHD_create_response_from_buffer(
            reply->length, (void *)(uintptr_t)(reply->body ? reply->body : ""),
            reply->is_static ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    struct sending *sending = MEMORY_NEW(struct sending);
    sending->request = request;
    sending->more = true;
    sending->piece = TEXT_LIMIT(PIECE_MOST);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE, next_bytes, sending,
                                             sending_free);
}

static void say(const struct request *request)
{
    const struct visit *visit = &request->visit;
    if (visit->reply.status < 400 && !visit->why.text[0])
        return;
    log_line(visit->reply.status >= 500 ? LOG_ERROR : LOG_INFO, "web.refused",
             "{s:s, s:s, s:s, s:i, s:s}", "visit", visit->id, "method",
             request->method ? request->method : "?", "path",
             visit->route ? visit->route->path : "?", "status", visit->reply.status, "why",
             visit->why.text);
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value)
        (void)MHD_add_response_header(response, name, value);
}

enum MHD_Result send_reply(struct request *request)
{
    struct reply *reply = &request->visit.reply;
    struct MHD_Response *response = memory_needed(response_of(request));
    for (size_t i = 0; i < reply_fixed_header_count; i++)
        add(response, reply_fixed_headers[i].name, reply_fixed_headers[i].value);
    if (request->visit.https)
        add(response, "Strict-Transport-Security", "max-age=63072000; includeSubDomains");
    for (size_t i = 0; i < reply->header_count; i++)
        add(response, reply->headers[i].name, reply->headers[i].value);
    add(response, "Content-Type", reply->type);
    add(response, "Content-Encoding", reply->encoding);
    if (reply->close || atomic_load(&request->server->stopping))
        add(response, "Connection", "close");
    say(request);
    int class = reply->status / 100;
    atomic_fetch_add(&request->server->web->answers[class >= 1 && class <= 5 ? class : 5], 1);
    request->answered = true;
    enum MHD_Result result =
        MHD_queue_response(request->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result send_refusal(struct request *request, enum fail fail, int status,
                             const char *detail)
{
    struct visit *visit = &request->visit;
    reply_problem(&visit->reply, visit->arena, fail, status, detail, NULL, visit->id);
    if (fail == FAIL_METHOD)
        reply_header(&visit->reply, "Allow", route_allows(visit->path));
    visit->reply.close = true;
    return send_reply(request);
}
