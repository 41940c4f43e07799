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
                               const char *params[VISIT_PARAMS], bool *allowed)
{
    *allowed = false;
    for (size_t i = 0; i < route_count; i++) {
        if (!fits(&routes[i], path, arena, params))
            continue;
        if (routes[i].method == method)
            return &routes[i];
        *allowed = true;
    }
    return NULL;
}
