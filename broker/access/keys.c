#include "access/keys.h"

#include "audit/manifest.h"
#include "audit/trust.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HIGHEST_LIMIT = 64 * 1024, EPOCHS = TRUST_KEYS / 2 - 1 };

/* One life of the log under one origin; `last` is the size at which it was given up, NUMBER_MOST
 * for the current one. */
struct epoch {
    char origin[NOTE_NAME_SIZE];
    int64_t last;
};

struct keys {
    char *folder;
    struct seal *seal;
    struct secret *seed;
    struct note_signer *signer, *exporter, *restored;
    struct checkpoint highest;
    size_t epoch_count;
    struct epoch epochs[EPOCHS];
};

static const char *const sealing_name = "sealing.key", *const signing_name = "audit.key",
                         *const highest_name = "highest.json";

static void path_of(const struct keys *keys, const char *name, struct text *path)
{
    text_addf(path, "%s/%s", keys->folder, name);
}

/* Whoever may change the folder could put other keys there, or an older highest checkpoint. */
static enum fail check_folder(const struct keys *keys, struct reason *why)
{
    struct stat about;
    scoped(text_scoped) struct text highest = TEXT_LIMIT(4096);
    path_of(keys, highest_name, &highest);
    if (stat(keys->folder, &about) != 0 || !S_ISDIR(about.st_mode))
        return because(why, FAIL_INVALID, "%s is not a folder", keys->folder);
    if (about.st_mode & (S_IWGRP | S_IWOTH))
        return because(why, FAIL_INVALID, "%s may be changed by others: chmod 700 it",
                       keys->folder);
    if (stat(text_of(&highest), &about) == 0 && about.st_mode & (S_IWGRP | S_IRWXO))
        return because(why, FAIL_INVALID, "%s may be read or changed by others: chmod 600 it",
                       text_of(&highest));
    return FAIL_NONE;
}

static bool is_there(const struct keys *keys, const char *name)
{
    struct stat about;
    scoped(text_scoped) struct text path = TEXT_LIMIT(4096);
    path_of(keys, name, &path);
    return stat(text_of(&path), &about) == 0;
}

/* Reads a key of 32 bytes; one that is not there is made when it may be made. */
static enum fail key_of(const struct keys *keys, const char *name, bool make, struct secret **ret,
                        struct reason *why)
{
    scoped(text_scoped) struct text path = TEXT_LIMIT(4096);
    path_of(keys, name, &path);
    if (make && !is_there(keys, name)) {
        scoped(secret_scoped) struct secret *fresh = secret_new(SEAL_KEY_SIZE);
        randombytes_buf(fresh->bytes, fresh->length);
        enum fail fail = file_replace(text_of(&path), fresh->bytes, fresh->length, 0600, why);
        if (fail)
            return fail;
    }
    enum fail fail = secret_read(text_of(&path), ret, why);
    if (!fail && (*ret)->length != SEAL_KEY_SIZE)
        return because(why, FAIL_INVALID, "%s must hold %d bytes", text_of(&path), SEAL_KEY_SIZE);
    return fail;
}

static enum fail take_origin(struct keys *keys, const char *origin, struct reason *why)
{
    char export_name[NOTE_NAME_SIZE], restored_name[NOTE_NAME_SIZE + 16];
    if (keys->epoch_count == EPOCHS || strlen(origin) >= NOTE_NAME_SIZE ||
        !manifest_key_name(origin, export_name))
        return because(why, FAIL_INVALID, "the origin \"%s\" is too long, or there were too many",
                       origin);
    struct epoch *epoch = &keys->epochs[keys->epoch_count++];
    (void)snprintf(epoch->origin, sizeof epoch->origin, "%s", origin);
    epoch->last = NUMBER_MOST;
    note_signer_free(keys->signer);
    note_signer_free(keys->exporter);
    note_signer_free(keys->restored);
    keys->signer = keys->exporter = keys->restored = NULL;
    (void)snprintf(restored_name, sizeof restored_name, "%s/restored", origin);
    enum fail fail = note_signer_new(origin, keys->seed, &keys->signer, why);
    if (!fail)
        fail = note_signer_new(export_name, keys->seed, &keys->exporter, why);
    return fail ? fail : note_signer_new(restored_name, keys->seed, &keys->restored, why);
}

static enum fail write_highest(const struct keys *keys, int64_t now, struct reason *why)
{
    char root[DIGEST_BASE64_SIZE], synced[21];
    digest_base64(&keys->highest.root, root);
    moment_text(now, synced);
    json_auto_t *epochs = memory_needed(json_array());
    for (size_t i = 0; i < keys->epoch_count; i++)
        (void)json_array_append_new(epochs,
                                    json_pack("{s:s, s:I}", "origin", keys->epochs[i].origin,
                                              "last", (json_int_t)keys->epochs[i].last));
    json_auto_t *highest =
        memory_needed(json_pack("{s:I, s:s, s:s, s:O}", "size", (json_int_t)keys->highest.size,
                                "root", root, "synced", synced, "epochs", epochs));
    char *bytes = json_canonical(highest);
    scoped(text_scoped) struct text path = TEXT_LIMIT(4096);
    path_of(keys, highest_name, &path);
    enum fail fail = file_replace(text_of(&path), bytes, strlen(bytes), 0600, why);
    free(bytes);
    return fail;
}

