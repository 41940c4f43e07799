#include "outbound/canary.h"

#include <fcntl.h>
#include <stdint.h>
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

bool canary_is_left_at(size_t which, const char *at)
{
    char left[CANARY] = "";
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    bool is_left =
        pread(memory, left, sizeof left, (off_t)(uintptr_t)at) == CANARY && is_at(which, 0, left);
    (void)close(memory);
    memset(left, 0, sizeof left);
    return is_left;
}

/* In the `span` bytes from there; what begins in them may go on behind them. */
static size_t traces_in(int memory, unsigned long from, size_t span, size_t which)
{
    static char piece[STEP + CANARY];
    size_t traces = 0;
    ssize_t got = pread(memory, piece, span + CANARY, (off_t)from);
    const char *found = piece, *end = piece + (got < 0              ? 0
                                               : (size_t)got < span ? (size_t)got
                                                                    : span);
    while (found < end && (found = memchr(found, unmasked(which, HALF), (size_t)(end - found))))
        traces += is_at(which, HALF, found++);
    memset(piece, 0, sizeof piece);
    return traces;
}

/* What calls that are over left below the stack is gone with the next call that goes as deep: here
 * it goes. */
__attribute__((noinline, no_sanitize("address"))) static void go_deep(void)
{
    volatile char below[512 * 1024];
    for (size_t i = 0; i < sizeof below; i++)
        below[i] = 0;
}

size_t canary_traces(size_t which)
{
    go_deep();
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char line[512], rights[8];
    size_t traces = 0;
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) != 3 || rights[1] != 'w' ||
            end - start > LARGEST)
            continue;
        for (; start < end; start += STEP)
            traces += traces_in(memory, start, end - start < STEP ? end - start : STEP, which);
    }
    (void)fclose(maps);
    (void)close(memory);
    return traces;
}
