#include "outbound/exchange.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "outbound/retry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SLOWEST_BYTES_PER_SECOND = 1000 };

/* What libcurl asks while it works. */

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *exchange = context;
    (void)purpose;
    if (!guard_allows(exchange->peers, &address->addr, &exchange->why))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A connection stands, new or kept, and the request goes out next. */
static int before_request(void *context, char *peer, char *own, int peer_port, int own_port)
{
    struct exchange *exchange = context;
    (void)own;
    (void)peer_port;
    (void)own_port;
    exchange->why = (struct reason){0}; /* an address that was refused did not matter */
    if (!guard_allows_text(exchange->peers, peer, &exchange->why))
        return CURL_PREREQFUNC_ABORT; /* a call with more freedom left this connection behind */
    if (exchange->write && exchange->sent) {
        (void)because(&exchange->why, FAIL_UNAVAILABLE, "stopped before it was sent twice");
        return CURL_PREREQFUNC_ABORT;
    }
    exchange->sent = true;
    return CURL_PREREQFUNC_OK;
}

static size_t take_header(char *bytes, size_t one, size_t count, void *context)
{
    struct exchange *exchange = context;
    (void)bytes;
    exchange->header_bytes += one * count;
    if (exchange->header_bytes <= CALL_HEADER_LIMIT)
        return one * count;
    (void)because(&exchange->why, FAIL_UNAVAILABLE, "more than %d bytes of headers",
                  CALL_HEADER_LIMIT);
    return 0;
}

/* Answers hold tokens too: what the body outgrows is wiped. */
static void grow_body(struct exchange *exchange, size_t needed)
{
    size_t capacity = exchange->capacity * 2 > needed ? exchange->capacity * 2 : needed;
    char *body = memory_new(capacity, 1);
    if (exchange->body) {
        memcpy(body, exchange->body, exchange->length);
        sodium_memzero(exchange->body, exchange->capacity);
    }
    free(exchange->body);
    exchange->body = body;
    exchange->capacity = capacity;
}

static size_t take_body(char *bytes, size_t one, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t length = one * count;
    if (length > exchange->limit - exchange->length) {
        (void)because(&exchange->why, FAIL_UNAVAILABLE, "an answer of more than %zu bytes",
                      exchange->limit);
        return 0;
    }
    if (exchange->length + length + 1 > exchange->capacity)
        grow_body(exchange, exchange->length + length + 1);
    memcpy(exchange->body + exchange->length, bytes, length);
    exchange->length += length;
    return length;
}

/* Preparing the call. */

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(exchange->easy, (option), (value)) != CURLE_OK)                       \
            (void)because(&exchange->why, FAIL_BROKEN, "libcurl refused " #option);                \
    } while (0)

static void set_callbacks(struct exchange *exchange)
{
    SET(CURLOPT_PRIVATE, exchange);
    SET(CURLOPT_ERRORBUFFER, exchange->trouble);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, exchange);
    SET(CURLOPT_PREREQFUNCTION, before_request);
    SET(CURLOPT_PREREQDATA, exchange);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, exchange);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, exchange);
}

/* What every call has in common (security.md 5). */
static void set_rules(struct exchange *exchange, bool private_peer, const char *authorities)
{
    SET(CURLOPT_PROTOCOLS_STR, private_peer ? "https,http" : "https");
    SET(CURLOPT_DEFAULT_PROTOCOL, "https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (authorities) {
        SET(CURLOPT_CAINFO, authorities);
        SET(CURLOPT_CAPATH, (char *)NULL);
    }
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_PROXY, ""); /* not that of the environment either */
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs must not hold up the other calls */
    SET(CURLOPT_USERAGENT, "curfew/" CURFEW_VERSION);
}

static void set_limits(struct exchange *exchange, const struct call *call)
{
    int64_t total = call->total_ms ? call->total_ms : CALL_TOTAL_MS;
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(call->connect_ms ? call->connect_ms : CALL_CONNECT_MS));
    SET(CURLOPT_TIMEOUT_MS, (long)total);
    exchange->limit = call->answer_limit ? call->answer_limit : CALL_ANSWER_LIMIT;
    if (call->write) /* to libcurl a service that thinks is slow, and PIM thinks long */
        return;
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)SLOWEST_BYTES_PER_SECOND);
    SET(CURLOPT_LOW_SPEED_TIME, (long)((total + 1999) / 2000));
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return false;
    return true;
}

static void add_header(struct exchange *exchange, const char *name, const char *value)
{
    scoped(text_scoped) struct text line = TEXT_LIMIT(CALL_HEADER_LIMIT);
    text_addf(&line, "%s: %s", name, value);
    if (line.cut || !is_printable(text_of(&line))) {
        (void)because(&exchange->why, FAIL_BROKEN, "the header %s cannot be sent", name);
        return;
    }
    exchange->headers = memory_needed(curl_slist_append(exchange->headers, text_of(&line)));
}

