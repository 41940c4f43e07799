#include "sandbox/pages/html.h"

#include "sandbox/embedded.h"

#include <string.h>

static void add_escaped(struct text *page, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            text_add(page, "&amp;");
            break;
        case '<':
            text_add(page, "&lt;");
            break;
        case '>':
            text_add(page, "&gt;");
            break;
        case '"':
            text_add(page, "&quot;");
            break;
        case '\'':
            text_add(page, "&#39;");
            break;
        default:
            text_add_char(page, text[i]);
        }
    }
}

void html_addf(struct text *page, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    for (const char *at = format; *at;) {
        size_t plain = strcspn(at, "%");
        text_add_bytes(page, at, plain);
        at += plain;
        if (!*at)
            break;
        if (at[1] == 's') {
            const char *text = va_arg(values, const char *);
            add_escaped(page, text ? text : "", text ? strlen(text) : 0);
        } else if (at[1] == 'd') {
            text_addf(page, "%d", va_arg(values, int));
        } else {
            text_add_char(page, '%');
        }
        at += 2;
    }
    va_end(values);
}

void html_add_linked(struct text *page, const char *text)
{
    while (*text) {
        const char *link = strstr(text, "http");
        if (!link) {
            add_escaped(page, text, strlen(text));
            return;
        }
        add_escaped(page, text, (size_t)(link - text));
        bool address = text_starts_with(link, "http://") || text_starts_with(link, "https://");
        size_t length = address ? strcspn(link, " \t\r\n<>\"'()") : 4;
        while (address && strchr(".,;:!?", link[length - 1]))
            length--; /* the end of the sentence, not of the address */
        if (address) {
            text_add(page, "<a href=\"");
            add_escaped(page, link, length);
            text_add(page, "\" rel=\"noreferrer\">");
        }
        add_escaped(page, link, length);
        if (address)
            text_add(page, "</a>");
        text = link + length;
    }
}

void html_begin(struct text *page, const char *title, int refresh_seconds)
{
    text_add(page, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                   "<meta name=\"color-scheme\" content=\"light dark\">");
    if (refresh_seconds)
        html_addf(page, "<meta http-equiv=\"refresh\" content=\"%d\">", refresh_seconds);
    html_addf(page, "<title>%s – sandbox tenant</title><style>", title);
    text_add(page, embedded_style);
    text_add(page, "</style></head><body>");
}

void html_end(struct text *page)
{
    text_add(page, "</body></html>\n");
}
