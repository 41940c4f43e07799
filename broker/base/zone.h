/* What a clock on the wall shows, in a time zone of the system's database (tzdata). */
#pragma once

#include "base/arena.h"

#include <stdint.h>

struct zone; /* opaque; read once, never changed */

struct wall {
    int weekday; /* 0: Monday */
    int minute;  /* of the day */
};

/* Reads a zone such as "Europe/Berlin" into the arena. FAIL_INVALID when there is none of this
   name. */
enum fail zone_read(const char *name, struct arena *arena, const struct zone **ret,
                    struct reason *why);
struct wall zone_wall(const struct zone *zone, int64_t moment);
