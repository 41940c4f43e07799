#include "audit/csv.h"

static const bool wants_quotes[256] = {
    ['"'] = true, [','] = true, [';'] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true,
};

static const bool begins_formula[256] = {
    ['='] = true,  ['+'] = true,  ['-'] = true,  ['@'] = true,  ['\t'] = true,
    ['\r'] = true, ['\n'] = true, ['\0'] = true, ['\''] = true,
};

/* U+FF1D, U+FF0B, U+FF0D, U+FF20: some spreadsheets read full-width signs as the plain ones. */
static bool begins_full_width(struct slice cell)
{
    static const char *const signs[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                        "\xEF\xBC\xA0"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (cell.length >= 3 && memcmp(cell.at, signs[i], 3) == 0)
            return true;
    return false;
}

static char *add_cell(char *to, struct slice cell)
{
    if (!cell.at)
        return to;
    const unsigned char *from = (const unsigned char *)cell.at;
    size_t plain = 0;
    while (plain < cell.length && !wants_quotes[from[plain]])
        plain++;
    bool quoted = plain < cell.length || !cell.length;
    if (quoted)
        *to++ = '"';
    if (cell.length && (begins_formula[*from] || begins_full_width(cell)))
        *to++ = '\'';
    memcpy(to, from, plain);
    to += plain;
    if (!quoted)
        return to;
    for (size_t i = plain; i < cell.length; i++) {
        /* Without a branch: a second quote is always put down, and kept behind a first one. */
        to[0] = (char)from[i];
        to[1] = '"';
        to += from[i] == '"' ? 2 : 1;
    }
    *to++ = '"';
    return to;
}

void csv_row(struct text *csv, size_t count, const struct slice cells[])
{
    size_t worst = 2;
    for (size_t i = 0; i < count; i++)
        worst += 2 * cells[i].length + 4; /* two quotes, an apostrophe, a comma */
    char *room = text_room(csv, worst);
    if (!room)
        return;
    char *to = room;
    for (size_t i = 0; i < count; i++) {
        if (i)
            *to++ = ',';
        to = add_cell(to, cells[i]);
    }
    *to++ = '\r';
    *to++ = '\n';
    *to = '\0'; /* text_room keeps one byte more */
    csv->length += (size_t)(to - room);
}
