/* Loaded before curfew-test (LD_PRELOAD): counts what it does to its files and to its connections,
   and ends it, or fails it, at the step that a test picks. The test steers and reads it through the
   file INJECTOR names, which both have mapped or open: numbers of 32 bits, laid out as `controls`.
   tests/support/injector.mjs is the other side. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { LEAVE, KILL_BEFORE, KILL_AFTER, FAIL };

/* What is done. */
enum {
    WRITE = 1,
    SYNC = 2,
    TRUNCATE = 4,
    REMOVE = 8,
    RENAME = 16,
    MAKE = 32,
    SEND = 64,
    RECEIVE = 128
};

/* What it is done to. OUTSIDE: a connection to `port`; INSIDE: any other, which a browser made. */
enum { STORE = 1, WAL = 2, KEYS = 4, FOLDER = 8, OUTSIDE = 16, INSIDE = 32 };

struct controls {
    _Atomic int32_t mode, doing, places;
    _Atomic int32_t at;    /* which of the steps that fit, from 1 */
    _Atomic int32_t times; /* FAIL: how many from there; 0: all */
    _Atomic int32_t error; /* FAIL: the errno */
    _Atomic int32_t port;
    _Atomic int32_t count; /* of steps that fitted so far */
    _Atomic int32_t struck;
    _Atomic int32_t last_doing, last_place; /* of the step that was struck */
    _Atomic int32_t synced;                 /* so many bytes of the WAL outlast a power cut */
};

static struct controls none, *controls = &none;

__attribute__((constructor)) static void open_controls(void)
{
    const char *path = getenv("INJECTOR");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof *controls, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED)
        controls = mapped;
    (void)close(file);
}

/* The true function of a name. */
#define REAL(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(&name) found;                                                            \
        if (!found)                                                                                \
            found = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                    \
        found;                                                                                     \
    })

/* Where each open file lies, by its number: the process hides its /proc from others than root. */
enum { FILES = 4096 };
static _Atomic int opened[FILES];

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static int place_of_path(const char *path)
{
    if (ends_with(path, ".db-wal"))
        return WAL;
    if (ends_with(path, ".db"))
        return STORE;
    return strstr(path, "/keys/") || strncmp(path, "keys/", 5) == 0 ? KEYS : 0;
}

static int place_of_peer(int file)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    if (getpeername(file, (struct sockaddr *)&peer, &length) != 0)
        return 0;
    in_port_t port = 0;
    if (peer.ss_family == AF_INET)
        port = ((const struct sockaddr_in *)&peer)->sin_port;
    else if (peer.ss_family == AF_INET6)
        port = ((const struct sockaddr_in6 *)&peer)->sin6_port;
    else
        return 0;
    return ntohs(port) == controls->port ? OUTSIDE : INSIDE;
}

static int place_of(int file)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return 0;
    if (S_ISSOCK(about.st_mode))
        return place_of_peer(file);
    if (S_ISDIR(about.st_mode))
        return FOLDER;
    return S_ISREG(about.st_mode) && file < FILES ? opened[file] : 0;
}

/* What stands in the WAL now will stand there after a power cut, too. */
static void note_synced(int file)
{
    struct stat about;
    int saved = errno;
    if (file >= 0 && file < FILES && opened[file] == WAL && fstat(file, &about) == 0)
        controls->synced = (int32_t)about.st_size;
    errno = saved;
}

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

/* A step in hand: what to do around it. */
struct step {
    bool kill_after, fails;
};

static struct step begin(int doing, int place)
{
    struct step step = {false, false};
    int saved = errno;
    if (!(controls->doing & doing) || !(controls->places & place))
        return step;
    int32_t number = ++controls->count, at = controls->at, times = controls->times;
    enum mode mode = (enum mode)controls->mode;
    bool hit = mode == FAIL ? number >= at && (!times || number < at + times) : number == at;
    if (mode == LEAVE || !hit)
        return step;
    controls->struck++;
    controls->last_doing = doing;
    controls->last_place = place;
    if (mode == KILL_BEFORE)
        die();
    step.kill_after = mode == KILL_AFTER;
    step.fails = mode == FAIL;
    errno = step.fails ? controls->error : saved;
    return step;
}

