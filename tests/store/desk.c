#include "store/desk.h"

#include "base/text.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static size_t answers;
static struct text told = TEXT_LIMIT(1000000);

enum fail (*frame_seal)(struct store *store, struct reason *why);
void (*frame_step)(const char *step);
atomic_bool frame_lost;

const char *desk_path(void)
{
    return spec_path("notes.db");
}

const char *desk_url(void)
{
    static char url[200];
    (void)snprintf(url, sizeof url, "sqlite:%s", desk_path());
    return url;
}

struct stores *desk_open(void)
{
    bool made;
    struct stores *stores = NULL;
    ck_assert_fine(stores_open(desk_url(), &stores, &made, &spec_why));
    return stores;
}

static void tell(const char *step)
{
    pthread_mutex_lock(&lock);
    text_addf(&told, "%s%s", told.length ? " " : "", step);
    pthread_mutex_unlock(&lock);
    if (frame_step)
        frame_step(step);
}

const char *frame_told(void)
{
    static char steps[1000];
    pthread_mutex_lock(&lock);
    (void)snprintf(steps, sizeof steps, "%s", text_of(&told));
    text_clear(&told);
    pthread_mutex_unlock(&lock);
    return steps;
}

static void savepoint(void *context)
{
    (void)context;
    tell("savepoint");
}

static void rewind_(void *context)
{
    (void)context;
    tell("rewind");
}

static enum fail seal(void *context, struct store *store, struct reason *why)
{
    (void)context;
    tell("seal");
    return frame_seal ? frame_seal(store, why) : FAIL_NONE;
}

static void committed(void *context)
{
    (void)context;
    tell("committed");
}

static void undone(void *context)
{
    (void)context;
    tell("undone");
}

static void lost(void *context)
{
    (void)context;
    atomic_store(&frame_lost, true);
    tell("lost");
}

struct writer *desk_writer(struct stores *stores)
{
    static const struct writer_frame frame = {.savepoint = savepoint,
                                              .rewind = rewind_,
                                              .seal = seal,
                                              .committed = committed,
                                              .undone = undone,
                                              .lost = lost};
    struct writer *writer = NULL;
    ck_assert_fine(writer_start(stores, &frame, &writer, &spec_why));
    return writer;
}

enum fail note_add(struct store *store, int64_t number, struct reason *why)
{
    return sql_run(store->sql, SQL_NOTE_ADD, NULL, why, NUMBER(number), TEXT("a note"), TEXT(NULL));
}

static enum fail apply(struct change *change, struct store *store, struct reason *why)
{
    struct task *task = (struct task *)change;
    while (task->gate && !atomic_load(task->gate))
        (void)sched_yield();
    if (task->work)
        return task->work(task, store, why);
    if (task->size)
        return sql_run(store->sql, SQL_NOTE_ADD_LARGE, NULL, why, NUMBER(task->number),
                       NUMBER((int64_t)task->size));
    return note_add(store, task->number, why);
}

static void done(struct change *change, enum fail fail, const struct reason *why)
{
    struct task *task = (struct task *)change;
    if (task->told)
        task->told(task);
    pthread_mutex_lock(&lock);
    task->done = true;
    task->fail = fail;
    task->why = *why;
    task->place = answers++;
    pthread_cond_broadcast(&answered);
    pthread_mutex_unlock(&lock);
}

void task_put(struct writer *writer, struct task *task)
{
    task->change.apply = apply;
    task->change.done = done;
    writer_put(writer, &task->change);
}

void task_wait(struct task *task)
{
    pthread_mutex_lock(&lock);
    while (!task->done)
        (void)pthread_cond_wait(&answered, &lock);
    pthread_mutex_unlock(&lock);
}

enum fail task_do(struct writer *writer, struct task *task)
{
    task_put(writer, task);
    task_wait(task);
    return task->fail;
}

void task_hold(struct writer *writer, struct task *task, atomic_bool *gate)
{
    atomic_store(gate, false);
    task->gate = gate;
    task_put(writer, task);
}

/* The one number that a query answers; any thread. */
static int64_t ask(struct stores *stores, int64_t from, int64_t to)
{
    struct store *store;
    struct reason why = {0};
    ck_assert_msg(!stores_borrow(stores, &store, &why), "%s", why.text);
    struct rows rows = sql_ask(store->sql, SQL_NOTES_BETWEEN, NUMBER(from), NUMBER(to));
    ck_assert(rows_next(&rows));
    int64_t number = rows_number(&rows, 0, -1);
    ck_assert_msg(!rows_end(&rows, &why), "%s", why.text);
    stores_return(stores, store);
    return number;
}

int64_t notes_count(struct stores *stores)
{
    return ask(stores, INT64_MIN, INT64_MAX);
}

bool notes_have(struct stores *stores, int64_t number)
{
    return ask(stores, number, number + 1) == 1;
}
