#include "policy_replay.h"

#include "access/replayed.h"
#include "base/moment.h"
#include "parts.h"

enum { ASKING_MS = 5 * 60 * 1000, PAGE = 500, DAY = 86400, REQUESTS_MOST = 20000 };

/* The requests since then, the newest first. */
static enum fail read_requests(const char *url, int64_t since, struct arena *arena, size_t *count,
                               struct stored_request **requests, struct reason *why)
{
    scoped(store_scoped) struct store *store = NULL;
    struct request_page page = {.most = PAGE};
    size_t found = PAGE;
    enum fail fail = store_look(url, &store, why);
    while (!fail && found == PAGE && *count < REQUESTS_MOST) {
        struct request_id *ids = NULL;
        fail = store_requests_page(store, &page, arena, &found, &ids, why);
        for (size_t i = 0; !fail && i < found; i++) {
            *requests = ARENA_MORE(arena, *requests, *count);
            struct stored_request *request = &(*requests)[*count];
            fail = store_request(store, &ids[i], arena, request, why);
            if (!fail && request->submitted_at < since)
                return FAIL_NONE;
            *count += !fail;
        }
        page.before = found ? ids[found - 1].text : NULL;
    }
    return fail;
}

static enum fail ask(const struct settings *settings, struct policy *policy,
                     struct replayed *replayed, struct reason *why)
{
    struct parts parts = {.settings = settings, .access = {.policy = policy}};
    struct access *access = &parts.access;
    parts_options(&parts);
    enum fail fail = stores_look(settings->store, &access->stores, why);
    if (!fail)
        fail = parts_microsoft(&parts, why);
    if (!fail) {
        access->facts = facts_new(access->directory);
        struct inquiry inquiry = {.step = replayed_step, .data = replayed, .access = access};
        if (!inquire_here(access, &inquiry, ASKING_MS))
            fail = because(why, FAIL_UNAVAILABLE, "Microsoft did not answer in time");
    }
    parts_free(&parts);
    return fail;
}

enum fail policy_replay(const struct settings *settings, const char *draft, int64_t days,
                        struct text *report, enum verdict *verdict, struct complaints *complaints,
                        struct reason *why)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(policy_scoped) struct policy *next = NULL, *now = NULL;
    struct replayed replayed = {.report = report};
    struct stored_request *requests = NULL;
    enum fail fail = policy_read(draft, &next, complaints, why);
    if (!fail)
        fail = policy_read(settings->policies, &now, complaints, why);
    if (!fail)
        fail = read_requests(settings->store, moment_now() - days * DAY, arena, &replayed.count,
                             &requests, why);
    if (fail)
        return fail;
    text_addf(report, "The last %lld days, with people where they are now:\n", (long long)days);
    replayed.now = now;
    replayed.draft = next;
    replayed.requests = requests;
    fail = ask(settings, next, &replayed, why);
    *verdict = replayed.lonely ? VERDICT_FAIL : replayed.unknown ? VERDICT_UNKNOWN : VERDICT_PASS;
    return fail;
}
