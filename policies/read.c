/* Reading a folder of policy files as one policy, and naming file and line of each mistake. */
#include "policies/internal.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MOST = 200 };

struct file {
    const char *name, *text;
    json_t *json;
    size_t first_rule; /* where its rules begin among all */
};

struct files {
    struct arena *arena;
    struct complaints *complaints;
    size_t count;
    struct file list[FILES_MOST];
};

static void files_scoped(struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        json_decref(files->list[i].json);
}

static int is_policy_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           text_equals(entry->d_name + length - 5, ".json") &&
           !text_equals(entry->d_name, "schema.json");
}

static enum fail load(struct files *files, const char *folder, const char *name, struct reason *why)
{
    struct file *file = &files->list[files->count];
    file->name = arena_copy(files->arena, name);
    const char *path = arena_text(files->arena, "%s/%s", folder, name);
    scoped(text_scoped) struct text text = TEXT_LIMIT(POLICY_FILE_LIMIT);
    enum fail fail = file_read(path, &text, why);
    if (fail)
        return fail;
    file->text = arena_copy(files->arena, text_of(&text));
    int line;
    struct reason wrong = {0};
    json_auto_t *json = NULL;
    if (json_read(text_of(&text), text.length, &json, &line, &wrong)) {
        complain(files->complaints, arena_text(files->arena, "%s:%d", name, line), "%s",
                 wrong.text);
    } else if (!json_is_object(json)) {
        complain(files->complaints, arena_text(files->arena, "%s:1", name),
                 "must be an object with `people`, `roles` or `rules`, not a list");
    } else {
        file->json = take(json);
        files->count++;
    }
    return FAIL_NONE;
}

static enum fail load_folder(struct files *files, const char *folder, struct reason *why)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_policy_file, alphasort);
    if (count < 0)
        return because(why, FAIL_INVALID, "the folder %s cannot be read: %s", folder,
                       strerror(errno));
    enum fail fail = FAIL_NONE;
    if (!count)
        fail = because(why, FAIL_INVALID, "there is no policy file (*.json) in %s", folder);
    if (count > FILES_MOST)
        fail = because(why, FAIL_INVALID, "more than %d policy files in %s", FILES_MOST, folder);
    for (int i = 0; i < count; i++) {
        if (!fail)
            fail = load(files, folder, entries[i]->d_name, why);
        free(entries[i]);
    }
    free(entries);
    return fail;
}

static const char *place_in(const struct files *files, const struct file *file, const char *own)
{
    return arena_text(files->arena, "%s:%d: %s", file->name, json_line_of(file->text, own), own);
}

/* Members that stand in one file as they are, and are not spread over files by names. */
static bool is_whole(const char *member)
{
    return text_equals(member, "alarms") || text_equals(member, "phases") ||
           text_equals(member, "person_key");
}

/* The file before `last` that has this member, or this name of it, which is there twice. */
static const char *first_with(const struct files *files, const struct file *last,
                              const char *member, const char *name)
{
    const struct file *file = files->list;
    for (; file < last; file++) {
        const json_t *found = json_object_get(file->json, member);
        if (name ? json_object_get(found, name) != NULL : found != NULL)
            break;
    }
    return file->name;
}

static void merge_names(struct files *files, const struct file *file, json_t *merged,
                        const char *member)
{
    const char *name;
    json_t *value;
    json_t *into = json_object_get(merged, member);
    const json_t *from = json_object_get(file->json, member);
    if (from && !json_is_object(from))
        complain(files->complaints, place_in(files, file, member), "must be an object");
    json_object_foreach ((json_t *)from, name, value) {
        if (json_object_get(into, name))
            complain(files->complaints,
                     place_in(files, file, arena_text(files->arena, "%s.%s", member, name)),
                     "is in %s too", first_with(files, file, member, name));
        (void)json_object_set(into, name, value);
    }
}

/* One object as if all had been written into one file. */
static json_t *merge(struct files *files)
{
    json_t *merged =
        memory_needed(json_pack("{s:{}, s:{}, s:{}, s:[]}", "people", "roles", "bundles", "rules"));
    json_t *rules = json_object_get(merged, "rules");
    for (size_t i = 0; i < files->count; i++) {
        struct file *file = &files->list[i];
        const char *name;
        json_t *value;
        file->first_rule = json_array_size(rules);
        merge_names(files, file, merged, "people");
        merge_names(files, file, merged, "roles");
        merge_names(files, file, merged, "bundles");
        const json_t *more = json_object_get(file->json, "rules");
        if (more && !json_is_array(more))
            complain(files->complaints, place_in(files, file, "rules"), "must be a list");
        (void)json_array_extend(rules, (json_t *)more);
        json_object_foreach (file->json, name, value) {
            if (text_equals(name, "$schema")) /* for editors */
                continue;
            if (!json_object_get(merged, name))
                (void)json_object_set(merged, name, value); /* unknown: policy_build complains */
            else if (is_whole(name))
                complain(files->complaints, place_in(files, file, name), "is in %s too",
                         first_with(files, file, name, NULL));
        }
    }
    if (!json_object_size(json_object_get(merged, "bundles")))
        (void)json_object_del(merged, "bundles"); /* the text is as if nobody had spoken of them */
    return merged;
}