static void add_bearer(struct exchange *exchange, const struct secret *token)
{
    static const char start[] = "Authorization: Bearer ";
    if (!is_printable(secret_text(token)) || strlen(secret_text(token)) != token->length) {
        (void)because(&exchange->why, FAIL_BROKEN, "the token cannot be sent");
        return;
    }
    exchange->bearer_line = secret_new(sizeof start - 1 + token->length);
    memcpy(exchange->bearer_line->bytes, start, sizeof start - 1);
    memcpy(exchange->bearer_line->bytes + sizeof start - 1, token->bytes, token->length);
    exchange->bearer.data = (char *)exchange->bearer_line->bytes;
}

static void set_request(struct exchange *exchange, const struct call *call)
{
    SET(CURLOPT_URL, call->url);
    SET(CURLOPT_CUSTOMREQUEST, call->method);
    if (call->content_type) {
        exchange->sending = secret_copy(call->body, call->body_length);
        SET(CURLOPT_POSTFIELDS, secret_text(exchange->sending));
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_length);
        add_header(exchange, "Content-Type", call->content_type);
        exchange->headers = memory_needed(curl_slist_append(exchange->headers, "Expect:"));
    }
    for (size_t i = 0; i < call->header_count; i++)
        add_header(exchange, call->headers[i].name, call->headers[i].value);
    if (call->bearer)
        add_bearer(exchange, call->bearer);
    exchange->bearer.next = exchange->headers;
    SET(CURLOPT_HTTPHEADER, exchange->bearer.data ? &exchange->bearer : exchange->headers);
    if (call->write) { /* on a kept connection that dies, libcurl would send it again by itself */
        SET(CURLOPT_FRESH_CONNECT, 1L);
        SET(CURLOPT_FORBID_REUSE, 1L);
    }
}

struct exchange *exchange_new(const struct call *call, const char *authorities,
                              void (*done)(void *context, const struct answer *answer),
                              void *context)
{
    struct exchange *exchange = MEMORY_NEW(struct exchange);
    exchange->easy = memory_needed(curl_easy_init());
    exchange->began_ms = moment_ticks_ms();
    exchange->done = done;
    exchange->context = context;
    exchange->write = call->write;
    exchange->peers = PEERS_PUBLIC;
    if (call->private_peer)
        exchange->peers = text_starts_with(call->url, "https:") ? PEERS_PRIVATE : PEERS_LOOPBACK;
    set_callbacks(exchange);
    set_rules(exchange, call->private_peer, authorities);
    set_limits(exchange, call);
    set_request(exchange, call);
    return exchange;
}

/* The answer. */

static const char *header(CURL *easy, const char *name, size_t index)
{
    struct curl_header *found;
    return curl_easy_header(easy, name, index, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value
                                                                                      : NULL;
}

static void read_headers(CURL *easy, struct answer *answer)
{
    long status = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    answer->content_type = header(easy, "Content-Type", 0);
    const char *date = header(easy, "Date", 0);
    if (date && !moment_read_http(date, &answer->date))
        answer->date = -1;
    answer->retry_after_ms = retry_after_ms(header(easy, "Retry-After", 0),
                                            answer->date >= 0 ? answer->date : moment_now());
    answer->request_id = header(easy, "request-id", 0);
    if (!answer->request_id)
        answer->request_id = header(easy, "x-ms-request-id", 0);
    while (answer->challenge_count < CALL_CHALLENGES) {
        const char *challenge = header(easy, "WWW-Authenticate", answer->challenge_count);
        if (!challenge)
            break;
        answer->challenges[answer->challenge_count++] = challenge;
    }
}

static void exchange_free(struct exchange *exchange)
{
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    secret_free(exchange->bearer_line);
    secret_free(exchange->sending);
    if (exchange->body)
        sodium_memzero(exchange->body, exchange->capacity);
    free(exchange->body);
    free(exchange);
}

static void say_why(const struct exchange *exchange, CURLcode result, struct reason *why)
{
    const char *says = exchange->trouble[0] ? exchange->trouble : curl_easy_strerror(result);
    *why = exchange->why;
    (void)because(why, FAIL_UNAVAILABLE, "%s", says);
}

void exchange_finish(struct exchange *exchange, CURLcode result)
{
    struct answer answer = {.body = "", .date = -1, .retry_after_ms = RETRY_ABSENT};
    read_headers(exchange->easy, &answer);
    answer.duration_ms = moment_ticks_ms() - exchange->began_ms;
    if (result == CURLE_OK) {
        answer.outcome = OUTCOME_ANSWERED;
        answer.body = exchange->body ? exchange->body : "";
        answer.length = exchange->length;
    } else {
        answer.outcome = exchange->sent ? OUTCOME_UNKNOWN : OUTCOME_NOT_SENT;
        say_why(exchange, result, &answer.reason);
    }
    exchange->done(exchange->context, &answer);
    exchange_free(exchange);
}
