#include "web/guard.h"

#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"
#include "web/route.h"

#include <sodium.h>
#include <string.h>

enum { CALLS_OF_A_SIGN_IN = 2 /* there and back */ };
static const double burst_seconds = 4;

static enum fail refuse(struct visit *visit, enum fail fail, const char *detail)
{
    (void)because(&visit->why, fail, "%s", detail);
    reply_problem(&visit->reply, visit->arena, fail, fail_status(fail), detail, NULL, visit->id);
    return fail;
}

static enum fail too_many(struct visit *visit, int64_t wait_seconds)
{
    enum fail fail = refuse(visit, FAIL_TOO_MANY, "You are calling more often than is allowed.");
    reply_header(&visit->reply, "Retry-After",
                 arena_text(visit->arena, "%lld", (long long)wait_seconds));
    return fail;
}

static enum fail check_quota(struct visit *visit)
{
    static const uint8_t everybody[16] = {0};
    const struct web_options *options = &visit->web->options;
    enum kind kind = visit->route->kind;
    int64_t now = moment_ticks_ms(), wait = 1;
    double rate = (double)options->calls_per_second;
    double sign_ins = (double)(options->sign_ins_per_minute * CALLS_OF_A_SIGN_IN),
           anonymous = (double)options->anonymous_per_minute;
    if (kind != KIND_API && kind != KIND_AUTH)
        return FAIL_NONE;
    bool given = true;
    /* What one address may not do must not be taken from what everybody may do. */
    if (kind == KIND_AUTH && !visit->caller)
        given =
            limit_take(visit->web->limit, 's', visit->address, sign_ins / 60, sign_ins, now, &wait);
    else if (!visit->caller)
        given = limit_take(visit->web->limit, 'n', visit->address, anonymous / 60, anonymous, now,
                           &wait);
    if (given)
        given =
            limit_take(visit->web->limit, 'a', everybody, rate, rate * burst_seconds, now, &wait);
    return given ? FAIL_NONE : too_many(visit, wait);
}

static enum fail find_session(struct visit *visit)
{
    const char *cookie = NULL;
    struct reason why = {0};
    if (!visit_cookie(visit, "__Host-curfew", &cookie, &visit->why))
        return refuse(visit, FAIL_INVALID, "The session's cookie is there twice.");
    if (!cookie)
        return FAIL_NONE;
    bool background = text_equals(visit_header(visit, "X-Background"), "1");
    enum fail fail = sessions_find(visit->access->sessions, cookie, visit->now, background,
                                   &visit->session, &why);
    if (fail == FAIL_UNAVAILABLE)
        return refuse(visit, fail, fail_sentence(fail));
    if (fail)
        return FAIL_NONE;
    /* What an app role allows is over with the sign-in that brought it. */
    struct caller *caller = ARENA_NEW(visit->arena, struct caller);
    *caller = *session_caller(visit->session);
    visit->role_is_stale = caller->roles && visit->now - caller->opened_at >
                                                visit->access->options.special_role_seconds;
    if (visit->role_is_stale)
        caller->roles = 0;
    visit->caller = caller;
    return FAIL_NONE;
}

static enum fail check_who(struct visit *visit)
{
    enum who who = visit->route->who;
    if (who == METRICS && !networks_hold(&visit->web->options.metrics_from, visit->address))
        return refuse(visit, FAIL_NOT_FOUND, fail_sentence(FAIL_NOT_FOUND));
    if (who == ANYONE || who == METRICS)
        return FAIL_NONE;
    if (!visit->caller)
        return refuse(visit, FAIL_NOT_SIGNED_IN, fail_sentence(FAIL_NOT_SIGNED_IN));
    if (who != AUDITOR && who != OVERSEER)
        return FAIL_NONE;
    unsigned roles = session_caller(visit->session)->roles;
    if (who == AUDITOR && !(roles & ROLE_AUDITOR))
        return refuse(visit, FAIL_DENIED, "This is for auditors.");
    if (who == OVERSEER && !(roles & (ROLE_AUDITOR | ROLE_ADMIN)))
        return refuse(visit, FAIL_DENIED, "This is for auditors and administrators.");
    if (visit->role_is_stale)
        return refuse(visit, FAIL_STEP_UP_NEEDED,
                      "Auditors and administrators sign in again after an hour.");
    return FAIL_NONE;
}

static bool is_known(const char *known, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = known; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

/* Members of the query that the route does not know, or that are there twice. */
static enum fail check_query(struct visit *visit)
{
    if (!visit->route->query)
        return FAIL_NONE;
    for (size_t i = 0; i < visit->query_count; i++) {
        const char *name = visit->query[i].name;
        if (!is_known(visit->route->query, name))
            complain(&visit->complaints, name, "is not known here");
        for (size_t k = 0; k < i; k++)
            if (text_equals(visit->query[k].name, name))
                complain(&visit->complaints, name, "is there twice");
    }
    if (!visit->complaints.count)
        return FAIL_NONE;
    (void)because(&visit->why, FAIL_INVALID, "query: %s", complaints_text(&visit->complaints));
    (void)visit_fail(visit, FAIL_INVALID);
    return FAIL_INVALID;
}

/* The browser's own word on where a POST came from; without it, the origin must be there. */
static bool is_same_origin(const struct visit *visit)
{
    const char *site = visit_header(visit, "Sec-Fetch-Site"),
               *origin = visit_header(visit, "Origin");
    if (site && !text_equals(site, "same-origin"))
        return false;
    if (origin)
        return text_equals_ignoring_case(origin, visit->web->options.public_url);
    return site != NULL;
}

static enum fail check_post(struct visit *visit)
{
    char csrf[LOCATOR_SIZE];
    const char *given = visit_header(visit, "X-CSRF-Token"),
               *type = visit_header(visit, "Content-Type");
    if (!is_same_origin(visit))
        return refuse(visit, FAIL_DENIED, "A change must come from Curfew's own pages.");
    if (!type || strncmp(type, "application/json", 16) != 0 || (type[16] && type[16] != ';'))
        return refuse(visit, FAIL_MEDIA_TYPE, fail_sentence(FAIL_MEDIA_TYPE));
    session_csrf(visit->access, visit->session, csrf);
    if (!given || strlen(given) != strlen(csrf) || sodium_memcmp(given, csrf, strlen(csrf)) != 0)
        return refuse(
            visit, FAIL_DENIED,
            "The anti-forgery token is missing or is not this session's. Reload the page.");
    return FAIL_NONE;
}

static enum fail read_body(struct visit *visit)
{
    struct reason why = {0};
    if (!visit->body_length)
        return FAIL_NONE;
    if (json_read(visit->body, visit->body_length, &visit->json, NULL, &why) == FAIL_NONE)
        return FAIL_NONE;
    return refuse(visit, FAIL_INVALID,
                  arena_text(visit->arena, "The body is not right: %s.", why.text));
}

enum fail guard_check(struct visit *visit)
{
    enum fail fail = FAIL_NONE;
    if (visit_header(visit, "Authorization"))
        return refuse(visit, FAIL_NOT_SIGNED_IN,
                      "Authorization is not used here: sign in with a browser.");
    if (visit->route->kind == KIND_API || visit->route->who == SIGNED_IN)
        fail = find_session(visit);
    if (!fail)
        fail = check_quota(visit);
    if (!fail)
        fail = check_who(visit);
    if (!fail && visit->method == METHOD_POST)
        fail = check_post(visit);
    if (!fail)
        fail = check_query(visit);
    if (!fail && visit->method == METHOD_POST)
        fail = read_body(visit);
    return fail;
}
