#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum fail file_read(const char *path, struct text *text, struct reason *why)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return because(why, FAIL_INVALID, "%s cannot be read: %s", path, strerror(errno));
    char piece[8192];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        text_add_bytes(text, piece, got);
    bool failed = ferror(file);
    (void)fclose(file);
    if (failed)
        return because(why, FAIL_INVALID, "%s cannot be read", path);
    if (text->cut)
        return because(why, FAIL_INVALID, "%s is larger than %zu bytes", path, text->limit);
    return FAIL_NONE;
}

static bool write_whole(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t step = write(file, bytes, length);
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0)
            return false;
        bytes += step;
        length -= (size_t)step;
    }
    return fsync(file) == 0;
}

static bool sync_folder(const char *path)
{
    scoped(text_scoped) struct text folder = TEXT_LIMIT(4096);
    const char *slash = strrchr(path, '/');
    text_add_bytes(&folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    int opened = open(text_of(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool fine = opened >= 0 && fsync(opened) == 0;
    if (opened >= 0)
        (void)close(opened);
    return fine;
}

enum fail file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                       struct reason *why)
{
    scoped(text_scoped) struct text beside = TEXT_LIMIT(4096);
    text_addf(&beside, "%s.new", path);
    int file = open(text_of(&beside), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool fine = file >= 0 && write_whole(file, bytes, length);
    int error = errno;
    if (file >= 0)
        (void)close(file);
    fine = fine && rename(text_of(&beside), path) == 0 && sync_folder(path);
    if (!fine) {
        if (file >= 0)
            (void)unlink(text_of(&beside));
        return because(why, FAIL_UNAVAILABLE, "%s cannot be written: %s", path, strerror(error));
    }
    return FAIL_NONE;
}
