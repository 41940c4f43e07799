/* Tar archives (POSIX ustar) with nothing in them but names and bytes: the same content gives the
 * same archive, and only such an archive is read. */
#pragma once

#include "audit/slice.h"
#include "base/text.h"

#define TAR_FILE_MOST INT64_C(077777777777) /* eleven octal digits: 8 GiB */

enum { TAR_BLOCK = 512, TAR_NAME_SIZE = 100 };

/* Adds the header of a file whose `size` bytes follow, and then tar_pad. FAIL_TOO_LARGE,
   FAIL_BROKEN for a name that does not fit. */
enum fail tar_begin(struct text *tar, const char *name, int64_t size, struct reason *why);
void tar_pad(struct text *tar, int64_t size);
void tar_end(struct text *tar);

struct tar_file {
    char name[TAR_NAME_SIZE];
    struct slice content;
};

/* Takes the next file; at the end its name is empty. FAIL_INVALID for every byte that this writer
   would have written otherwise, and for bytes behind the end. */
enum fail tar_take(struct slice *tar, struct tar_file *ret, struct reason *why);
