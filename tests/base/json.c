/* Goal: JSON is read strictly, its canonical form is stable, and every value can be found again by
 * line. */
#include "base/json.h"
#include "support/spec.h"

#include <stdlib.h>
#include <string.h>

static enum fail read_text(const char *text, json_t **json, int *line, struct reason *why)
{
    return json_read(text, strlen(text), json, line, why);
}

START_TEST(a_repeated_member_is_refused_by_name)
{
    json_t *json = NULL;
    int line;
    struct reason why = {0};
    ck_assert_int_eq(read_text("{\"a\": 1,\n \"roles\": [],\n \"roles\": []}", &json, &line, &why),
                     FAIL_INVALID);
    ck_assert_text(why.text, "line 3: \"roles\" is there twice");
    ck_assert_int_eq(line, 3);
    ck_assert_ptr_null(json);
}
END_TEST

START_TEST(a_member_repeated_by_escape_is_refused)
{
    json_t *json = NULL;
    struct reason why = {0};
    ck_assert_int_eq(read_text("{\"a\":1,\"\\u0061\":2}", &json, NULL, &why), FAIL_INVALID);
}
END_TEST

START_TEST(depth_has_a_limit)
{
    char deep[2 * 17 + 1];
    json_t *json = NULL;
    struct reason why = {0};
    memset(deep, '[', 17);
    memset(deep + 17, ']', 17);
    deep[34] = '\0';
    ck_assert_int_eq(read_text(deep, &json, NULL, &why), FAIL_INVALID);
    ck_assert_text(why.text, "nested more than 16 levels deep");
    deep[33] = '\0';
    ck_assert_fine(read_text(deep + 1, &json, NULL, &spec_why));
    json_decref(json);
    ck_assert_fine(read_text("[\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]", &json, NULL, &spec_why));
    json_decref(json);
}
END_TEST

START_TEST(trailing_bytes_and_nul_are_refused)
{
    json_t *json = NULL;
    struct reason why = {0};
    ck_assert_int_eq(read_text("{} {}", &json, NULL, &why), FAIL_INVALID);
    ck_assert_int_eq(read_text("{\"a\":\"\\u0000\"}", &json, NULL, &why), FAIL_INVALID);
    ck_assert_int_eq(read_text("", &json, NULL, &why), FAIL_INVALID);
}
END_TEST

START_TEST(the_canonical_form_is_sorted_and_compact)
{
    json_t *json = NULL;
    ck_assert_fine(read_text("{ \"b\" : [1, 2], \"a\" : null }", &json, NULL, &spec_why));
    char *text = json_canonical(json);
    ck_assert_text(text, "{\"a\":null,\"b\":[1,2]}");
    free(text);
    json_decref(json);
}
END_TEST

START_TEST(values_are_found_by_line)
{
    static const char text[] = "{\n"                                  /* 1 */
                               "  \"people\": {\"a, \\\" b\": {}},\n" /* 2 */
                               "  \"rules\": [\n"                     /* 3 */
                               "    {\"name\": \"one\"},\n"           /* 4 */
                               "    {\n"                              /* 5 */
                               "      \"name\": \"two\",\n"           /* 6 */
                               "      \"limits\": {\"longest\": 1}\n" /* 7 */
                               "    }\n"
                               "  ]\n"
                               "}\n";
    ck_assert_int_eq(json_line_of(text, ""), 1);
    ck_assert_int_eq(json_line_of(text, "rules"), 3);
    ck_assert_int_eq(json_line_of(text, "rules[0].name"), 4);
    ck_assert_int_eq(json_line_of(text, "rules[1]"), 5);
    ck_assert_int_eq(json_line_of(text, "rules[1].limits.longest"), 7);
    ck_assert_int_eq(json_line_of(text, "rules[1].missing"), 5);
    ck_assert_int_eq(json_line_of(text, "rules[9].name"), 3);
}
END_TEST

START_TEST(what_is_not_tame_is_tamed_in_a_copy)
{
    static const char wild[] = "{\"a\":[1,{\"b\":\"x\u202ey\"}],\"c\":\"z\"}";
    json_t *json = NULL;
    ck_assert_fine(read_text(wild, &json, NULL, &spec_why));
    json_t *tame = json_tame(json), *again = json_tame(tame);
    char *before = json_canonical(json), *after = json_canonical(tame);
    ck_assert_text(after, "{\"a\":[1,{\"b\":\"x???y\"}],\"c\":\"z\"}");
    ck_assert_text(before, "{\"a\":[1,{\"b\":\"x\xE2\x80\xAEy\"}],\"c\":\"z\"}");
    ck_assert_ptr_eq(tame, again);
    free(before);
    free(after);
    json_decref(json);
    json_decref(tame);
    json_decref(again);
}
END_TEST

SPECIFICATION("base/json", a_repeated_member_is_refused_by_name,
              a_member_repeated_by_escape_is_refused, depth_has_a_limit,
              trailing_bytes_and_nul_are_refused, the_canonical_form_is_sorted_and_compact,
              values_are_found_by_line, what_is_not_tame_is_tamed_in_a_copy)
