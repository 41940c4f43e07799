#include "audit/fixture.h"

#include "audit/checkpoint.h"
#include "audit/tar.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reason reason;

/* Check's own assertions are for tests only, and this serves a program too. */
static void must(enum fail fail)
{
    if (!fail)
        return;
    (void)fprintf(stderr, "fixture: %s\n", reason.text);
    abort();
}

static struct note_signer *make_signer(const char *name, unsigned char fill)
{
    scoped(secret_scoped) struct secret *seed = secret_new(NOTE_SEED_SIZE);
    struct note_signer *signer = NULL;
    memset(seed->bytes, fill, seed->length);
    must(note_signer_new(name, seed, &signer, &reason));
    return signer;
}

void fixture_open(struct fixture *fixture, const char *origin, unsigned char fill)
{
    char name[NOTE_NAME_SIZE];
    *fixture = (struct fixture){.size = 0};
    (void)snprintf(fixture->origin, sizeof fixture->origin, "%s", origin);
    if (!manifest_key_name(origin, name))
        abort();
    fixture->log_key = make_signer(origin, fill);
    fixture->export_key = make_signer(name, (unsigned char)(fill + 1));
}

void fixture_scoped(struct fixture *fixture)
{
    for (int64_t i = 0; i < fixture->size; i++)
        free((void *)(uintptr_t)fixture->records[i].at);
    free(fixture->records);
    free(fixture->leaves);
    note_signer_free(fixture->log_key);
    note_signer_free(fixture->export_key);
}

void fixture_add_bytes(struct fixture *fixture, struct slice bytes)
{
    if (fixture->size == fixture->room) {
        fixture->room = fixture->room ? fixture->room * 2 : 256;
        fixture->records =
            memory_grow(fixture->records, (size_t)fixture->room * sizeof *fixture->records);
        fixture->leaves =
            memory_grow(fixture->leaves, (size_t)fixture->room * sizeof *fixture->leaves);
    }
    char *copy = memory_new(bytes.length + 1, 1);
    memcpy(copy, bytes.at, bytes.length);
    struct digest leaf = merkle_leaf(bytes.at, bytes.length);
    fixture->records[fixture->size] = (struct slice){.at = copy, .length = bytes.length};
    fixture->leaves[fixture->size++] = leaf;
}

void fixture_drop(struct fixture *fixture)
{
    free((void *)(uintptr_t)fixture->records[--fixture->size].at);
}

void fixture_add(struct fixture *fixture, const struct event *event)
{
    scoped(text_scoped) struct text record = TEXT_LIMIT(RECORD_MOST);
    const struct digest *prev = fixture->size ? &fixture->leaves[fixture->size - 1] : NULL;
    must(record_write(event, fixture->size, prev, &record, &reason));
    fixture_add_bytes(fixture, (struct slice){.at = record.data, .length = record.length});
}

static int64_t moment_of(const struct fixture *fixture)
{
    return INT64_C(1767225600000) + fixture->size * 1234;
}

void fixture_add_small(struct fixture *fixture)
{
    struct event event = {.at_ms = moment_of(fixture), .code = EVENT_SERVICE_STARTED};
    fixture_add(fixture, &event);
}

struct person_key fixture_person(int number)
{
    struct person_key person = {.tid = "11111111-2222-4333-8444-555555555555"};
    (void)snprintf(person.oid, sizeof person.oid, "00000000-0000-4000-8000-%012x",
                   (unsigned)number);
    return person;
}

/* One step of a life, acted by person `by` (0: Curfew itself). */
struct step {
    enum event_code code;
    int by;
    const char *from, *to;
};

