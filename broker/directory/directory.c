#include "directory/internal.h"

#include "base/memory.h"
#include "base/moment.h"

#include <stdlib.h>

struct directory *directory_new(struct loop *loop, const struct directory_settings *settings,
                                const struct bearer *bearer)
{
    struct directory *directory = MEMORY_NEW(struct directory);
    directory->loop = loop;
    directory->bearer = *bearer;
    directory->graph = memory_copy(settings->graph);
    directory->scope = memory_copy(settings->graph_scope);
    directory->private_peer = settings->private_peer;
    return directory;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    errands_give_up(directory);
    free(directory->graph);
    free(directory->scope);
    free(directory);
}

int64_t directory_work(struct directory *directory)
{
    return errands_send_waiting(directory);
}

bool directory_skew(const struct directory *directory, int64_t *seconds)
{
    if (directory->dated)
        *seconds = directory->skew_seconds;
    return directory->dated;
}

int64_t directory_rests_until(const struct directory *directory, int service)
{
    int64_t until = directory->throttle.services[service].rest_until_ms;
    return until > moment_ticks_ms() ? until : 0;
}

struct fact *fact_new(enum fact_kind kind, int64_t at)
{
    struct fact *fact = MEMORY_NEW(struct fact);
    atomic_init(&fact->uses, 1);
    fact->arena = arena_new();
    fact->kind = kind;
    fact->reading.at = at;
    return fact;
}

struct fact *fact_share(struct fact *fact)
{
    atomic_fetch_add_explicit(&fact->uses, 1, memory_order_relaxed);
    return fact;
}

void fact_free(struct fact *fact)
{
    if (!fact || atomic_fetch_sub_explicit(&fact->uses, 1, memory_order_acq_rel) != 1)
        return;
    arena_free(fact->arena);
    free(fact);
}
