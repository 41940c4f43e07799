#include "web/route.h"

#include <string.h>

/* Fits one path to one route; parameters are single segments that are not empty. */
static bool fits(const struct route *route, const char *path, struct arena *arena,
                 const char *params[VISIT_PARAMS])
{
    const char *pattern = route->path;
    size_t count = 0;
    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (!length || count == VISIT_PARAMS)
            return false;
        params[count++] = arena_copy_bytes(arena, path, length);
        path += length;
        pattern = strchr(pattern, '}') + 1;
    }
    return !*path;
}

const struct route *route_find(enum method method, const char *path, struct arena *arena,
                               const char *params[VISIT_PARAMS])
{
    for (size_t i = 0; i < route_count; i++)
        if (routes[i].method == method && fits(&routes[i], path, arena, params))
            return &routes[i];
    return NULL;
}

const char *route_allows(const char *path)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    const char *params[VISIT_PARAMS];
    const struct route *get = route_find(METHOD_GET, path, arena, params);
    const struct route *post = route_find(METHOD_POST, path, arena, params);
    if (get && post)
        return "GET, HEAD, POST, OPTIONS";
    if (get) /* somebody's way to a sign-in is gone, not looked at */
        return get->kind == KIND_AUTH ? "GET, OPTIONS" : "GET, HEAD, OPTIONS";
    return post ? "POST, OPTIONS" : NULL;
}
