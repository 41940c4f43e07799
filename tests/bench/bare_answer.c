/* The limit of a read: libmicrohttpd alone, set up as web/server.c does it, answering every request
   with the same bytes. bench_bare_answer BYTES; prints its port; ends with standard input. */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    static int seen;
    (void)url, (void)method, (void)version, (void)upload, (void)upload_size;
    if (!*request) {
        *request = &seen;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

int main(int count, char *words[])
{
    enum { HEAD = 100 }; /* about what libmicrohttpd writes by itself */
    long bytes = count == 2 ? strtol(words[1], NULL, 10) : 0, cores = sysconf(_SC_NPROCESSORS_ONLN);
    char rest[64], *body = bytes > HEAD ? malloc((size_t)(bytes - HEAD)) : NULL;
    if (!body)
        return 2;
    memset(body, 'x', (size_t)(bytes - HEAD));
    struct MHD_Response *response =
        MHD_create_response_from_buffer((size_t)(bytes - HEAD), body, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        answer, response, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(cores > 1 ? cores : 1),
        MHD_OPTION_CONNECTION_LIMIT, 1024U, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 * 1024,
        MHD_OPTION_CONNECTION_TIMEOUT, 60U, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!daemon)
        return 1;
    (void)printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, rest, sizeof rest) > 0)
        ;
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    free(body);
    return 0;
}
