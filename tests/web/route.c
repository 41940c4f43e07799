/* Goal: every path leads to at most one route, and no row of the table forgets what it must say. */
#include "web/route.h"
#include "base/text.h"

#include <string.h>

#include "support/spec.h"

#undef fail /* Check has a macro of that name */

static const struct route *find(enum method method, const char *path, const char **param)
{
    static struct arena *arena;
    const char *params[VISIT_PARAMS] = {0};
    arena = arena ? arena : arena_new();
    const struct route *route = route_find(method, path, arena, params);
    if (param)
        *param = params[0];
    return route;
}

START_TEST(every_route_is_found_by_its_own_path_and_no_other_is)
{
    for (size_t i = 0; i < route_count; i++) {
        char path[100];
        size_t length = 0;
        for (const char *at = routes[i].path; *at; at++) {
            if (*at == '{')
                at = strchr(at, '}');
            path[length++] = *at == '}' ? 'x' : *at;
        }
        path[length] = '\0';
        ck_assert_msg(find(routes[i].method, path, NULL) == &routes[i], "%s", path);
    }
}
END_TEST

START_TEST(a_parameter_is_one_segment_and_not_empty)
{
    const char *param = NULL;
    ck_assert_ptr_nonnull(find(METHOD_GET, "/api/v1/requests/01JD", &param));
    ck_assert_text(param, "01JD");
    ck_assert_ptr_null(find(METHOD_GET, "/api/v1/requests/", NULL));
    ck_assert_ptr_null(find(METHOD_GET, "/api/v1/requests/01JD/more", NULL));
    ck_assert_ptr_null(find(METHOD_POST, "/api/v1/requests//decision", NULL));
    ck_assert_ptr_null(find(METHOD_GET, "/healthz/", NULL));
    ck_assert_ptr_null(find(METHOD_GET, "/health", NULL));
    ck_assert_ptr_null(find(METHOD_GET, "/HEALTHZ", NULL));
}
END_TEST

START_TEST(what_a_path_allows_is_what_the_table_says)
{
    ck_assert_text(route_allows("/api/v1/requests"), "GET, HEAD, POST, OPTIONS");
    ck_assert_text(route_allows("/api/v1/me"), "GET, HEAD, OPTIONS");
    ck_assert_text(route_allows("/auth/callback"), "GET, OPTIONS");
    ck_assert_text(route_allows("/api/v1/grants/x/revoke"), "POST, OPTIONS");
    ck_assert_ptr_null(route_allows("/nowhere"));
}
END_TEST

START_TEST(no_row_forgets_anything)
{
    for (size_t i = 0; i < route_count; i++) {
        const struct route *route = &routes[i];
        ck_assert_ptr_nonnull(route->handler);
        ck_assert_msg((route->method == METHOD_POST) == (route->body > 0), "%s", route->path);
        ck_assert_msg(route->body <= 64 * 1024, "%s", route->path);
        ck_assert_msg(route->kind != KIND_API || route->query, "%s: any query", route->path);
        /* A change needs somebody who makes it; only the description of the API is for anyone. */
        ck_assert_msg(route->method != METHOD_POST || route->who == SIGNED_IN, "%s", route->path);
        ck_assert_msg(route->kind != KIND_API || route->who != ANYONE ||
                          text_equals(route->path, "/api/v1/openapi.json"),
                      "%s", route->path);
    }
}
END_TEST

SPECIFICATION("web/route", every_route_is_found_by_its_own_path_and_no_other_is,
              a_parameter_is_one_segment_and_not_empty, what_a_path_allows_is_what_the_table_says,
              no_row_forgets_anything)
