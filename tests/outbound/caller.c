#include "outbound/caller.h"

#include "base/moment.h"
#include "base/text.h"

#include <check.h>
#include <stdio.h>

struct series {
    struct loop *loop;
    const struct call *calls;
    struct got *got;
    size_t count, next;
};

static void make_next(struct series *series);

static void keep(char *to, const char *text)
{
    (void)snprintf(to, GOT_BODY, "%s", text ? text : "");
}

static void answered(void *context, const struct answer *answer)
{
    struct series *series = context;
    struct got *got = &series->got[series->next++];
    ck_assert(!got->answered);
    got->answered = true;
    got->answer = *answer;
    keep(got->body, answer->body);
    keep(got->challenge, answer->challenge_count ? answer->challenges[0] : NULL);
    keep(got->request_id, answer->request_id);
    keep(got->content_type, answer->content_type);
    make_next(series);
}

static void make_next(struct series *series)
{
    if (series->next < series->count)
        loop_call(series->loop, &series->calls[series->next], answered, series);
    else
        loop_stop(series->loop);
}

static int64_t begin(void *context)
{
    make_next(context);
    return MOMENT_NEVER;
}

void call_in_turn(const char *authorities, size_t count, const struct call *calls, struct got *got)
{
    scoped(loop_scoped) struct loop *loop = loop_new(authorities);
    struct series series = {.loop = loop, .calls = calls, .got = got, .count = count};
    loop_run(loop, begin, &series);
    ck_assert_uint_eq(series.next, count);
}

struct got call_once(const struct call *call)
{
    struct got got = {0};
    call_in_turn(NULL, 1, call, &got);
    return got;
}

struct call plain_get(const char *url)
{
    return (struct call){.method = "GET", .url = url, .private_peer = true};
}

struct call plain_write(const char *url)
{
    return (struct call){.method = "POST",
                         .url = url,
                         .content_type = "application/json",
                         .body = "{}",
                         .body_length = 2,
                         .write = true,
                         .private_peer = true};
}