static enum fail read_epochs(struct keys *keys, const json_t *highest, struct reason *why)
{
    const json_t *epochs = json_object_get(highest, "epochs");
    enum fail fail = json_array_size(epochs) ? FAIL_NONE : because(why, FAIL_INVALID, "no epochs");
    for (size_t i = 0; !fail && i < json_array_size(epochs); i++) {
        const json_t *epoch = json_array_get(epochs, i);
        const char *origin = json_member_text(epoch, "origin");
        fail = take_origin(keys, origin ? origin : "", why);
        if (!fail)
            keys->epochs[i].last = json_member_number(epoch, "last", NUMBER_MOST);
    }
    return fail;
}

static enum fail read_highest(struct keys *keys, struct reason *why)
{
    scoped(text_scoped) struct text path = TEXT_LIMIT(4096), text = TEXT_LIMIT(HIGHEST_LIMIT);
    json_auto_t *highest = NULL;
    path_of(keys, highest_name, &path);
    enum fail fail = file_read(text_of(&path), &text, why);
    if (!fail)
        fail = json_read(text_of(&text), text.length, &highest, NULL, why);
    if (!fail)
        fail = read_epochs(keys, highest, why);
    if (fail)
        return fail;
    const char *root = json_member_text(highest, "root");
    keys->highest.size = json_member_number(highest, "size", -1);
    if (keys->highest.size < 0 || !root || !digest_read_base64(root, &keys->highest.root))
        return because(why, FAIL_INVALID, "%s makes no sense", text_of(&path));
    return FAIL_NONE;
}

enum fail keys_open(const char *folder, const char *origin, bool fresh, struct keys **ret,
                    struct reason *why)
{
    scoped(keys_scoped) struct keys *keys = MEMORY_NEW(struct keys);
    keys->folder = memory_copy(folder);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return because(why, FAIL_INVALID, "the folder of keys %s cannot be made: %s", folder,
                       strerror(errno));
    enum fail fail = check_folder(keys, why);
    if (fail)
        return fail;
    bool some = is_there(keys, sealing_name) || is_there(keys, signing_name);
    /* The highest checkpoint is written last: without it, a first start was cut short. */
    bool make = fresh && !is_there(keys, highest_name);
    if (!some && !make)
        return because(
            why, FAIL_INVALID,
            "there are no keys in %s, but something was recorded with them: put back the keys that "
            "belong to the store",
            folder);
    scoped(secret_scoped) struct secret *sealing = NULL;
    fail = key_of(keys, sealing_name, make, &sealing, why);
    if (!fail)
        fail = key_of(keys, signing_name, make, &keys->seed, why);
    if (fail)
        return fail;
    keys->seal = seal_new(sealing);
    if (is_there(keys, highest_name)) {
        fail = read_highest(keys, why);
    } else if (make) {
        fail = take_origin(keys, origin, why);
        if (!fail)
            fail = write_highest(keys, moment_now(), why);
    } else {
        fail = because(why, FAIL_INVALID, "%s/%s is missing: put it back with the keys", folder,
                       highest_name);
    }
    if (!fail)
        *ret = take(keys);
    return fail;
}

void keys_free(struct keys *keys)
{
    if (!keys)
        return;
    seal_free(keys->seal);
    secret_free(keys->seed);
    note_signer_free(keys->signer);
    note_signer_free(keys->exporter);
    note_signer_free(keys->restored);
    free(keys->folder);
    free(keys);
}

const struct seal *keys_seal(const struct keys *keys)
{
    return keys->seal;
}

const struct note_signer *keys_signer(const struct keys *keys)
{
    return keys->signer;
}

const struct note_signer *keys_restored_signer(const struct keys *keys)
{
    return keys->restored;
}

const struct note_signer *keys_export_signer(const struct keys *keys)
{
    return keys->exporter;
}

const char *keys_origin(const struct keys *keys)
{
    return keys->epochs[keys->epoch_count - 1].origin;
}

const struct checkpoint *keys_highest(const struct keys *keys)
{
    return &keys->highest;
}

enum fail keys_raise(struct keys *keys, const struct checkpoint *checkpoint, int64_t now,
                     struct reason *why)
{
    keys->highest = *checkpoint;
    return write_highest(keys, now, why);
}

enum fail keys_begin_epoch(struct keys *keys, const struct checkpoint *store, int64_t now,
                           struct reason *why)
{
    char origin[NOTE_NAME_SIZE + 16];
    struct epoch *last = &keys->epochs[keys->epoch_count - 1];
    (void)snprintf(origin, sizeof origin, "%s/%zu", keys->epochs[0].origin, keys->epoch_count + 1);
    last->last = store->size;
    enum fail fail = take_origin(keys, origin, why);
    return fail ? fail : keys_raise(keys, store, now, why);
}

void keys_trust(const struct keys *keys, struct text *policy)
{
    int64_t first = 0;
    struct trust trust = {0};
    char name[NOTE_NAME_SIZE];
    for (size_t i = 0; i < keys->epoch_count; i++) {
        struct note_signer *pair[2] = {NULL, NULL};
        struct reason ignored = {0};
        const struct epoch *epoch = &keys->epochs[i];
        bool named = manifest_key_name(epoch->origin, name);
        if (named && note_signer_new(epoch->origin, keys->seed, &pair[0], &ignored) == FAIL_NONE &&
            note_signer_new(name, keys->seed, &pair[1], &ignored) == FAIL_NONE)
            for (size_t k = 0; k < 2; k++)
                trust.keys[trust.count++] = (struct trusted_key){
                    .key = *note_signer_key(pair[k]), .first = first, .last = epoch->last};
        note_signer_free(pair[0]);
        note_signer_free(pair[1]);
        first = epoch->last;
    }
    trust_write(&trust, policy);
}
