/* Rendering: one template gives subject, plain text and HTML, so that the three never say different
 * things. */
#include "notify/notify.h"

#include "base/text.h"

#include <string.h>

enum { LETTER_MOST = 64 * 1024, FACT_MOST = 2000, SUBJECT_MOST = 200 };

struct message_template {
    const char *kind, *text;
};

/* Made by the build from notify/messages: ends in a row without a kind. */
extern const struct message_template message_templates[];

static const char *find_template(const char *kind)
{
    for (const struct message_template *one = message_templates; one->kind; one++)
        if (text_equals(one->kind, kind))
            return one->text;
    return NULL;
}

/* At most so many bytes of it, cut between characters. */
static const char *cut(struct arena *arena, const char *text, size_t most)
{
    size_t length = strlen(text);
    if (length > most)
        for (length = most; length && ((unsigned char)text[length] & 0xC0) == 0x80; length--)
            ;
    return arena_copy_bytes(arena, text, length);
}

/* A fact on one line, without what steers how text is shown: whatever was typed, and whatever
 * people and roles are called, it cannot pretend to be another part of the message, nor make it too
 * long to be sent. */
static const char *fact(const json_t *facts, const char *name, size_t length, struct arena *arena)
{
    const char *key = arena_copy_bytes(arena, name, length);
    const char *text = json_string_value(json_object_get(facts, key));
    char *line = (char *)cut(arena, text ? text : "", FACT_MOST);
    for (char *at = line; *at; at++)
        if (*at == '\n' || *at == '\t' || *at == '\r')
            *at = ' ';
    text_tame(line);
    return line;
}

/* Adds the template with its `{names}` filled; a line whose name in `{?name}` is empty is left out.
 */
static void fill(const char *template, size_t length, const json_t *facts, struct arena *arena,
                 struct text *out)
{
    for (const char *at = template, *end = template + length; at < end;) {
        size_t line = strcspn(at, "\n");
        const char *line_end = at + line < end ? at + line : end;
        if (strncmp(at, "{?", 2) == 0) {
            size_t name = strcspn(at + 2, "}");
            bool empty = !*fact(facts, at + 2, name, arena);
            at = empty ? line_end + 1 : at + 2 + name + 1;
            if (empty)
                continue;
        }
        while (at < line_end) {
            size_t name = *at == '{' ? strcspn(at + 1, "}\n") : 0;
            if (*at == '{' && at[1 + name] == '}') {
                text_add(out, fact(facts, at + 1, name, arena));
                at += name + 2;
            } else {
                text_add_char(out, *at++);
            }
        }
        if (at < end)
            text_add_char(out, '\n');
        at = line_end + 1;
    }
}

static void add_escaped(struct text *html, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            text_add(html, "&amp;");
            break;
        case '<':
            text_add(html, "&lt;");
            break;
        case '>':
            text_add(html, "&gt;");
            break;
        case '"':
            text_add(html, "&quot;");
            break;
        case '\n':
            text_add(html, "<br>");
            break;
        default:
            text_add_char(html, text[i]);
        }
    }
}

/* Paragraphs of the text, escaped whole; the link, which is ours, becomes a button under the first.
 */
static void add_html(struct text *html, const char *text, const char *link)
{
    text_add(html, "<!doctype html><html><body style=\"font:16px/1.5 system-ui,sans-serif;"
                   "max-width:36em;margin:1em auto;padding:0 1em\">");
    for (bool first = true; *text; first = false) {
        const char *end = strstr(text, "\n\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        text_add(html, "<p>");
        add_escaped(html, text, length);
        text_add(html, "</p>");
        if (first && link) {
            text_add(html,
                     "<p><a style=\"display:inline-block;padding:.6em 1.2em;border-radius:.4em;"
                     "background:#1f5fbf;color:#fff;text-decoration:none\" href=\"");
            add_escaped(html, link, strlen(link));
            text_add(html, "\">Open in Curfew</a></p>");
        }
        text += length + (end ? 2 : 0);
    }
    text_add(html, "</body></html>");
}

enum fail letter_write(const char *kind, const json_t *facts, const char *link, struct arena *arena,
                       struct letter *ret, struct reason *why)
{
    const char *template = find_template(kind);
    if (!template)
        return because(why, FAIL_BROKEN, "there is no message \"%s\"", kind);
    size_t subject_length = strcspn(template, "\n");
    const char *body = template + subject_length + strspn(template + subject_length, "\n");
    scoped(text_scoped) struct text subject = TEXT_LIMIT(LETTER_MOST),
                                    text = TEXT_LIMIT(LETTER_MOST),
                                    html = TEXT_LIMIT(8 * LETTER_MOST);
    fill(template, subject_length, facts, arena, &subject);
    fill(body, strlen(body), facts, arena, &text);
    add_html(&html, text_of(&text), link);
    if (subject.cut || text.cut || html.cut)
        return because(why, FAIL_BROKEN, "message \"%s\" became too long", kind);
    ret->subject = cut(arena, text_of(&subject), SUBJECT_MOST); /* facts are lines: it is one */
    ret->text = arena_copy(arena, text_of(&text));
    ret->html = arena_copy(arena, text_of(&html));
    return FAIL_NONE;
}
