#include "web/gate.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 2048, QUERY_MOST = 4096 };

static int refuse(struct reason *why, int status, const char *format, ...) PRINTF(3, 4);

static int refuse(struct reason *why, int status, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(why->text, sizeof why->text, format, values);
    va_end(values);
    return status;
}

static bool is_letter_or_digit(char one)
{
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
}

static bool is_token(const char *name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    if (!*name)
        return false;
    for (; *name; name++)
        if (!is_letter_or_digit(*name) && !strchr(marks, *name))
            return false;
    return true;
}

static bool has_control(const char *value, size_t length)
{
    if (strlen(value) != length)
        return true;
    for (; *value; value++)
        if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7F)
            return true;
    return false;
}

/* Origin form only, plainly written: no escapes, no dots that lead elsewhere, nothing outside
 * ASCII. */
static bool is_plain_path(const char *path, size_t length)
{
    if (path[0] != '/')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_letter_or_digit(path[i]) && !strchr("/-._~", path[i]))
            return false;
        if (path[i] == '/' && i + 1 < length && (path[i + 1] == '/' || path[i + 1] == '.'))
            return false;
    }
    return true;
}

static int hex_of(char one)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *found = one ? strchr(digits, one) : NULL;
    return found ? (int)(found - digits) % 16 : -1;
}

/* Printable ASCII whose escapes are whole and hold UTF-8 without controls. */
static bool is_plain_query(const char *query)
{
    char text[QUERY_MOST];
    size_t length = 0;
    for (; *query; query++) {
        int byte = (unsigned char)*query;
        if (byte == '%') {
            int high = hex_of(query[1]), low = high < 0 ? -1 : hex_of(query[2]);
            byte = low < 0 ? 0 : high * 16 + low;
            query += low < 0 ? 0 : 2;
        } else if (byte > 0x7E) {
            return false;
        }
        if (byte <= 0x20 ? byte != 0x20 || *query == ' ' : byte == 0x7F)
            return false;
        text[length++] = (char)byte;
    }
    return text_is_utf8(text, length);
}

static int check_target(const char *target, struct reason *why)
{
    size_t path = strcspn(target, "?");
    const char *query = target[path] ? target + path + 1 : "";
    if (path > PATH_MOST || strlen(query) > QUERY_MOST)
        return refuse(why, 414, "the request target is too long");
    if (!is_plain_path(target, path) || !is_plain_query(query))
        return refuse(why, 400, "the request target is not plain");
    return 0;
}

/* `METHOD target version`, then `Name: value` each. */
static int check_size(const struct head *head, struct reason *why)
{
    size_t size = strlen(head->method) + strlen(head->target) + strlen(head->version) + 4 + 2;
    for (size_t i = 0; i < head->header_count; i++)
        size += strlen(head->headers[i].name) + head->value_lengths[i] + 4;
    return !head->size || head->size == size
               ? 0
               : refuse(why, 400, "the head has %zu bytes, written plainly it would have %zu",
                        head->size, size);
}

static int check_header(const struct head *head, size_t i, struct reason *why)
{
    static const char *const once[] = {"Host",           "Content-Length", "Content-Type",
                                       "Cookie",         "Origin",         "Authorization",
                                       "Sec-Fetch-Site", "X-CSRF-Token",   "Idempotency-Key"};
    const struct header *header = &head->headers[i];
    if (!is_token(header->name) || has_control(header->value, head->value_lengths[i]))
        return refuse(why, 400, "a header is malformed");
    if (text_equals_ignoring_case(header->name, "Transfer-Encoding"))
        return refuse(why, 400, "Transfer-Encoding is not taken");
    for (size_t k = 0; k < COUNT(once); k++) {
        if (!text_equals_ignoring_case(header->name, once[k]))
            continue;
        for (size_t n = 0; n < i; n++)
            if (text_equals_ignoring_case(head->headers[n].name, once[k]))
                return refuse(why, 400, "%s is there twice", once[k]);
    }
    return 0;
}

int gate_refuses(const struct head *head, struct reason *why)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS"};
    bool known = false, host = false, length = false;
    for (size_t i = 0; i < COUNT(methods); i++)
        known |= text_equals(head->method, methods[i]);
    if (!known)
        return refuse(why, 501, "method %.20s is not known", head->method);
    if (!text_equals(head->version, "HTTP/1.1"))
        return refuse(why, 400, "version %.20s is not taken", head->version);
    int status = check_target(head->target, why);
    if (status)
        return status;
    if (head->too_many_headers)
        return refuse(why, 431, "more than %d headers", VISIT_HEADERS);
    for (size_t i = 0; i < head->header_count; i++) {
        status = check_header(head, i, why);
        if (status)
            return status;
        host |= text_equals_ignoring_case(head->headers[i].name, "Host");
        if (text_equals_ignoring_case(head->headers[i].name, "Content-Length")) {
            int64_t bytes;
            length = true;
            if (!text_read_number(head->headers[i].value, INT64_MAX, &bytes))
                return refuse(why, 400, "Content-Length is no number");
            if (bytes && !text_equals(head->method, "POST"))
                return refuse(why, 400, "%s with a body", head->method);
        }
    }
    if (!host)
        return refuse(why, 400, "no Host");
    if (text_equals(head->method, "POST") && !length)
        return refuse(why, 411, "POST without Content-Length");
    return check_size(head, why);
}
