#include "audit/tar.h"

#include <stdio.h>

/* Where the fields of a header stand (POSIX.1-2017, pax, "ustar Interchange Format"). */
enum {
    MODE = 100,
    UID = 108,
    GID = 116,
    SIZE = 124,
    MTIME = 136,
    CHECKSUM = 148,
    TYPE = 156,
    MAGIC = 257,
    DEVICE_MAJOR = 329,
    DEVICE_MINOR = 337
};

static void put(char *header, int at, const char *text)
{
    memcpy(header + at, text, strlen(text));
}

static bool make_header(const char *name, int64_t size, char header[TAR_BLOCK])
{
    char octal[16];
    unsigned sum = 0;
    if (!*name || strlen(name) >= TAR_NAME_SIZE || size < 0 || size > TAR_FILE_MOST)
        return false;
    memset(header, 0, TAR_BLOCK);
    put(header, 0, name);
    put(header, MODE, "0000644");
    put(header, UID, "0000000");
    put(header, GID, "0000000");
    (void)snprintf(octal, sizeof octal, "%011llo", (unsigned long long)size);
    put(header, SIZE, octal);
    put(header, MTIME, "00000000000");
    put(header, CHECKSUM, "        "); /* counted as spaces */
    put(header, TYPE, "0");
    put(header, MAGIC, "ustar");
    put(header, MAGIC + 6, "00");
    put(header, DEVICE_MAJOR, "0000000");
    put(header, DEVICE_MINOR, "0000000");
    for (int i = 0; i < TAR_BLOCK; i++)
        sum += (unsigned char)header[i];
    (void)snprintf(octal, sizeof octal, "%06o", sum);
    memcpy(header + CHECKSUM, octal, 7); /* six digits, NUL, and the last space */
    return true;
}

enum fail tar_begin(struct text *tar, const char *name, int64_t size, struct reason *why)
{
    char header[TAR_BLOCK];
    if (!make_header(name, size, header))
        return size > TAR_FILE_MOST
                   ? because(why, FAIL_TOO_LARGE, "%s has %lld bytes", name, (long long)size)
                   : because(why, FAIL_BROKEN, "%s cannot be the name of a file", name);
    text_add_bytes(tar, header, sizeof header);
    return FAIL_NONE;
}

static size_t padding_of(int64_t size)
{
    return (size_t)(-size & (TAR_BLOCK - 1));
}

static const char zeros[2 * TAR_BLOCK];

void tar_pad(struct text *tar, int64_t size)
{
    text_add_bytes(tar, zeros, padding_of(size));
}

void tar_end(struct text *tar)
{
    text_add_bytes(tar, zeros, sizeof zeros);
}

static bool read_size(const char *header, int64_t *size)
{
    int64_t value = 0;
    for (int i = SIZE; i < SIZE + 11; i++) {
        if (header[i] < '0' || header[i] > '7')
            return false;
        value = value * 8 + (header[i] - '0');
    }
    *size = value;
    return true;
}

enum fail tar_take(struct slice *tar, struct tar_file *ret, struct reason *why)
{
    struct tar_file file = {.name = {0}};
    char header[TAR_BLOCK];
    int64_t size;
    if (tar->length == sizeof zeros && memcmp(tar->at, zeros, sizeof zeros) == 0) {
        *ret = file;
        *tar = (struct slice){.at = tar->at + sizeof zeros, .length = 0};
        return FAIL_NONE;
    }
    if (tar->length < TAR_BLOCK)
        return because(why, FAIL_INVALID, "the archive ends too early");
    memcpy(file.name, tar->at, TAR_NAME_SIZE - 1);
    if (!read_size(tar->at, &size) || !make_header(file.name, size, header) ||
        memcmp(tar->at, header, TAR_BLOCK) != 0)
        return because(why, FAIL_INVALID, "a header of the archive is not as it must be");
    size_t length = (size_t)size, padding = padding_of(size), left = tar->length - TAR_BLOCK;
    if (left < length || left - length < padding)
        return because(why, FAIL_INVALID, "the archive ends within %s", file.name);
    file.content = (struct slice){.at = tar->at + TAR_BLOCK, .length = length};
    if (memcmp(file.content.at + length, zeros, padding) != 0)
        return because(why, FAIL_INVALID, "there are bytes behind %s", file.name);
    tar->at += TAR_BLOCK + length + padding;
    tar->length = left - length - padding;
    *ret = file;
    return FAIL_NONE;
}
