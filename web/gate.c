#include "web/gate.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { TARGET_MOST = 2048 };

static int refuse(struct reason *why, int status, const char *format, ...) PRINTF(3, 4);

static int refuse(struct reason *why, int status, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(why->text, sizeof why->text, format, values);
    va_end(values);
    return status;
}

static bool is_token(const char *name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    if (!*name)
        return false;
    for (; *name; name++) {
        bool letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
        if (!letter && !(*name >= '0' && *name <= '9') && !strchr(marks, *name))
            return false;
    }
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
static bool is_plain(const char *target)
{
    if (target[0] != '/' || strlen(target) > TARGET_MOST || strstr(target, "//") ||
        strstr(target, "/./") || strstr(target, "/.."))
        return false;
    for (; *target; target++) {
        bool letter = (*target >= 'a' && *target <= 'z') || (*target >= 'A' && *target <= 'Z');
        if (!letter && !(*target >= '0' && *target <= '9') && !strchr("/-._~", *target))
            return false;
    }
    return true;
}

static int check_header(const struct head *head, size_t i, struct reason *why)
{
    static const char *const once[] = {"Host",           "Content-Length", "Content-Type",
                                       "Cookie",         "Origin",         "Authorization",
                                       "Sec-Fetch-Site", "X-CSRF-Token"};
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
    if (!is_plain(head->target))
        return refuse(why, 400, "the request target is not plain");
    if (head->too_many_headers)
        return refuse(why, 431, "more than %d headers", VISIT_HEADERS);
    for (size_t i = 0; i < head->header_count; i++) {
        int status = check_header(head, i, why);
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
    return 0;
}
