/* Sending a write: its bytes are the intent's, and it leaves once. */
#include "directory/arm.h"
#include "directory/internal.h"
#include "directory/outcome.h"

#include <string.h>

struct writing {
    struct arena *arena; /* holds this struct */
    struct write write;
    void (*done)(void *context, const struct written *written);
    void *context;
};

static void answered(void *context, const struct answer *answer, int64_t retry_ms)
{
    struct writing *writing = context;
    struct written written;
    outcome_of(&writing->write, answer, writing->arena, &written);
    written.retry_ms = retry_ms;
    writing->done(writing->context, &written);
    arena_free(writing->arena);
}

/* Every path of ARM names its provider, and none of Graph does. */
static enum service service_of(const struct write *write)
{
    if (strncmp(write->path, "/v1.0/users/", 12) == 0)
        return SERVICE_DIRECTORY;
    return strstr(write->path, ARM_PROVIDER) ? SERVICE_ARM : SERVICE_PIM;
}

void directory_write(struct directory *directory, const struct write *write,
                     const char *correlation,
                     void (*done)(void *context, const struct written *written), void *context)
{
    directory_write_as(directory, NULL, write, correlation, done, context);
}

void directory_write_as(struct directory *directory, const struct secret *token,
                        const struct write *write, const char *correlation,
                        void (*done)(void *context, const struct written *written), void *context)
{
    struct arena *arena = arena_new();
    struct writing *writing = ARENA_NEW(arena, struct writing);
    *writing = (struct writing){
        .arena = arena,
        .write = {.method = arena_copy(arena, write->method),
                  .path = arena_copy(arena, write->path),
                  .body = arena_copy(arena, write->body)},
        .done = done,
        .context = context,
    };
    const struct errand errand = {
        .service = service_of(write),
        .write = true,
        .method = writing->write.method,
        .url = arena_text(arena, "%s%s", endpoint_of(directory, service_of(write))->origin,
                          write->path),
        .body = writing->write.body,
        .token = token,
        .correlation = arena_copy(arena, correlation),
        .done = answered,
        .context = writing,
    };
    errand_send(directory, &errand);
}

const char *write_outcome_text(enum write_outcome outcome)
{
    static const char *const texts[] = {
        [WRITE_ACCEPTED] = "accepted",
        [WRITE_REFUSED] = "refused",
        [WRITE_NOT_SENT] = "not_sent",
        [WRITE_UNKNOWN] = "unknown",
    };
    return texts[outcome];
}