/* Whether `path` (as `.soc leads.groups[0]`, or nothing) leads into this object. Wrong names may
 * hold dots. */
static bool holds(const json_t *object, const char *path)
{
    const char *name;
    json_t *value;
    if (!*path)
        return object;
    json_object_foreach ((json_t *)object, name, value) {
        size_t length = strlen(name);
        if (strncmp(path + 1, name, length) == 0 && strchr(".[", path[1 + length]))
            return true;
    }
    return false;
}

/* `rules[7].limits` of all becomes `soc.json:12: rules[2].limits` of the file that holds it. */
static const char *placed(const struct files *files, const char *place)
{
    unsigned index = 0;
    int digits = 0;
    bool is_rule = sscanf(place, "rules[%u]%n", &index, &digits) == 1 && digits;
    for (size_t i = files->count; i-- > 0;) {
        const struct file *file = &files->list[i];
        const char *own = place;
        if (is_rule) {
            size_t rules = json_array_size(json_object_get(file->json, "rules"));
            if (index < file->first_rule || index >= file->first_rule + rules)
                continue;
            own =
                arena_text(files->arena, "rules[%zu]%s", index - file->first_rule, place + digits);
        } else {
            size_t member = strcspn(place, ".");
            const char *top = arena_copy_bytes(files->arena, place, member);
            const json_t *object = json_object_get(file->json, top);
            if (!(object && is_whole(top)) && !json_object_get(file->json, place) &&
                !holds(object, place + member))
                continue;
        }
        return place_in(files, file, own);
    }
    return place;
}

static struct policy *policy_new(void)
{
    struct policy *policy = MEMORY_NEW(struct policy);
    policy->uses = 1;
    policy->arena = arena_new();
    return policy;
}

/* Builds and names the policy; what `complaints` hold decides whether it stands. */
static struct policy *policy_from(const json_t *merged, struct complaints *complaints)
{
    char hex[DIGEST_HEX_SIZE];
    struct policy *policy = policy_new();
    policy->text = json_canonical(merged);
    struct digest digest = digest_of_text(policy->text);
    digest_hex(&digest, hex);
    (void)snprintf(policy->version, sizeof policy->version, "sha256:%s", hex);
    policy_build(policy, merged, complaints);
    return policy;
}

enum fail policy_read(const char *folder, struct policy **ret, struct complaints *complaints,
                      struct reason *why)
{
    return policy_check(folder, ret, complaints, NULL, why);
}

/* From the place in all files together to that in the file that holds it. */
static void place_all(const struct files *files, size_t from, struct complaints *complaints)
{
    for (size_t i = from; i < complaints_kept(complaints); i++)
        complaints->list[i].field = placed(files, complaints->list[i].field);
}

enum fail policy_check(const char *folder, struct policy **ret, struct complaints *complaints,
                       struct complaints *warnings, struct reason *why)
{
    scoped(files_scoped) struct files files = {.arena = complaints->arena,
                                               .complaints = complaints};
    enum fail fail = load_folder(&files, folder, why);
    if (fail)
        return fail;
    if (complaints->count)
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    json_auto_t *merged = merge(&files);
    size_t in_place = complaints_kept(complaints);
    scoped(policy_scoped) struct policy *policy = policy_from(merged, complaints);
    place_all(&files, in_place, complaints);
    if (complaints->count)
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    if (warnings) {
        policy_warn(policy, warnings);
        place_all(&files, 0, warnings);
    }
    *ret = take(policy);
    return FAIL_NONE;
}

enum fail policy_parse(const char *text, struct policy **ret, struct complaints *complaints,
                       struct reason *why)
{
    json_auto_t *merged = NULL;
    enum fail fail = json_read(text, strlen(text), &merged, NULL, why);
    if (fail)
        return fail;
    scoped(policy_scoped) struct policy *policy = policy_from(merged, complaints);
    if (complaints->count)
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    *ret = take(policy);
    return FAIL_NONE;
}

struct policy *policy_share(struct policy *policy)
{
    atomic_fetch_add(&policy->uses, 1);
    return policy;
}

void policy_free(struct policy *policy)
{
    if (!policy || atomic_fetch_sub(&policy->uses, 1) > 1)
        return;
    arena_free(policy->arena);
    free(policy->text);
    free(policy);
}
