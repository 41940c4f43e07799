/* Linked into curfew-test: names lead to this machine or nowhere, so no test can call the real
   Microsoft by mistake, and whoever would have been called stands in the reason why not. */
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

typedef int lookup(const char *name, const char *service, const struct addrinfo *hints,
                   struct addrinfo **found);
lookup getaddrinfo;

static int is_here(const char *name)
{
    return !name || strcmp(name, "localhost") == 0 || strchr(name, ':') ||
           strspn(name, "0123456789.") == strlen(name);
}

/* libcurl finds this one before the C library's. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    lookup *real = NULL;
    if (!is_here(name))
        return EAI_NONAME;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, found);
}
