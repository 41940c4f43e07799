/* Goal: a form finds every mistake at once, says where it is and what would be right. */
#include "base/form.h"
#include "base/json.h"
#include "support/spec.h"

#include <string.h>

static json_t *parsed(const char *text)
{
    json_t *json = NULL;
    ck_assert_fine(json_read(text, strlen(text), &json, NULL, &spec_why));
    return json;
}

START_TEST(good_values_are_read)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    json_auto_t *json = parsed(
        "{\"name\":\"n\",\"span\":\"PT2H\",\"at\":\"2026-01-15T10:00:00Z\",\"flag\":true,"
        "\"id\":\"0D4E2A34-6F1B-4C55-9D0F-0A9C5F1F2B3C\",\"list\":[\"a\",\"b\"],\"gone\":null}");
    struct form form = form_open(json, "", &complaints);
    const char **list;
    ck_assert_text(form_text(&form, "name", REQUIRED, 10), "n");
    ck_assert_int_eq(form_span(&form, "span", 1, 86400, 0), 7200);
    ck_assert_int_eq(form_moment(&form, "at", 0), 1768471200);
    ck_assert(form_flag(&form, "flag", false));
    ck_assert_text(form_guid(&form, "id", REQUIRED), "0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c");
    ck_assert_uint_eq(form_texts(&form, "list", REQUIRED, 5, 10, &list), 2);
    ck_assert_text(list[1], "b");
    ck_assert(!form_has(&form, "gone"));
    form_end(&form);
    ck_assert_uint_eq(complaints.count, 0);
}
END_TEST

START_TEST(every_mistake_is_named_with_its_place)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    json_auto_t *json =
        parsed("{\"limits\":{\"longest\":\"2 hours\",\"shortest\":\"PT1S\",\"extra\":1}}");
    struct form top = form_open(json, "", &complaints);
    struct form limits =
        form_open(form_object(&top, "limits", REQUIRED), form_place(&top, "limits"), &complaints);
    (void)form_span(&limits, "longest", 300, 86400, 0);
    (void)form_span(&limits, "shortest", 300, 86400, 0);
    form_end(&limits);
    (void)form_text(&top, "name", REQUIRED, 10);
    form_end(&top);
    ck_assert_uint_eq(complaints.count, 4);
    ck_assert_text(complaints_text(&complaints),
                   "limits.longest: \"2 hours\" is not a duration: write days, hours, minutes, "
                   "seconds as in PT2H or "
                   "P1DT30M; limits.shortest: PT1S is shorter than PT5M; limits.extra: is not "
                   "known here; known are: "
                   "longest, shortest; name: is missing");
}
END_TEST

START_TEST(wrong_kinds_are_complaints_and_not_crashes)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    json_auto_t *json = parsed("{\"a\":[],\"b\":1.5,\"c\":\"x\",\"d\":{\"e\":1},\"f\":\"\",\"g\":["
                               "\"x\",\"x\"],\"h\":\"maybe\"}");
    struct form form = form_open(json, "", &complaints);
    static const char *const choices[] = {"yes", "no"};
    const char **texts;
    ck_assert_ptr_null(form_text(&form, "a", REQUIRED, 10));
    ck_assert_int_eq(form_number(&form, "b", 0, 10, 7), 7);
    ck_assert_ptr_null(form_object(&form, "c", REQUIRED));
    ck_assert_ptr_null(form_list(&form, "d", REQUIRED, 5));
    ck_assert_ptr_null(form_text(&form, "f", REQUIRED, 10));
    ck_assert_uint_eq(form_texts(&form, "g", REQUIRED, 5, 10, &texts), 1);
    ck_assert_int_eq(form_choice(&form, "h", 2, choices, -1), -1);
    form_end(&form);
    ck_assert_uint_eq(complaints.count, 7);
    json_auto_t *list = json_array();
    struct form not_object = form_open(list, "policy", &complaints);
    ck_assert_ptr_null(form_value(&not_object, "x", REQUIRED));
    form_end(&not_object);
    ck_assert_uint_eq(complaints.count, 8);
}
END_TEST

SPECIFICATION("base/form", good_values_are_read, every_mistake_is_named_with_its_place,
              wrong_kinds_are_complaints_and_not_crashes)
