/* What an operator does to a store that nobody serves: accepting it after it was restored,
 * exporting its history. */
#include "access/history.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"
#include "parts.h"
#include "serve.h"

static void on_lost(void *context)
{
    (void)context;
    log_line(LOG_ERROR, "store.lost", "{s:s}", "why", "the disk failed");
}

static void nobody_listens(void *context, size_t count, const struct request_id requests[])
{
    (void)context, (void)count, (void)requests;
}

static enum fail record_accepted(struct turn *turn, void *data, struct reason *why)
{
    const struct checkpoint *highest = data;
    char root[DIGEST_BASE64_SIZE];
    digest_base64(&highest->root, root);
    json_auto_t *detail = memory_needed(
        json_pack("{s:I, s:s}", "lost_size", (json_int_t)highest->size, "lost_root", root));
    return turn_record(turn, (struct event){.code = EVENT_STORE_ACCEPTED, .detail = detail}, why);
}

enum fail accept_store(const struct settings *settings, struct text *says, struct reason *why)
{
    struct parts parts = {.settings = settings};
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct checkpoint own, highest;
    parts.listener =
        (struct ledger_listener){.context = &parts, .committed = nobody_listens, .lost = on_lost};
    enum fail fail = parts_store(&parts, why);
    if (!fail && !parts.access.safe_mode) {
        text_add(says, "The store is what was recorded: nothing to accept.\n");
    } else if (!fail) {
        highest = *keys_highest(parts.access.keys);
        ledger_checkpoint(parts.access.ledger, &own);
        fail = keys_begin_epoch(parts.access.keys, &own, moment_now(), why);
        if (!fail) {
            ledger_accept(parts.access.ledger);
            fail = act_now(&parts.access, &operator, record_accepted, &highest, why);
        }
        if (!fail)
            text_addf(says,
                      "Accepted: the log goes on as %s from event %lld. %lld events were recorded "
                      "before; "
                      "what is missing now is lost.\n",
                      keys_origin(parts.access.keys), (long long)own.size, (long long)highest.size);
    }
    parts_free(&parts);
    return fail;
}

static enum fail copy(struct history *history, FILE *to, struct reason *why)
{
    bool more = true;
    enum fail fail = FAIL_NONE;
    scoped(text_scoped) struct text piece = TEXT_LIMIT(64 * 1024 * 1024);
    while (!fail && more) {
        text_clear(&piece);
        fail = history_next(history, &piece, &more, why);
        if (!fail && fwrite(text_of(&piece), 1, piece.length, to) != piece.length)
            fail = because(why, FAIL_UNAVAILABLE, "the output cannot be written");
    }
    if (!fail && fflush(to) != 0)
        fail = because(why, FAIL_UNAVAILABLE, "the output cannot be written");
    return fail;
}

static const char *const formats[] = {"csv", "jsonl", "bundle"};

bool export_knows(const char *format)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (text_equals(formats[i], format))
            return true;
    return false;
}

enum fail export_to(const struct settings *settings, const char *format, FILE *to,
                    struct reason *why)
{
    struct parts parts = {.settings = settings};
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct export export = {.filter = {.from = INT64_MIN, .to = INT64_MAX}};
    struct history *history = NULL;
    size_t found = 0;
    while (found < COUNT(formats) && !text_equals(formats[found], format))
        found++;
    if (found == COUNT(formats))
        return because(why, FAIL_INVALID, "the format must be csv, jsonl or bundle");
    export.format = (enum export_format)found;
    parts.listener =
        (struct ledger_listener){.context = &parts, .committed = nobody_listens, .lost = on_lost};
    enum fail fail = parts_store(&parts, why);
    if (!fail)
        fail = act_now(&parts.access, &operator, export_apply, &export, why);
    if (!fail)
        fail = history_open(&parts.access, &export, &history, why);
    if (!fail)
        fail = copy(history, to, why);
    history_close(history);
    parts_free(&parts);
    return fail;
}
