/* Answers on the wire, whole or broken. */
#include "sandbox/http/connection.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "sandbox/http/faults.h"
#include "sandbox/http/gzip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BLOCK = 16 * 1024 };

enum MHD_Result send_reset(struct call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    /* Linux: unconnecting a TCP socket resets it, before libmicrohttpd can shut it down in order */
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    if (info)
        (void)connect(info->connect_fd, &nobody, sizeof nobody);
    return MHD_NO;
}

/* The fault that breaks the bytes, or NULL. */
static const struct fault *breaks(const struct call *call, enum fault_kind kind)
{
    const struct fault *fault = call->exchange->fault;
    return fault && fault->kind == kind ? fault : NULL;
}

/* JSON that a strict reader refuses. */
static void spoil(struct call *call, int64_t how)
{
    struct text *body = &call->body;
    if (how == 2) {
        text_clear(body);
        text_add(body, "<!doctype html><title>Welcome to the guest network</title>"
                       "<p>Please accept the terms of use.</p>");
        call->exchange->content_type = "text/html; charset=utf-8";
        call->exchange->status = 200;
    } else if (body->length && body->data[body->length - 1] == '}') {
        body->data[--body->length] = '\0';
        if (how == 1) /* a member that is there twice: the last one wins in sloppy readers */
            text_add(body, ",\"value\":[],\"value\":[],\"status\":\"Failed\",\"status\":"
                           "\"Provisioned\",\"access_token\":\"x\",\"access_token\":\"y\"}");
    }
}

static void render(struct call *call)
{
    const struct exchange *exchange = call->exchange;
    if (exchange->json) {
        char *text = json_compact(exchange->json);
        text_add(&call->body, text);
        free(text);
    } else if (exchange->text) {
        text_add(&call->body, exchange->text);
    }
    if (breaks(call, FAULT_SPOIL))
        spoil(call, breaks(call, FAULT_SPOIL)->number);
    if (breaks(call, FAULT_GZIP))
        gzip_text(&call->body, (size_t)breaks(call, FAULT_GZIP)->number);
}

/* The body's bytes, then `pad` blanks; a cut body ends in an error, a dripping one waits. */
static ssize_t read_broken(void *context, uint64_t position, char *bytes, size_t most)
{
    struct call *call = context;
    const struct fault *fault = call->exchange->fault;
    if (fault->kind == FAULT_CUT && position >= (uint64_t)fault->number)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (fault->kind == FAULT_DRIP) {
        if (call->dropped)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (call->sent == position && position > 0) { /* one byte went: wait for the next */
            call->sent++;
            pauses_add(server_pauses(call->server), call, 1000);
            return 0;
        }
        call->sent = position + 1;
        most = 1;
    }
    if (position < call->body.length) {
        size_t left = call->body.length - position;
        size_t length = left < most ? left : most;
        if (fault->kind == FAULT_CUT && length > (uint64_t)fault->number - position)
            length = (size_t)((uint64_t)fault->number - position);
        memcpy(bytes, call->body.data + position, length);
        return (ssize_t)length;
    }
    if (fault->kind != FAULT_PAD || position - call->body.length >= (uint64_t)fault->number)
        return MHD_CONTENT_READER_END_OF_STREAM;
    uint64_t left = (uint64_t)fault->number - (position - call->body.length);
    size_t length = left < most ? (size_t)left : most;
    memset(bytes, ' ', length);
    return (ssize_t)length;
}

static void add_date(const struct call *call, struct MHD_Response *response)
{
    time_t now = (time_t)moment_now();
    struct tm when;
    char text[32];
    if (breaks(call, FAULT_DATE))
        now += (time_t)breaks(call, FAULT_DATE)->number;
    gmtime_r(&now, &when);
    (void)strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &when);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, text);
}

static void add_headers(const struct call *call, struct MHD_Response *response)
{
    const struct exchange *exchange = call->exchange;
    add_date(call, response);
    if (exchange->content_type)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                      exchange->content_type);
    for (size_t i = 0; i < exchange->answer_headers.count; i++)
        (void)MHD_add_response_header(response, exchange->answer_headers.list[i].name,
                                      exchange->answer_headers.list[i].value);
    if (breaks(call, FAULT_GZIP))
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

enum MHD_Result send_answer(struct call *call)
{
    const struct fault *fault = call->exchange->fault;
    struct MHD_Response *response;
    if (call->dropped || (fault && (fault->kind == FAULT_RESET || fault->kind == FAULT_REFUSE)))
        return send_reset(call);
    render(call);
    bool broken = fault && (fault->kind == FAULT_CUT || fault->kind == FAULT_PAD ||
                            fault->kind == FAULT_DRIP);
    if (broken) {
        uint64_t size = fault->kind == FAULT_PAD ? MHD_SIZE_UNKNOWN : call->body.length;
        response = MHD_create_response_from_callback(size, BLOCK, read_broken, call, NULL);
    } else {
        response = MHD_create_response_from_buffer(call->body.length, (void *)text_of(&call->body),
                                                   MHD_RESPMEM_MUST_COPY);
    }
    (void)memory_needed(response);
    add_headers(call, response);
    enum MHD_Result result =
        MHD_queue_response(call->connection, (unsigned)call->exchange->status, response);
    MHD_destroy_response(response);
    return result;
}
