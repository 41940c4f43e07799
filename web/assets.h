/* Files that the build put into the program (assets.sh). */
#pragma once

#include <stddef.h>

struct asset {
    const char *name, *type;
    const char *bytes;
    size_t length;
    const char *packed;   /* the same by gzip */
    size_t packed_length; /* 0: packing does not make it smaller */
};
extern const struct asset assets[]; /* ends in a row without a name */
