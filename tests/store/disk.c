#include "store/disk.h"

#include "base/memory.h"
#include "support/spec.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

struct wrapped {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct, in the same memory */
};

static sqlite3_vfs *real_vfs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned failing;
static size_t left;
static int failing_code;
static bool goes_on, failed;

void disk_fail(unsigned steps, size_t after, int code, bool on)
{
    pthread_mutex_lock(&lock);
    failing = steps;
    left = after;
    failing_code = code;
    goes_on = on;
    failed = false;
    pthread_mutex_unlock(&lock);
}

void disk_heal(void)
{
    pthread_mutex_lock(&lock);
    failing = 0;
    pthread_mutex_unlock(&lock);
}

bool disk_has_failed(void)
{
    pthread_mutex_lock(&lock);
    bool has = failed;
    pthread_mutex_unlock(&lock);
    return has;
}

/* The code with which this step fails, SQLITE_OK when it does not. */
static int step(enum disk_step kind)
{
    int code = SQLITE_OK;
    pthread_mutex_lock(&lock);
    if ((failing & kind) && left) {
        left--;
    } else if (failing & kind) {
        code = failing_code;
        failed = true;
        failing = goes_on ? failing : 0;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static sqlite3_file *real(sqlite3_file *file)
{
    return ((struct wrapped *)file)->real;
}

static int file_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int file_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 at)
{
    int code = step(DISK_READ);
    return code ? code : real(file)->pMethods->xRead(real(file), bytes, length, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
    int code = step(DISK_WRITE);
    if (code) /* half of it came through */
        (void)real(file)->pMethods->xWrite(real(file), bytes, length / 2, at);
    return code ? code : real(file)->pMethods->xWrite(real(file), bytes, length, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = step(DISK_TRUNCATE);
    return code ? code : real(file)->pMethods->xTruncate(real(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    int code = step(DISK_SYNC);
    return code ? code : real(file)->pMethods->xSync(real(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int file_lock(sqlite3_file *file, int kind)
{
    return real(file)->pMethods->xLock(real(file), kind);
}

static int file_unlock(sqlite3_file *file, int kind)
{
    return real(file)->pMethods->xUnlock(real(file), kind);
}

static int file_is_reserved(sqlite3_file *file, int *is)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), is);
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

static int sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int characteristics(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int shared_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int shared_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void shared_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int shared_unmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shared_map,
    .xShmLock = shared_lock,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = shared_unmap,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    (void)vfs;
    struct wrapped *wrapped = (struct wrapped *)file;
    wrapped->real = (sqlite3_file *)(wrapped + 1);
    wrapped->base.pMethods = NULL;
    int result = real_vfs->xOpen(real_vfs, name, wrapped->real, flags, got);
    if (result == SQLITE_OK)
        wrapped->base.pMethods = &methods;
    return result;
}

void disk_install(void)
{
    static sqlite3_vfs vfs;
    ck_assert_int_eq(sqlite3_initialize(), SQLITE_OK);
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs; /* everything but opening is the real one's */
    vfs.zName = "failing";
    vfs.xOpen = open_file;
    vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct wrapped);
    ck_assert_int_eq(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}
