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

enum { BLOCK = 16 * 1024, DRIP_MS = 1000 };

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

/* As much of the body from `position` on as fits. */
static ssize_t copy_body(const struct call *call, uint64_t position, char *bytes, size_t most)
{
    size_t left = call->body.length - (size_t)position;
    size_t length = left < most ? left : most;
    memcpy(bytes, call->body.data + position, length);
    return (ssize_t)length;
}

/* Ends in an error before the length that the head promised. */
static ssize_t read_cut(void *context, uint64_t position, char *bytes, size_t most)
{
    const struct call *call = context;
    uint64_t end = (uint64_t)call->exchange->fault->number;
    if (position >= end || position >= call->body.length)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return copy_body(call, position, bytes,
                     end - position < most ? (size_t)(end - position) : most);
}

static ssize_t read_padded(void *context, uint64_t position, char *bytes, size_t most)
{
    const struct call *call = context;
    if (position < call->body.length)
        return copy_body(call, position, bytes, most);
    uint64_t left = call->body.length + (uint64_t)call->exchange->fault->number - position;
    if (!left)
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t length = left < most ? (size_t)left : most;
    memset(bytes, ' ', length);
    return (ssize_t)length;
}

/* One byte, then a pause, in turn: `sent` is ahead of `position` when the pause was. */
static ssize_t read_dripping(void *context, uint64_t position, char *bytes, size_t most)
{
    struct call *call = context;
    (void)most;
    if (call->dropped)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (position == call->sent && position > 0) {
        call->sent++;
        pauses_add(server_pauses(call->server), call, DRIP_MS);
        return 0;
    }
    call->sent = position + 1;
    return copy_body(call, position, bytes, 1);
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

static struct MHD_Response *new_response(struct call *call)
{
    uint64_t size = call->body.length;
    if (breaks(call, FAULT_CUT))
        return MHD_create_response_from_callback(size, BLOCK, read_cut, call, NULL);
    if (breaks(call, FAULT_DRIP))
        return MHD_create_response_from_callback(size, BLOCK, read_dripping, call, NULL);
    if (breaks(call, FAULT_PAD))
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_padded, call, NULL);
    return MHD_create_response_from_buffer(call->body.length, (void *)text_of(&call->body),
                                           MHD_RESPMEM_MUST_COPY);
}

enum MHD_Result send_answer(struct call *call)
{
    if (call->dropped || breaks(call, FAULT_RESET) || breaks(call, FAULT_REFUSE))
        return send_reset(call);
    render(call);
    struct MHD_Response *response = memory_needed(new_response(call));
    add_headers(call, response);
    enum MHD_Result result =
        MHD_queue_response(call->connection, (unsigned)call->exchange->status, response);
    MHD_destroy_response(response);
    return result;
}
