/* Goal: memory of an arena is zeroed, aligned, apart from its neighbours, and whole pieces of any
 * size fit. */
#include "base/arena.h"
#include "support/spec.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

START_TEST(pieces_are_zeroed_and_aligned)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (size_t size = 1; size < 300; size += 7) {
        char *piece = arena_take(arena, 1, size);
        ck_assert_uint_eq((uintptr_t)piece % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_int_eq(piece[i], 0);
        memset(piece, 0xAA, size);
    }
}
END_TEST

START_TEST(pieces_larger_than_a_block_are_given)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    char *small = arena_copy(arena, "small");
    char *large = arena_take(arena, 100, 1000);
    memset(large, 'x', 100000);
    ck_assert_text(small, "small");
}
END_TEST

START_TEST(text_is_formatted_whole)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    ck_assert_text(arena_text(arena, "%d-%s", 7, "seven"), "7-seven");
    ck_assert_ptr_null(arena_copy(arena, NULL));
    ck_assert_text(arena_copy_bytes(arena, "abcdef", 3), "abc");
}
END_TEST

START_TEST(a_reset_arena_gives_zeroed_memory_again)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            char *piece = arena_take(arena, 10, 10);
            ck_assert_int_eq(piece[99], 0);
            memset(piece, 1, 100);
        }
        arena_reset(arena);
    }
}
END_TEST

SPECIFICATION("base/arena", pieces_are_zeroed_and_aligned, pieces_larger_than_a_block_are_given,
              text_is_formatted_whole, a_reset_arena_gives_zeroed_memory_again)
