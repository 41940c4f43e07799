/* Goal: exactly one text is canonical for a value, and nothing outside the profile is. */
#include "audit/canonical.h"
#include "base/json.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

static bool is_canonical(const char *json)
{
    struct slice rest = slice_of(json), value;
    return canonical_value(&rest, &value) && rest.length == 0 && value.length == strlen(json);
}

START_TEST(canonical_values_are_read)
{
    static const char *const right[] = {
        "null",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "9007199254740991",
        "-9007199254740991",
        "\"\"",
        "\"a\\\"b\\\\c\\nd\\te\"",
        "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x92\"",
        "\"\xC2\xA0\"",
        "\"/\"",
        "{}",
        "[]",
        "[1,[2,{\"a\":null}],\"x\"]",
        "{\"a\":1,\"a0\":2,\"a_b\":3,\"ab\":4,\"b\":{}}",
        "[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]",
    };
    for (size_t i = 0; i < COUNT(right); i++)
        ck_assert_msg(is_canonical(right[i]), "%s", right[i]);
}
END_TEST

START_TEST(everything_else_is_refused)
{
    static const char *const wrong[] = {
        "",
        " 1",
        "1 ",
        "-0",
        "00",
        "01",
        "+1",
        "1.0",
        "1e3",
        "9007199254740992",
        "-9007199254740992",
        "99999999999999999999",
        "nul",
        "True",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\u0061\"",
        "\"\\/\"",
        "\"\\b\"",
        "\"\\r\"",
        "\"a\x01\"",
        "\"a\nb\"",
        "\"a\x7F\"",
        "\"\xC2\x80\"",
        "\"\xC2\x9F\"",
        "\"\xC3\"",
        "\"\xC0\x80\"",
        "\"\xED\xA0\x80\"",
        "\"\xF4\x90\x80\x80\"",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":2}",
        "{\"A\":1}",
        "{\"a-b\":1}",
        "{\"\":1}",
        "{\"\xC3\xA9\":1}",
        "{null:1}",
        "{\"a\":1,}",
        "{\"a\" :1}",
        "{,}",
        "{\"a\"}",
        "[1,]",
        "[1 ,2]",
        "[1",
        "{\"a\":[1}",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!is_canonical(wrong[i]), "%s", wrong[i]);
}
END_TEST

START_TEST(texts_are_written_as_they_are_read)
{
    static const char *const texts[] = {"", "a", "\"", "\\", "a\n\tb\"\\", "\xC3\xA9", "/\xC2\xA0"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        scoped(text_scoped) struct text json = TEXT_LIMIT(100);
        json_auto_t *value = json_string(texts[i]);
        char *expected = json_canonical(value);
        ck_assert(canonical_add(&json, texts[i]));
        ck_assert_text(text_of(&json), expected);
        ck_assert(is_canonical(expected));
        free(expected);
    }
}
END_TEST

START_TEST(texts_outside_the_profile_are_not_written)
{
    static const char *const texts[] = {"\r",       "\x01", "\x1B[0m", "\x7F",
                                        "\xC2\x85", "\xFF", "a\xC3"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        scoped(text_scoped) struct text json = TEXT_LIMIT(100);
        ck_assert_msg(!canonical_add(&json, texts[i]), "%zu", i);
    }
}
END_TEST

/* Everything that this reader takes must come out of another one byte by byte. */
START_TEST(what_is_read_comes_out_the_same_again)
{
    static const char alphabet[] = "{}[]\",:\\ntrue-019ab_.";
    uint32_t chance = 7;
    int taken = 0;
    for (int i = 0; i < 400000; i++) {
        char json[12];
        size_t length = 1 + (size_t)i % 10;
        for (size_t j = 0; j < length; j++) {
            chance = chance * 1664525 + 1013904223;
            json[j] = alphabet[(chance >> 16) % (sizeof alphabet - 1)];
        }
        json[length] = '\0';
        if (!is_canonical(json))
            continue;
        taken++;
        json_auto_t *value = json_loads(json, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        ck_assert_msg(value != NULL, "%s", json);
        char *again = json_canonical(value);
        ck_assert_text(again, json);
        free(again);
    }
    ck_assert_int_gt(taken, 1000);
}
END_TEST

SPECIFICATION("audit/canonical", canonical_values_are_read, everything_else_is_refused,
              texts_are_written_as_they_are_read, texts_outside_the_profile_are_not_written,
              what_is_read_comes_out_the_same_again)
