#include "outbound/canary.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    HALF = CANARY / 2,
    STEP = 1 << 16,
    LARGEST = 1 << 30 /* what is larger is a sanitizer's own */
};

/* Letters and digits only, so that no way of writing them changes them. */
static const char masked[CANARIES][CANARY + 1] = {"uihrhruidbnmntsngdwdsxrhmdouuinjdo345678",
                                                  "uihruvnhruidbnmntsngdwdsxrdbsduuinou2345",
                                                  "uiduishsenodhruiddbintgvhubidrrnmm234567"};

static char unmasked(size_t which, size_t at)
{
    return (char)(masked[which][at] ^ 1);
}

void canary_write(size_t which, char *to)
{
    for (size_t i = 0; i < CANARY; i++)
        to[i] = unmasked(which, i);
}

static bool is_at(size_t which, size_t from, const char *at)
{
    for (size_t i = from; i < CANARY; i++)
        if (at[i - from] != unmasked(which, i))
            return false;
    return true;
}

bool canary_is_at(size_t which, const char *at)
{
    return is_at(which, 0, at);
}

size_t canary_traces(size_t which)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char line[512], rights[8];
    static char piece[STEP + CANARY];
    size_t traces = 0;
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) != 3 || rights[1] != 'w' ||
            end - start > LARGEST)
            continue;
        for (unsigned long at = start; at < end; at += STEP) {
            ssize_t got = pread(memory, piece, sizeof piece, (off_t)at);
            if (got < CANARY)
                continue;
            const char *at_most = piece + (got < STEP ? got - CANARY : STEP - 1), *found = piece;
            while (found <= at_most &&
                   (found = memchr(found, unmasked(which, HALF), (size_t)(at_most - found) + 1)))
                traces += is_at(which, HALF, found++);
            memset(piece, 0, sizeof piece);
        }
    }
    (void)fclose(maps);
    (void)close(memory);
    return traces;
}
