/* Goal: text keeps its limit, and the questions asked of it have the answers of their RFCs. */
#include "base/text.h"
#include "base/id.h"
#include "support/spec.h"

#include <string.h>

START_TEST(text_past_its_limit_is_marked_as_cut)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(10);
    text_add(&text, "12345");
    text_addf(&text, "%d", 67890);
    ck_assert(!text.cut);
    ck_assert_text(text_of(&text), "1234567890");
    text_add_char(&text, 'x');
    ck_assert(text.cut);
    ck_assert_text(text_of(&text), "1234567890");
    text_clear(&text);
    text_add(&text, "new");
    ck_assert_text(text_of(&text), "new");
}
END_TEST

START_TEST(utf8_is_checked_to_the_bit)
{
    static const char *const wrong[] = {
        "\x80",         "\xC0\xAF",         "\xC1\xBF",         "\xE0\x80\x80",     "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82",
        "a\xFF"};
    static const char right[] = "aé€😀\xED\x9F\xBF\xF4\x8F\xBF\xBF";
    ck_assert(text_is_utf8(right, strlen(right)));
    ck_assert_uint_eq(text_characters("aé€😀"), 4);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!text_is_utf8(wrong[i], strlen(wrong[i])), "%zu", i);
}
END_TEST

START_TEST(characters_that_steer_are_found)
{
    ck_assert_uint_eq(text_forbidden_character("plain\ttext\nof two lines, é 😀"), 0);
    ck_assert_uint_eq(text_forbidden_character("a\x1b[31m"), 0x1B);
    ck_assert_uint_eq(text_forbidden_character("a\rb"), 0x0D);
    ck_assert_uint_eq(text_forbidden_character("a\xE2\x80\xAE"
                                               "b"),
                      0x202E);
    ck_assert_uint_eq(text_forbidden_character("a\xC2\x85"), 0x85);
    ck_assert_uint_eq(text_forbidden_character("a\xE2\x80\xA8"), 0x2028);
}
END_TEST

START_TEST(guids_are_read_in_any_case_and_kept_lower)
{
    char guid[37] = "unchanged";
    ck_assert(!text_read_guid("0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3", guid));
    ck_assert(!text_read_guid("{d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3}", guid));
    ck_assert(!text_read_guid(NULL, guid));
    ck_assert_text(guid, "unchanged");
    ck_assert(text_read_guid("0D4E2A34-6F1B-4C55-9D0F-0A9C5F1F2B3C", guid));
    ck_assert_text(guid, "0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c");
}
END_TEST

START_TEST(numbers_are_digits_below_their_bound)
{
    int64_t number = 42;
    ck_assert(text_read_number("65535", 65535, &number));
    ck_assert_int_eq(number, 65535);
    ck_assert(!text_read_number("65536", 65535, &number));
    ck_assert(!text_read_number("-1", 10, &number));
    ck_assert(!text_read_number("", 10, &number));
    ck_assert(!text_read_number("99999999999999999999", INT64_MAX, &number));
}
END_TEST

START_TEST(ids_sort_by_time_and_never_repeat)
{
    char one[ID_SIZE], two[ID_SIZE], later[ID_SIZE], guid[GUID_SIZE], back[GUID_SIZE];
    id_new(1768471200000, one);
    id_new(1768471200000, two);
    id_new(1768471200001, later);
    ck_assert(id_is(one));
    ck_assert(!id_is("01JD"));
    ck_assert_str_ne(one, two);
    ck_assert(strcmp(one, later) < 0 && strcmp(two, later) < 0);
    guid_new(guid);
    ck_assert(text_read_guid(guid, back));
    ck_assert_int_eq(guid[14], '4');
}
END_TEST

START_TEST(an_id_is_the_same_number_as_a_guid)
{
    char guid[GUID_SIZE], read[GUID_SIZE];
    id_guid("00000000000000000000000000", guid);
    ck_assert_str_eq(guid, "00000000-0000-0000-0000-000000000000");
    id_guid("0000000000000000000000000Z", guid);
    ck_assert_str_eq(guid, "00000000-0000-0000-0000-00000000001f");
    id_guid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", guid);
    ck_assert_str_eq(guid, "ffffffff-ffff-ffff-ffff-ffffffffffff");
    id_guid("01ARZ3NDEKTSV4RRFFQ69G5FAV", guid);
    ck_assert_str_eq(guid, "01563e3a-b5d3-d676-4c61-efb99302bd5b");
    ck_assert(text_read_guid(guid, read));
}
END_TEST

SPECIFICATION("base/text", text_past_its_limit_is_marked_as_cut, utf8_is_checked_to_the_bit,
              characters_that_steer_are_found, guids_are_read_in_any_case_and_kept_lower,
              numbers_are_digits_below_their_bound, ids_sort_by_time_and_never_repeat,
              an_id_is_the_same_number_as_a_guid)