static void add_life(struct fixture *fixture, size_t count, const struct step steps[], int64_t size)
{
    int number = (int)fixture->size;
    struct person_key requester = fixture_person(7000 + number % 50);
    struct request_id request;
    struct grant_id grant;
    (void)snprintf(request.text, sizeof request.text, "01JDREQ%019d", number);
    (void)snprintf(grant.text, sizeof grant.text, "01JDGRA%019d", number);
    json_auto_t *detail =
        json_pack("{s:s, s:i, s:[s, s], s:b}", "says", "a, \"b\"\n\xC3\xA9", "seconds", 3600,
                  "checks", "mfa", "device", "again", number % 2);
    for (size_t i = 0; i < count && fixture->size < size; i++) {
        bool of_grant = strncmp(event_code_text(steps[i].code), "grant.", 6) == 0;
        struct event event = {
            .at_ms = moment_of(fixture),
            .code = steps[i].code,
            .actor = {.kind = steps[i].by ? ACTOR_PERSON : ACTOR_CURFEW},
            .subject = &requester,
            .request = &request,
            .grant = of_grant ? &grant : NULL,
            .role = of_grant ? "copilot-owner" : NULL,
            .from = steps[i].from,
            .to = steps[i].to,
            .detail = i % 3 ? NULL : detail,
        };
        event.actor.person =
            steps[i].by == 1 ? requester : fixture_person(9000 + steps[i].by + number % 7);
        fixture_add(fixture, &event);
    }
}

void fixture_live(struct fixture *fixture, int64_t size)
{
    static const struct step granted[] = {
        {EVENT_REQUEST_SUBMITTED, 1, NULL, "checking"},
        {EVENT_REQUEST_PENDING, 0, "checking", "pending"},
        {EVENT_DECISION_APPROVED, 2, NULL, NULL},
        {EVENT_REQUEST_APPROVED, 2, "pending", "approved"},
        {EVENT_GRANT_WAITING, 0, NULL, "waiting"},
        {EVENT_GRANT_ACTIVATING, 0, "waiting", "activating"},
        {EVENT_GRANT_ACTIVE, 0, "activating", "active"},
        {EVENT_GRANT_ENDING, 1, "active", "ending"},
        {EVENT_GRANT_ENDED, 0, "ending", "ended"},
    };
    static const struct step denied[] = {
        {EVENT_REQUEST_SUBMITTED, 1, NULL, "checking"},
        {EVENT_REQUEST_PENDING, 0, "checking", "pending"},
        {EVENT_DECISION_DENIED, 3, NULL, NULL},
        {EVENT_REQUEST_DENIED, 3, "pending", "denied"},
    };
    while (fixture->size < size) {
        add_life(fixture, COUNT(granted), granted, size);
        add_life(fixture, COUNT(denied), denied, size);
    }
}

void fixture_checkpoint(const struct fixture *fixture, int64_t size, struct text *note)
{
    struct merkle tree = {.size = 0};
    struct checkpoint checkpoint = {.size = size};
    memcpy(checkpoint.origin, fixture->origin, sizeof checkpoint.origin);
    for (int64_t i = 0; i < size; i++)
        (void)merkle_add(&tree, &fixture->leaves[i], NULL);
    checkpoint.root = merkle_root(&tree);
    must(checkpoint_sign(&checkpoint, 1, (const struct note_signer *const[]){fixture->log_key},
                         note, &reason));
}

void fixture_policy(const struct fixture *fixture, struct text *policy)
{
    struct trust trust = {.count = 2};
    trust.keys[0] =
        (struct trusted_key){.key = *note_signer_key(fixture->log_key), .last = NUMBER_MOST};
    trust.keys[1] =
        (struct trusted_key){.key = *note_signer_key(fixture->export_key), .last = NUMBER_MOST};
    trust_write(&trust, policy);
}

static enum fail read_leaves(void *context, int64_t seq, size_t room, struct digest leaves[],
                             size_t *count, struct reason *why)
{
    const struct fixture *fixture = context;
    (void)why;
    /* Fewer than there is room for, to be asked more than once. */
    for (*count = 0; *count < room && *count < 100 && seq < fixture->size; seq++)
        leaves[(*count)++] = fixture->leaves[seq];
    return FAIL_NONE;
}

