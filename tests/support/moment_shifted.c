/* The clock of curfew-test and of the tests: the real one plus the seconds that stand in the file
   CURFEW_TEST_CLOCK names, as they stand there whenever somebody asks. When the file changes,
   whoever sleeps is woken. Never part of what is shipped. */
#include "base/moment.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WATCHERS = 8 };

static const char *clock_path; /* NULL: the real time */
static atomic_llong offset_seconds;
static atomic_ullong version; /* of the file that was read last */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    void (*wake)(void *context);
    void *context;
} watchers[WATCHERS];
static size_t watcher_count;

static void read_offset(const char *path)
{
    FILE *file = fopen(path, "re");
    long long seconds;
    if (!file)
        return;
    if (fscanf(file, "%lld", &seconds) == 1)
        atomic_store(&offset_seconds, seconds);
    (void)fclose(file);
}

/* The offset as it is now; a file that did not change is not read again. */
static int64_t offset(void)
{
    struct stat about;
    if (clock_path && stat(clock_path, &about) == 0) {
        unsigned long long found = (unsigned long long)about.st_ino * 1000000007u +
                                   (unsigned long long)about.st_ctim.tv_sec * 1000000000u +
                                   (unsigned long long)about.st_ctim.tv_nsec;
        if (found != atomic_load(&version)) {
            read_offset(clock_path);
            atomic_store(&version, found);
        }
    }
    return atomic_load(&offset_seconds);
}

static void *follow(void *path)
{
    _Alignas(struct inotify_event) char events[4096];
    char folder[4096];
    (void)snprintf(folder, sizeof folder, "%s", (const char *)path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    int notify = inotify_init1(IN_CLOEXEC);
    int64_t before = offset(), after; /* before the watch stands, so that no change is missed */
    (void)inotify_add_watch(notify, slash ? folder : ".", IN_CLOSE_WRITE | IN_MOVED_TO);
    while (read(notify, events, sizeof events) > 0) {
        after = offset();
        if (before == after)
            continue;
        before = after;
        pthread_mutex_lock(&lock);
        for (size_t i = 0; i < watcher_count; i++)
            watchers[i].wake(watchers[i].context);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void begin(void)
{
    pthread_t thread;
    clock_path = getenv("CURFEW_TEST_CLOCK");
    if (clock_path && pthread_create(&thread, NULL, follow, (void *)clock_path) == 0)
        (void)pthread_detach(thread);
}

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t moment_now_ms(void)
{
    pthread_once(&once, begin);
    return read_clock(CLOCK_REALTIME) + offset() * 1000;
}

int64_t moment_now(void)
{
    return moment_now_ms() / 1000;
}

int64_t moment_ticks_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void moment_watch(void (*wake)(void *context), void *context)
{
    pthread_once(&once, begin);
    pthread_mutex_lock(&lock);
    if (watcher_count < WATCHERS) {
        watchers[watcher_count].wake = wake;
        watchers[watcher_count++].context = context;
    }
    pthread_mutex_unlock(&lock);
}
