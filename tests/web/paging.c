/* Goal: a cursor leads to the next page of the list it came from, and nowhere else; how much a page
 * holds has a limit. */
#include "web/paging.h"
#include "web/made.h"

#include "base/json.h"

#include <string.h>

/* The cursor that a page ending in `last` hands out. */
static char *cursor_of(const char *last, char kind)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/");
    (void)paging_reply(&made.visit, json_array(), last, kind);
    json_auto_t *page = json_loads(made.visit.reply.body, 0, NULL);
    const char *cursor = json_member_text(page, "cursor");
    char *copy = cursor ? strdup(cursor) : NULL;
    made_free(&made);
    return copy;
}

static size_t complaints_for(const char *name, const char *value)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/");
    made_query(&made, name, value);
    (void)paging_cursor(&made.visit, 'r');
    (void)paging_most(&made.visit);
    (void)paging_flag(&made.visit, "mine");
    size_t count = made.visit.complaints.count;
    made_free(&made);
    return count;
}

START_TEST(a_cursor_leads_back_to_where_its_page_ended)
{
    struct made made;
    char *cursor = cursor_of("01JD0000000000000000000000", 'r');
    ck_assert_ptr_nonnull(cursor);
    made_visit(&made, METHOD_GET, "/");
    made_query(&made, "cursor", cursor);
    ck_assert_text(paging_cursor(&made.visit, 'r'), "01JD0000000000000000000000");
    ck_assert_uint_eq(made.visit.complaints.count, 0);
    ck_assert_ptr_null(paging_cursor(&made.visit, 'g')); /* another list's */
    ck_assert_uint_eq(made.visit.complaints.count, 1);
    made_free(&made);
    free(cursor);
}
END_TEST

START_TEST(the_last_page_has_none)
{
    ck_assert_ptr_null(cursor_of(NULL, 'r'));
}
END_TEST

START_TEST(what_is_no_cursor_is_complained_of)
{
    char long_one[101];
    memset(long_one, 'c', 100);
    long_one[100] = '\0';
    const char *const cursors[] = {"", "r", "!!!!", "cg", "Zm9v\n", "====", long_one};
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++)
        ck_assert_msg(complaints_for("cursor", cursors[i]) == 1, "%s", cursors[i]);
}
END_TEST

START_TEST(a_page_holds_1_to_200)
{
    struct made made;
    made_visit(&made, METHOD_GET, "/");
    ck_assert_uint_eq(paging_most(&made.visit), 50);
    made_query(&made, "limit", "200");
    ck_assert_uint_eq(paging_most(&made.visit), 200);
    made_free(&made);
    static const char *const wrong[] = {"0", "201", "-1", "ten", "", "1e2", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(complaints_for("limit", wrong[i]) == 1, "%s", wrong[i]);
}
END_TEST

START_TEST(a_flag_is_true_without_a_value_and_false_only_when_it_says_so)
{
    static const struct {
        const char *value;
        bool is;
    } rows[] = {{NULL, true}, {"", true}, {"true", true}, {"false", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct made made;
        made_visit(&made, METHOD_GET, "/");
        ck_assert(!paging_flag(&made.visit, "mine"));
        made_query(&made, "mine", rows[i].value);
        ck_assert(paging_flag(&made.visit, "mine") == rows[i].is);
        ck_assert_uint_eq(made.visit.complaints.count, 0);
        made_free(&made);
    }
    ck_assert_uint_eq(complaints_for("mine", "yes"), 1);
}
END_TEST

SPECIFICATION("web/paging", a_cursor_leads_back_to_where_its_page_ended, the_last_page_has_none,
              what_is_no_cursor_is_complained_of, a_page_holds_1_to_200,
              a_flag_is_true_without_a_value_and_false_only_when_it_says_so)