static enum fail read_records(void *context, int64_t seq, int64_t end, struct text *page,
                              struct reason *why)
{
    const struct fixture *fixture = context;
    (void)why;
    for (; seq < end && page->length < 5000; seq++) {
        if (fixture->withhold && fixture->withhold(fixture, seq))
            continue;
        text_add_bytes(page, fixture->records[seq].at, fixture->records[seq].length);
        text_add_char(page, '\n');
    }
    return FAIL_NONE;
}

static enum fail add_kept(const char *kept, const struct digest *digest, struct text *ret,
                          struct reason *why)
{
    struct digest own = digest_of_text(kept ? kept : "");
    if (!digest_equals(&own, digest))
        return because(why, FAIL_NOT_FOUND, "nothing of that digest");
    text_add(ret, kept);
    return FAIL_NONE;
}

static enum fail read_token(void *context, const struct digest *digest, struct text *token,
                            struct reason *why)
{
    return add_kept(((const struct fixture *)context)->token, digest, token, why);
}

static enum fail read_key_set(void *context, const struct digest *digest, struct text *key_set,
                              struct reason *why)
{
    return add_kept(((const struct fixture *)context)->key_set, digest, key_set, why);
}

void fixture_bundle(const struct fixture *fixture, int64_t first, int64_t end, const char *filter,
                    const char *previous, struct text *tar)
{
    scoped(text_scoped) struct text checkpoint = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text policy = TEXT_LIMIT(NOTE_MOST);
    scoped(text_scoped) struct text chunk = TEXT_LIMIT(BUNDLE_CHUNK);
    scoped(bundle_scoped) struct bundle *bundle = NULL;
    fixture_checkpoint(fixture, fixture->size, &checkpoint);
    fixture_policy(fixture, &policy);
    const struct bundle_order order = {.checkpoint = text_of(&checkpoint),
                                       .previous = previous,
                                       .policy = text_of(&policy),
                                       .first = first,
                                       .end = end,
                                       .filter = filter,
                                       .signer = fixture->export_key};
    const struct bundle_source source = {.context = (void *)(uintptr_t)fixture,
                                         .leaves = read_leaves,
                                         .records = read_records,
                                         .token = read_token,
                                         .key_set = read_key_set};
    must(bundle_new(&order, &source, &bundle, &reason));
    for (bool more = true; more; text_clear(&chunk)) {
        must(bundle_next(bundle, &chunk, &more, &reason));
        text_add_bytes(tar, chunk.data, chunk.length);
    }
}

static void sign_again(const struct fixture *fixture, const struct bundle_files *files,
                       int64_t records, struct text *note)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(MANIFEST_MOST);
    struct note old;
    struct manifest manifest;
    must(note_read(files->files[BUNDLE_MANIFEST], &old, &reason));
    must(manifest_read(old.text, &manifest, &reason));
    manifest.records = records;
    for (int i = 0; i < BUNDLE_MANIFEST; i++) {
        manifest.present[i] = files->files[i].at != NULL;
        manifest.digests[i] = digest_of(files->files[i].at, files->files[i].length);
    }
    manifest_write(&manifest, &text);
    must(note_sign(slice_of(text_of(&text)), 1,
                   (const struct note_signer *const[]){fixture->export_key}, note, &reason));
}

void fixture_pack(const struct fixture *fixture, const struct bundle_files *files, int64_t records,
                  struct text *tar)
{
    scoped(text_scoped) struct text manifest = TEXT_LIMIT(MANIFEST_MOST);
    struct bundle_files all = *files;
    if (records >= 0) {
        sign_again(fixture, files, records, &manifest);
        all.files[BUNDLE_MANIFEST] = slice_of(text_of(&manifest));
    }
    for (enum bundle_file i = 0; i < BUNDLE_FILES; i++) {
        struct slice file = all.files[i];
        if (i == BUNDLE_POLICY)
            text_add_bytes(tar, all.proofs.at, all.proofs.length);
        if (!file.at)
            continue;
        must(tar_begin(tar, bundle_file_name(i), (int64_t)file.length, &reason));
        text_add_bytes(tar, file.at, file.length);
        tar_pad(tar, (int64_t)file.length);
    }
    tar_end(tar);
}
