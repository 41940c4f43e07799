#include "base/secret.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct secret *secret_new(size_t length)
{
    struct secret *secret = MEMORY_NEW(struct secret);
    secret->length = length;
    secret->bytes = memory_needed(sodium_malloc(length + 1));
    sodium_memzero(secret->bytes, length + 1);
    return secret;
}

struct secret *secret_copy(const void *bytes, size_t length)
{
    struct secret *secret = secret_new(length);
    if (length)
        memcpy(secret->bytes, bytes, length);
    return secret;
}

void secret_free(struct secret *secret)
{
    if (!secret)
        return;
    sodium_free(secret->bytes);
    free(secret);
}

const char *secret_text(const struct secret *secret)
{
    return (const char *)secret->bytes;
}

static void close_scoped(int *file)
{
    if (*file >= 0)
        (void)close(*file);
}

static enum fail check_file(int file, const char *path, struct stat *about, struct reason *why)
{
    if (fstat(file, about) != 0 || !S_ISREG(about->st_mode))
        return because(why, FAIL_INVALID, "%s is not a file", path);
    if (about->st_mode & (S_IWGRP | S_IRWXO))
        return because(why, FAIL_INVALID, "%s may be read or changed by others: chmod 600 it",
                       path);
    if (about->st_size < 1 || about->st_size > SECRET_FILE_LIMIT)
        return because(why, FAIL_INVALID, "%s must hold 1 to %d bytes", path, SECRET_FILE_LIMIT);
    return FAIL_NONE;
}

enum fail secret_read(const char *path, struct secret **ret, struct reason *why)
{
    scoped(close_scoped) int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return because(why, FAIL_INVALID, "%s cannot be read: %s", path, strerror(errno));
    struct stat about;
    enum fail fail = check_file(file, path, &about, why);
    if (fail)
        return fail;
    scoped(secret_scoped) struct secret *secret = secret_new((size_t)about.st_size);
    size_t got = 0;
    while (got < secret->length) {
        ssize_t step = read(file, secret->bytes + got, secret->length - got);
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0)
            return because(why, FAIL_INVALID, "%s cannot be read whole", path);
        got += (size_t)step;
    }
    *ret = take(secret);
    return FAIL_NONE;
}

enum fail secret_read_line(const char *path, struct secret **ret, struct reason *why)
{
    scoped(secret_scoped) struct secret *whole = NULL;
    enum fail fail = secret_read(path, &whole, why);
    if (fail)
        return fail;
    size_t length = whole->length;
    if (whole->bytes[length - 1] == '\n')
        length--;
    if (length && whole->bytes[length - 1] == '\r')
        length--;
    if (!length || memchr(whole->bytes, '\n', length) || memchr(whole->bytes, '\0', length))
        return because(why, FAIL_INVALID, "%s must hold one line", path);
    *ret = secret_copy(whole->bytes, length);
    return FAIL_NONE;
}

enum fail secret_write(const char *path, const struct secret *secret, struct reason *why)
{
    scoped(close_scoped) int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return because(why, errno == EEXIST ? FAIL_CONFLICT : FAIL_UNAVAILABLE,
                       "%s cannot be made: %s", path, strerror(errno));
    if (write(file, secret->bytes, secret->length) != (ssize_t)secret->length || fsync(file) != 0) {
        (void)unlink(path);
        return because(why, FAIL_UNAVAILABLE, "%s cannot be written: %s", path, strerror(errno));
    }
    return FAIL_NONE;
}
