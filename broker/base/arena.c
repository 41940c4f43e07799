#include "base/arena.h"

#include "base/memory.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature /* clang's way to ask; gcc defines __SANITIZE_ADDRESS__ itself */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { BLOCK_SIZE = 4096 - 64 };

struct block {
    struct block *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct block *blocks; /* the newest first: only that one is filled */
};

static struct block *block_new(struct arena *arena, size_t least)
{
    size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
    struct block *block = memory_new(1, sizeof *block + size);
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    ASAN_POISON_MEMORY_REGION(block->bytes, size);
    return block;
}

struct arena *arena_new(void)
{
    return MEMORY_NEW(struct arena);
}

static void block_free(struct block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
    free(block);
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->blocks) {
        struct block *next = arena->blocks->next;
        block_free(arena->blocks);
        arena->blocks = next;
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    while (arena->blocks && arena->blocks->next) {
        struct block *next = arena->blocks->next;
        block_free(arena->blocks);
        arena->blocks = next;
    }
    if (arena->blocks) {
        arena->blocks->used = 0;
        ASAN_POISON_MEMORY_REGION(arena->blocks->bytes, arena->blocks->size);
    }
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t wanted;
    if (__builtin_mul_overflow(count, size, &wanted) || wanted > PTRDIFF_MAX / 2)
        return memory_needed(NULL);
    size_t rounded = (wanted + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct block *block = arena->blocks;
    if (!block || block->size - block->used < rounded)
        block = block_new(arena, rounded);
    char *piece = block->bytes + block->used;
    block->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(piece, wanted);
    memset(piece, 0, wanted);
    return piece;
}

void *arena_more(struct arena *arena, void *list, size_t count, size_t size)
{
    enum { FIRST = 8 };
    bool full = count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
    if (!full)
        return list;
    void *more = arena_take(arena, count ? count * 2 : FIRST, size);
    if (count)
        memcpy(more, list, count * size);
    return more;
}

char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length)
{
    char *copy = arena_take(arena, length + 1, 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
    return text ? arena_copy_bytes(arena, text, strlen(text)) : NULL;
}

char *arena_text(struct arena *arena, const char *format, ...)
{
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *text = arena_take(arena, (size_t)(length < 0 ? 0 : length) + 1, 1);
    if (length > 0)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
