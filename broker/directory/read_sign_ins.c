/* GET /auditLogs/signIns: how somebody signed in, as soon as the log has caught up. Whoever asks
   finds their own sign-in by the application and the time: tokens do not name the entry. */
#include "directory/entry.h"
#include "directory/reader.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/auditLogs/signIns?$filter=userId%20eq%20");
    reader_add_literal(path, asked->subject);
    text_addf(path, "%%20and%%20createdDateTime%%20ge%%20%s&$top=100", asked->since);
    return step == 0;
}

static enum risk_level level_of(const char *word)
{
    static const char *const levels[] = {"none", "low", "medium", "high"};
    for (size_t i = 0; i < COUNT(levels); i++)
        if (text_equals_ignoring_case(word, levels[i]))
            return (enum risk_level)i;
    return RISK_HIDDEN;
}

static bool is_settled(const char *state)
{
    return text_equals_ignoring_case(state, "remediated") ||
           text_equals_ignoring_case(state, "dismissed") ||
           text_equals_ignoring_case(state, "confirmedSafe");
}

static const char *guid_or_none(struct entry *entry, const char *name)
{
    char guid[GUID_SIZE];
    return text_read_guid(entry_text(entry, name), guid) ? arena_copy(entry->arena, guid) : NULL;
}

/* The id of the device, where the client told it: it may be "" as well as absent. */
static const char *device_of(const json_t *one, struct fact *fact, struct reason *why)
{
    const json_t *detail = json_object_get(one, "deviceDetail");
    if (!json_is_object(detail))
        return NULL;
    struct entry device = entry_open(detail, fact->arena, why);
    return guid_or_none(&device, "deviceId");
}

static enum fail read_entry(const struct asked *asked, const json_t *one, struct fact *fact,
                            struct reason *why)
{
    struct sign_in_log *log = &fact->sign_ins;
    struct entry entry = entry_open(one, fact->arena, why);
    struct entry status = entry_open(json_object_get(one, "status"), fact->arena, why);
    const json_t *error = json_object_get(status.object, "errorCode");
    const char *state = entry_text(&entry, "riskState");
    struct logged_sign_in found = {
        .at = entry_moment(&entry, "createdDateTime", -1),
        .error = json_integer_value(error),
        .app_id = guid_or_none(&entry, "appId"),
        .client = entry_text(&entry, "clientAppUsed"),
        .device_id = device_of(one, fact, why),
        .risk = level_of(entry_text(&entry, "riskLevelDuringSignIn")),
        .settled = is_settled(state),
        .compromised = text_equals_ignoring_case(state, "confirmedCompromised"),
    };
    bool theirs = entry_is(&entry, "userId", asked->subject);
    if (!json_is_integer(error))
        entry_spoil(&entry, "no errorCode");
    if (found.at < 0)
        entry_spoil(&entry, "no createdDateTime");
    if (entry.fail || status.fail)
        return entry.fail ? entry.fail : status.fail;
    if (!theirs) /* no filter is believed */
        return FAIL_NONE;
    log->entries = ARENA_MORE(fact->arena, log->entries, log->count);
    log->entries[log->count++] = found;
    return FAIL_NONE;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct entry page = entry_open(answer, fact->arena, why);
    const json_t *list = entry_list(&page, "value");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)list, i, one) {
        enum fail fail = read_entry(asked, one, fact, why);
        if (fail)
            return fail;
    }
    return page.fail;
}

const struct reader sign_ins_reader = {
    .service = SERVICE_REPORTS, .most_pages = 4, .ask = ask, .read = read_answer};
