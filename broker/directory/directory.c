#include "directory/internal.h"

#include "base/memory.h"
#include "base/moment.h"

#include <stdlib.h>

static struct endpoint copy_of(const struct endpoint *endpoint)
{
    return (struct endpoint){.origin = memory_copy(endpoint->origin),
                             .scope = memory_copy(endpoint->scope),
                             .private_peer = endpoint->private_peer};
}

static void endpoint_free(struct endpoint *endpoint)
{
    free((char *)endpoint->origin);
    free((char *)endpoint->scope);
}

static struct ticket_endpoint tickets_of(const struct ticket_endpoint *endpoint)
{
    const char **open = memory_new(endpoint->open_count + 1, sizeof *open);
    for (size_t i = 0; i < endpoint->open_count; i++)
        open[i] = memory_copy(endpoint->open[i]);
    return (struct ticket_endpoint){.url = memory_copy(endpoint->url),
                                    .secret_file = memory_copy(endpoint->secret_file),
                                    .member = memory_copy(endpoint->member),
                                    .open_count = endpoint->open_count,
                                    .open = open};
}

static void tickets_free(struct ticket_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->open_count; i++)
        free((char *)endpoint->open[i]);
    free((void *)endpoint->open);
    free((char *)endpoint->url);
    free((char *)endpoint->secret_file);
    free((char *)endpoint->member);
}

struct directory *directory_new(struct loop *loop, const struct directory_settings *settings,
                                const struct bearer *bearer)
{
    struct directory *directory = MEMORY_NEW(struct directory);
    directory->loop = loop;
    directory->bearer = *bearer;
    directory->graph = copy_of(&settings->graph);
    directory->arm = copy_of(&settings->arm);
    directory->ticket = tickets_of(&settings->ticket);
    return directory;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    errands_give_up(directory);
    endpoint_free(&directory->graph);
    endpoint_free(&directory->arm);
    tickets_free(&directory->ticket);
    free(directory);
}

const struct endpoint *endpoint_of(const struct directory *directory, enum service service)
{
    return service == SERVICE_ARM ? &directory->arm : &directory->graph;
}

int64_t directory_work(struct directory *directory)
{
    return errands_send_waiting(directory);
}

bool directory_skew(const struct directory *directory, int64_t *seconds)
{
    if (!atomic_load(&directory->dated))
        return false;
    *seconds = atomic_load(&directory->skew_seconds);
    return true;
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
