#include "outbound/loop.h"

#include "base/memory.h"
#include "base/moment.h"
#include "outbound/exchange.h"
#include "outbound/library.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct loop {
    CURLM *multi;
    char *authorities;
    int clock;                   /* readable when somebody sets the wall clock */
    struct exchange *in_hand;    /* libcurl works on them */
    struct exchange *unanswered; /* wrong from the start */
    atomic_bool woken, stopping;
    struct loop *next; /* alive */
};

/* The wall clock may jump, and then every sleeper must look again. */

static pthread_mutex_t alive_lock = PTHREAD_MUTEX_INITIALIZER;
static struct loop *alive;

static void clock_was_moved(void *context)
{
    (void)context;
    pthread_mutex_lock(&alive_lock);
    for (struct loop *loop = alive; loop; loop = loop->next)
        loop_wake(loop);
    pthread_mutex_unlock(&alive_lock);
}

static void watch_test_clock(void)
{
    moment_watch(clock_was_moved, NULL);
}

static void join_living(struct loop *loop)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, watch_test_clock);
    pthread_mutex_lock(&alive_lock);
    loop->next = alive;
    alive = loop;
    pthread_mutex_unlock(&alive_lock);
}

static void leave_living(struct loop *loop)
{
    pthread_mutex_lock(&alive_lock);
    struct loop **at = &alive;
    while (*at != loop)
        at = &(*at)->next;
    *at = loop->next;
    pthread_mutex_unlock(&alive_lock);
}

/* The sleep itself is counted on a clock that nobody sets and that stands still while the machine
   is suspended. This timer never rings: its use is that the kernel cancels it when the wall clock
   jumps. */
static int timer_of_the_far_future(void)
{
    int timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    const struct itimerspec far = {.it_value = {.tv_sec = INT64_C(1) << 33}};
    if (timer >= 0)
        (void)timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
    return timer;
}

struct loop *loop_new(const char *authorities)
{
    library_begin();
    struct loop *loop = MEMORY_NEW(struct loop);
    loop->multi = memory_needed(curl_multi_init());
    loop->authorities = memory_copy(authorities);
    loop->clock = timer_of_the_far_future();
    join_living(loop);
    return loop;
}

/* Calls. */

static void put_first(struct exchange **list, struct exchange *exchange)
{
    exchange->next = *list;
    if (*list)
        (*list)->previous = exchange;
    *list = exchange;
}

static void take_out(struct exchange **list, struct exchange *exchange)
{
    *(exchange->previous ? &exchange->previous->next : list) = exchange->next;
    if (exchange->next)
        exchange->next->previous = exchange->previous;
    exchange->next = exchange->previous = NULL;
}

void loop_call(struct loop *loop, const struct call *call,
               void (*done)(void *context, const struct answer *answer), void *context)
{
    struct exchange *exchange = exchange_new(call, loop->authorities, done, context);
    if (!exchange->why.text[0] && curl_multi_add_handle(loop->multi, exchange->easy) == CURLM_OK) {
        put_first(&loop->in_hand, exchange);
        return;
    }
    put_first(&loop->unanswered, exchange);
    (void)curl_multi_wakeup(loop->multi);
}

static void finish(struct loop *loop, struct exchange *exchange, CURLcode result)
{
    take_out(&loop->in_hand, exchange);
    (void)curl_multi_remove_handle(loop->multi, exchange->easy);
    exchange_finish(exchange, result);
}

static void answer_wrong_calls(struct loop *loop)
{
    while (loop->unanswered) {
        struct exchange *exchange = loop->unanswered;
        take_out(&loop->unanswered, exchange);
        exchange_finish(exchange, CURLE_FAILED_INIT);
    }
}

static void answer_finished_calls(struct loop *loop)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(loop->multi, &left))) {
        char *exchange;
        CURLcode result = message->data.result; /* the message dies with its handle */
        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange) == CURLE_OK)
            finish(loop, (struct exchange *)(void *)exchange, result);
    }
    answer_wrong_calls(loop);
}

static void cancel_calls(struct loop *loop)
{
    while (loop->in_hand || loop->unanswered) {
        struct exchange *exchange = loop->in_hand;
        if (exchange) {
            (void)because(&exchange->why, FAIL_UNAVAILABLE, "stopping");
            finish(loop, exchange, CURLE_ABORTED_BY_CALLBACK);
        }
        answer_wrong_calls(loop);
    }
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    loop_stop(loop);
    cancel_calls(loop);
    leave_living(loop);
    (void)curl_multi_cleanup(loop->multi);
    if (loop->clock >= 0)
        (void)close(loop->clock);
    free(loop->authorities);
    free(loop);
}

/* Running. */

void loop_wake(struct loop *loop)
{
    atomic_store(&loop->woken, true);
    (void)curl_multi_wakeup(loop->multi);
}

void loop_stop(struct loop *loop)
{
    atomic_store(&loop->stopping, true);
    (void)curl_multi_wakeup(loop->multi);
}

static int milliseconds_until(int64_t due_ms)
{
    int64_t now_ms = moment_now_ms();
    if (due_ms >= now_ms + INT_MAX)
        return INT_MAX;
    return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}

/* Answers whether something came for a call in hand. */
static bool sleep_until(struct loop *loop, int64_t due_ms)
{
    struct curl_waitfd clock = {.fd = loop->clock, .events = CURL_WAIT_POLLIN};
    uint64_t expirations;
    int came = 0;
    (void)curl_multi_poll(loop->multi, &clock, loop->clock >= 0, milliseconds_until(due_ms), &came);
    if (clock.revents) {
        (void)!read(loop->clock, &expirations, sizeof expirations); /* arms it again */
        atomic_store(&loop->woken, true);
    }
    return came > 0;
}

/* A call was begun, or must not wait any longer. */
static bool is_due(struct loop *loop)
{
    long ms = 0;
    return curl_multi_timeout(loop->multi, &ms) != CURLM_OK || ms == 0;
}

void loop_run(struct loop *loop, int64_t (*work)(void *context), void *context)
{
    int64_t due_ms = moment_now_ms();
    bool came = false;
    while (!atomic_load(&loop->stopping)) {
        int running;
        if (came || is_due(loop)) /* it costs a system call for each call in hand */
            (void)curl_multi_perform(loop->multi, &running);
        answer_finished_calls(loop);
        came = false;
        if (atomic_exchange(&loop->woken, false) || moment_now_ms() >= due_ms)
            due_ms = work(context);
        else
            came = sleep_until(loop, due_ms);
    }
    cancel_calls(loop);
}
