/* curfew-sandbox: a stand-in for a Microsoft Entra tenant, for tests and for newcomers. */
#include "sandbox/embedded.h"
#include "sandbox/http/server.h"
#include "sandbox/sandbox.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TENANT_LIMIT = 4 * 1024 * 1024, DEFAULT_PORT = 8090 };

struct options {
    int port;
    const char *state, *tenant;
    char temporary[64]; /* the folder made where no state was named; "" otherwise */
};

static int usage(void)
{
    (void)fputs("usage: curfew-sandbox [--port 8090] [--state DIR] [--tenant FILE]\n", stderr);
    return 2;
}

static bool read_options(int count, char **values, struct options *options)
{
    static const struct option known[] = {{"port", required_argument, NULL, 'p'},
                                          {"state", required_argument, NULL, 's'},
                                          {"tenant", required_argument, NULL, 't'},
                                          {0}};
    int64_t port = DEFAULT_PORT;
    for (int option; (option = getopt_long(count, values, "", known, NULL)) != -1;) {
        if (option == 'p' && !text_read_number(optarg, 65535, &port))
            return false;
        if (option == 's')
            options->state = optarg;
        if (option == 't')
            options->tenant = optarg;
        if (option == '?')
            return false;
    }
    options->port = (int)port;
    return optind == count;
}

static enum fail make_folder(struct options *options, struct reason *why)
{
    if (options->state) {
        if (mkdir(options->state, 0700) == 0 || errno == EEXIST)
            return FAIL_NONE;
        return because(why, FAIL_UNAVAILABLE, "%s cannot be made: %s", options->state,
                       strerror(errno));
    }
    (void)snprintf(options->temporary, sizeof options->temporary, "/tmp/curfew-sandbox-XXXXXX");
    if (!mkdtemp(options->temporary))
        return because(why, FAIL_UNAVAILABLE, "no temporary folder: %s", strerror(errno));
    options->state = options->temporary;
    return FAIL_NONE;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static enum fail read_tenant(const struct options *options, char **ret, struct reason *why)
{
    if (!options->tenant) {
        *ret = memory_copy(embedded_tenant);
        return FAIL_NONE;
    }
    FILE *file = fopen(options->tenant, "re");
    if (!file)
        return because(why, FAIL_INVALID, "%s cannot be read: %s", options->tenant,
                       strerror(errno));
    char *text = memory_new(TENANT_LIMIT + 1, 1);
    size_t length = fread(text, 1, TENANT_LIMIT, file);
    bool whole = feof(file) || fgetc(file) == EOF;
    (void)fclose(file);
    text[length] = '\0';
    if (whole && length && strlen(text) == length) {
        *ret = text;
        return FAIL_NONE;
    }
    free(text);
    return because(why, FAIL_INVALID, "%s is no tenant file", options->tenant);
}

/* Until TERM, INT or HUP, which no thread but this one takes. */
static void wait_for_end(const sigset_t *ends)
{
    int signal;
    while (sigwait(ends, &signal) != 0)
        continue;
}

static enum fail serve(struct options *options, const sigset_t *ends, struct reason *why)
{
    scoped(sandbox_scoped) struct sandbox *sandbox = NULL;
    scoped(server_scoped) struct server *server = NULL; /* freed before the sandbox */
    char *tenant = NULL;
    int port;
    enum fail fail = server_new(options->port, &server, &port, why);
    if (!fail)
        fail = make_folder(options, why);
    if (!fail)
        fail = read_tenant(options, &tenant, why);
    if (!fail)
        fail = sandbox_new(options->state, tenant, &sandbox, why);
    if (fail)
        return fail;
    sandbox->server = server;
    (void)snprintf(sandbox->origin, sizeof sandbox->origin, "http://localhost:%d", port);
    fail = server_start(server, sandbox, why);
    if (fail)
        return fail;
    printf("curfew-sandbox: listening on %s\n", sandbox->origin);
    (void)fflush(stdout);
    wait_for_end(ends);
    return FAIL_NONE;
}

int main(int count, char **values)
{
    struct options options = {0};
    struct reason why = {0};
    sigset_t ends;
    if (!read_options(count, values, &options))
        return usage();
    if (sodium_init() < 0)
        return 1;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    enum fail fail = serve(&options, &ends, &why);
    if (options.temporary[0])
        (void)nftw(options.temporary, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (fail)
        (void)fprintf(stderr, "curfew-sandbox: %s\n", why.text);
    return fail ? 1 : 0;
}
