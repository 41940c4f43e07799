#include "web/connections.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

/* How long the server gets to notice that a connection was cut, before it is cut again. */
enum { NOTICE_MS = 60 * 1000 };

struct connection {
    struct connection *next, *previous;
    int socket;
    int64_t due;
};

struct connections {
    pthread_mutex_t mutex;
    struct connection *first;
    int64_t next_reap; /* as it was promised; no later than the earliest due */
    void (*wake)(void *context);
    void *context;
};

struct connections *connections_new(void (*wake)(void *context), void *context)
{
    struct connections *connections = MEMORY_NEW(struct connections);
    connections->next_reap = INT64_MAX;
    connections->wake = wake;
    connections->context = context;
    (void)pthread_mutex_init(&connections->mutex, NULL);
    return connections;
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    (void)pthread_mutex_destroy(&connections->mutex);
    free(connections);
}

/* Whether this is earlier than what was promised; then it is the new promise. */
static bool hastens(struct connections *connections, int64_t due)
{
    if (due >= connections->next_reap)
        return false;
    connections->next_reap = due;
    return true;
}

struct connection *connections_add(struct connections *connections, int socket, int64_t due)
{
    struct connection *connection = MEMORY_NEW(struct connection);
    connection->socket = socket;
    connection->due = due;
    pthread_mutex_lock(&connections->mutex);
    connection->next = connections->first;
    if (connection->next)
        connection->next->previous = connection;
    connections->first = connection;
    bool hasten = hastens(connections, due);
    pthread_mutex_unlock(&connections->mutex);
    if (hasten)
        connections->wake(connections->context);
    return connection;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections->mutex);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    pthread_mutex_unlock(&connections->mutex);
    free(connection);
}

void connections_due(struct connections *connections, struct connection *connection, int64_t due)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections->mutex);
    connection->due = due;
    bool hasten = hastens(connections, due);
    pthread_mutex_unlock(&connections->mutex);
    if (hasten)
        connections->wake(connections->context);
}

int64_t connections_reap(struct connections *connections, int64_t now)
{
    int64_t next = INT64_MAX;
    pthread_mutex_lock(&connections->mutex);
    for (struct connection *connection = connections->first; connection;
         connection = connection->next) {
        if (connection->due <= now) {
            (void)shutdown(connection->socket, SHUT_RDWR);
            connection->due = now + NOTICE_MS;
        }
        if (connection->due < next)
            next = connection->due;
    }
    connections->next_reap = next;
    pthread_mutex_unlock(&connections->mutex);
    return next;
}