static struct step begin_at(int doing, int file)
{
    int saved = errno;
    bool wanted = controls->doing & doing;
    int place = wanted ? place_of(file) : 0;
    errno = saved;
    return begin(doing, place);
}

/* Goes through with a step; its result, after which the process may be gone. */
#define STEP(type, step, call)                                                                     \
    do {                                                                                           \
        if ((step).fails)                                                                          \
            return (type)-1;                                                                       \
        type result = (call);                                                                      \
        if ((step).kill_after)                                                                     \
            die();                                                                                 \
        return result;                                                                             \
    } while (0)

ssize_t write(int file, const void *bytes, size_t length)
{
    struct step step = begin_at(WRITE, file);
    STEP(ssize_t, step, REAL(write)(file, bytes, length));
}

/* Of a write that fails, half has come through: as a disk does that fills up. */
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at)
{
    struct step step = begin_at(WRITE, file);
    if (step.fails) {
        int error = errno;
        (void)!REAL(pwrite64)(file, bytes, length / 2, at);
        errno = error;
    }
    STEP(ssize_t, step, REAL(pwrite64)(file, bytes, length, at));
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at)
{
    return pwrite64(file, bytes, length, at);
}

int fsync(int file)
{
    struct step step = begin_at(SYNC, file);
    STEP(int, step, REAL(fsync)(file));
}

int fdatasync(int file)
{
    struct step step = begin_at(SYNC, file);
    if (step.fails)
        return -1;
    int result = REAL(fdatasync)(file);
    if (result == 0)
        note_synced(file);
    if (step.kill_after)
        die();
    return result;
}

int ftruncate64(int file, off64_t length)
{
    struct step step = begin_at(TRUNCATE, file);
    STEP(int, step, REAL(ftruncate64)(file, length));
}

int ftruncate(int file, off_t length)
{
    return ftruncate64(file, length);
}

int unlink(const char *path)
{
    struct step step = begin(REMOVE, place_of_path(path));
    STEP(int, step, REAL(unlink)(path));
}

int rename(const char *from, const char *to)
{
    struct step step = begin(RENAME, place_of_path(to));
    STEP(int, step, REAL(rename)(from, to));
}

/* Only what is not there yet is made, and needs a disk that takes it. */
static struct step begin_make(const char *path, int place)
{
    struct step step = {false, false};
    int saved = errno;
    bool there = access(path, F_OK) == 0;
    errno = saved;
    return there ? step : begin(MAKE, place);
}

int mkdir(const char *path, mode_t mode)
{
    struct step step = begin_make(path, KEYS);
    STEP(int, step, REAL(mkdir)(path, mode));
}

int open64(const char *path, int flags, ...)
{
    __builtin_va_list more;
    __builtin_va_start(more, flags);
    mode_t mode = flags & O_CREAT ? __builtin_va_arg(more, mode_t) : 0;
    __builtin_va_end(more);
    struct step step = {false, false};
    if (flags & O_CREAT)
        step = begin_make(path, place_of_path(path));
    int file = step.fails ? -1 : REAL(open64)(path, flags, mode);
    if (file >= 0 && file < FILES)
        opened[file] = place_of_path(path);
    if (flags & O_CREAT)
        note_synced(file);
    if (step.kill_after)
        die();
    return file;
}

int open(const char *path, int flags, ...)
{
    __builtin_va_list more;
    __builtin_va_start(more, flags);
    mode_t mode = flags & O_CREAT ? __builtin_va_arg(more, mode_t) : 0;
    __builtin_va_end(more);
    return open64(path, flags, mode);
}

ssize_t send(int file, const void *bytes, size_t length, int flags)
{
    struct step step = begin_at(SEND, file);
    STEP(ssize_t, step, REAL(send)(file, bytes, length, flags));
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags)
{
    struct step step = begin_at(SEND, file);
    STEP(ssize_t, step, REAL(sendmsg)(file, message, flags));
}

ssize_t writev(int file, const struct iovec *pieces, int count)
{
    struct step step = begin_at(SEND, file);
    STEP(ssize_t, step, REAL(writev)(file, pieces, count));
}

ssize_t recv(int file, void *bytes, size_t length, int flags)
{
    struct step step = begin_at(RECEIVE, file);
    STEP(ssize_t, step, REAL(recv)(file, bytes, length, flags));
}
