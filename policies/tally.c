#include "policies/tally.h"

enum { NOBODY = -1, SLOTS = TALLY_LINES * 20 };

/* A place for one approval of one line, and who fills it. */
struct slot {
    size_t line;
    int by;
};

struct matching {
    size_t slot_count;
    struct slot slots[SLOTS];
    bool tried[SLOTS];
};

/* Finds a place for the person, moving others who have an alternative (Kuhn's algorithm). */
static bool place(struct matching *matching, const struct tally_line lines[], int person)
{
    for (size_t i = 0; i < matching->slot_count; i++) {
        struct slot *slot = &matching->slots[i];
        if (matching->tried[i] || !lines[slot->line].may[person])
            continue;
        matching->tried[i] = true;
        if (slot->by == NOBODY || place(matching, lines, slot->by)) {
            slot->by = person;
            return true;
        }
    }
    return false;
}

int64_t tally_needed(size_t line_count, const struct tally_line lines[])
{
    int64_t needed = 0;
    for (size_t i = 0; i < line_count; i++)
        needed += lines[i].need;
    return needed;
}

int64_t tally_fill(size_t line_count, const struct tally_line lines[], size_t people,
                   int64_t filled[])
{
    struct matching matching = {0};
    int64_t given = 0;
    for (size_t i = 0; i < line_count; i++)
        for (int64_t k = 0; k < lines[i].need && matching.slot_count < SLOTS; k++)
            matching.slots[matching.slot_count++] = (struct slot){.line = i, .by = NOBODY};
    for (size_t person = 0; person < people; person++) {
        for (size_t i = 0; i < matching.slot_count; i++)
            matching.tried[i] = false;
        given += place(&matching, lines, (int)person);
    }
    for (size_t i = 0; i < line_count; i++)
        filled[i] = 0;
    for (size_t i = 0; i < matching.slot_count; i++)
        filled[matching.slots[i].line] += matching.slots[i].by != NOBODY;
    return given;
}

int64_t tally_given(size_t line_count, const struct tally_line lines[], size_t people)
{
    int64_t filled[TALLY_LINES];
    return tally_fill(line_count, lines, people, filled);
}
