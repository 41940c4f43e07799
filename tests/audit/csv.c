/* Goal: whatever text stands in a cell, a spreadsheet shows it as text, and a reader gets it back.
 */
#include "audit/csv.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

static const struct slice payloads[] = {
#define P(text)                                                                                    \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
    P(""),
    P("plain"),
    P("a,b"),
    P("a;b"),
    P("a\tb"),
    P("say \"hi\""),
    P("\""),
    P("\"\""),
    P("\"=1"),
    P("line\nline"),
    P("line\r\nline"),
    P("=1+1"),
    P("=HYPERLINK(\"https://evil.example\",\"x\")"),
    P("=cmd|'/c calc'!A1"),
    P("+cmd|'/c calc'!A1"),
    P("+1"),
    P("-2+3"),
    P("-1"),
    P("@SUM(1,1)"),
    P("@"),
    P("\t=1+1"),
    P("\r=1+1"),
    P("\n=1+1"),
    P("\r\n=1"),
    P("\0=1"),
    P("\0"),
    P("a\0b"),
    P("\xEF\xBC\x9D"
      "1+1"),
    P("\xEF\xBC\x8B"
      "1"),
    P("\xEF\xBC\x8D"
      "1"),
    P("\xEF\xBC\xA0SUM"),
    P("\xEF\xBC"),
    P("\xEF\xBC\x9E"),
    P("'"),
    P("'="),
    P("''=1"),
    P("'quoted'"),
    P(" =1+1"),
    P("a=b"),
    P("1;=2"),
    P("\";=1;\""),
    P("\",=1,\""),
    P("x\",\"=1"),
    P("\xE2\x80\xAE=1"),
    P("\xF0\x9F\x94\x92 locked"),
    P("=\"\"\"\""),
    P("-\n-"),
    P("%0A=1"),
    P("\\\"=1"),
    P("DDE(\"a\")"),
#undef P
};

/* One cell of RFC 4180 at `*at`, as any reader would take it. */
static size_t read_cell(const char **at, const char *end, char *cell)
{
    size_t length = 0;
    bool quoted = *at < end && **at == '"';
    *at += quoted;
    for (; *at < end; (*at)++) {
        if (quoted && **at == '"') {
            if (*at + 1 < end && (*at)[1] == '"')
                (*at)++;
            else
                break;
        } else if (!quoted && (**at == ',' || **at == '\r' || **at == '\n')) {
            break;
        }
        cell[length++] = **at;
    }
    *at += quoted;
    return length;
}

static bool begins_dangerously(const char *cell, size_t length)
{
    if (!length)
        return false;
    return strchr("=+-@\t\r\n", *cell) != NULL || /* NUL counts as the end of that list */
           (length >= 3 && strncmp(cell, "\xEF\xBC", 2) == 0 &&
            strchr("\x9D\x8B\x8D\xA0", cell[2]));
}

static void check_back(const char *cell, size_t length, struct slice expected)
{
    ck_assert(!begins_dangerously(cell, length));
    size_t apostrophe = length && *cell == '\'' ? 1 : 0;
    ck_assert_uint_eq(length - apostrophe, expected.length);
    ck_assert_mem_eq(cell + apostrophe, expected.at, expected.length);
}

START_TEST(every_payload_is_text_and_comes_back)
{
    scoped(text_scoped) struct text csv = TEXT_LIMIT(64 * 1024);
    char cell[256];
    ck_assert_uint_ge(COUNT(payloads), 40);
    for (size_t i = 0; i < COUNT(payloads); i++) {
        const struct slice row[] = {payloads[i], {"x", 1}, payloads[i]};
        text_clear(&csv);
        csv_row(&csv, COUNT(row), row);
        const char *at = csv.data, *end = csv.data + csv.length;
        for (size_t j = 0; j < COUNT(row); j++) {
            size_t length = read_cell(&at, end, cell);
            check_back(cell, length, row[j]);
            ck_assert_int_eq(*at++, j + 1 < COUNT(row) ? ',' : '\r');
        }
        ck_assert_int_eq(*at++, '\n');
        ck_assert_ptr_eq(at, end);
    }
}
END_TEST

START_TEST(rows_look_like_this)
{
    scoped(text_scoped) struct text csv = TEXT_LIMIT(1024);
    const struct slice row[] = {{"a", 1},   {NULL, 0},  {"", 0},     {"b c", 3},
                                {"=1", 2},  {"'x", 2},  {"a,b", 3},  {"a\"", 2},
                                {"=\"", 2}, {"a;b", 3}, {"1\n2", 3}, {NULL, 0}};
    csv_row(&csv, COUNT(row), row);
    ck_assert_text(text_of(&csv), "a,,\"\",b c,'=1,''x,\"a,b\",\"a\"\"\",\"'=\"\"\",\"a;b\","
                                  "\"1\n2\",\r\n");
    csv_row(&csv, 1, &row[1]);
    ck_assert(strstr(text_of(&csv), ",\r\n\r\n") != NULL);
}
END_TEST

START_TEST(every_single_byte_comes_back)
{
    scoped(text_scoped) struct text csv = TEXT_LIMIT(64);
    for (int i = 0; i < 256; i++) {
        char byte = (char)i, cell[64];
        const struct slice row = {&byte, 1};
        text_clear(&csv);
        csv_row(&csv, 1, &row);
        const char *at = csv.data;
        size_t length = read_cell(&at, csv.data + csv.length, cell);
        check_back(cell, length, row);
        ck_assert_int_eq(*at, '\r');
    }
}
END_TEST

START_TEST(a_row_that_does_not_fit_is_not_begun)
{
    scoped(text_scoped) struct text csv = TEXT_LIMIT(40);
    const struct slice row[] = {{"0123456789", 10}, {"0123456789", 10}};
    csv_row(&csv, 1, row);
    ck_assert_uint_eq(csv.length, 12);
    csv_row(&csv, 2, row);
    ck_assert(csv.cut);
    ck_assert_uint_eq(csv.length, 12);
}
END_TEST

SPECIFICATION("audit/csv", every_payload_is_text_and_comes_back, rows_look_like_this,
              every_single_byte_comes_back, a_row_that_does_not_fit_is_not_begun)
