/* A disk that fails when it is told to: stands before SQLite's real one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum disk_step { DISK_READ = 1, DISK_WRITE = 2, DISK_SYNC = 4, DISK_TRUNCATE = 8 };

/* From now on every file that SQLite opens is on this disk. */
void disk_install(void);
/* After `after` more of these steps the next one fails with this code of SQLite, and with `on` all
   that follow until disk_heal. */
void disk_fail(unsigned steps, size_t after, int code, bool on);
void disk_heal(void);
/* Whether the step came at which it should fail. */
bool disk_has_failed(void);
