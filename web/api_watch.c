/* /api/v1/watch: who holds what in the directory that nothing explains, and how fresh that is. */
#include "access/views.h"
#include "web/handlers.h"

enum next get_watch(struct visit *visit)
{
    struct store *store = visit_store(visit);
    json_t *view = NULL;
    if (!store)
        return NEXT_REPLY;
    enum fail fail = view_watch(visit->access, store, visit->now, visit->arena, &view, &visit->why);
    return fail ? visit_fail(visit, fail) : visit_json(visit, 200, view);
}
