#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *memory_needed(void *memory)
{
    static const char last_words[] = "{\"event\":\"out_of_memory\",\"level\":\"error\"}\n";
    if (!memory) {
        (void)!write(STDERR_FILENO, last_words, sizeof last_words - 1);
        abort();
    }
    return memory;
}

void *memory_new(size_t count, size_t size)
{
    return memory_needed(calloc(count ? count : 1, size ? size : 1));
}

void *memory_grow(void *old, size_t size)
{
    return memory_needed(realloc(old, size ? size : 1));
}

char *memory_copy(const char *text)
{
    return text ? memory_needed(strdup(text)) : NULL;
}
