#include "audit/manifest.h"

#include <sodium.h>
#include <stdio.h>

static const char *const names[BUNDLE_FILES] = {
    [BUNDLE_CHECKPOINT] = "checkpoint", [BUNDLE_PREVIOUS] = "prev-checkpoint",
    [BUNDLE_LEAVES] = "leaves.b64",     [BUNDLE_RECORDS] = "records.jsonl",
    [BUNDLE_CSV] = "records.csv",       [BUNDLE_POLICY] = "policy.txt",
    [BUNDLE_MANIFEST] = "MANIFEST",
};

const char *bundle_file_name(enum bundle_file file)
{
    return names[file];
}

bool manifest_key_name(const char *origin, char name[NOTE_NAME_SIZE])
{
    int length = snprintf(name, NOTE_NAME_SIZE, "%s/export", origin);
    return length > 0 && length < NOTE_NAME_SIZE;
}

void manifest_write(const struct manifest *manifest, struct text *text)
{
    text_addf(text, "curfew bundle v1\norigin %s\nsize %lld\nrange %lld %lld\n", manifest->origin,
              (long long)manifest->size, (long long)manifest->first, (long long)manifest->end);
    text_addf(text, "filter %s\nrecords %lld\n", *manifest->filter ? manifest->filter : "-",
              (long long)manifest->records);
    for (int i = 0; i < BUNDLE_MANIFEST; i++) {
        char hex[DIGEST_HEX_SIZE];
        digest_hex(&manifest->digests[i], hex);
        if (manifest->present[i])
            text_addf(text, "%s  %s\n", hex, names[i]);
    }
}

/* Takes the line `<name> <value>`. */
static bool take_value(struct slice *text, const char *name, struct slice *value)
{
    return slice_skip(text, slice_of(name)) && slice_skip(text, SLICE(" ")) &&
           slice_take(text, '\n', value);
}

static bool take_numbers(struct slice *text, struct manifest *manifest)
{
    struct slice value, first;
    return take_value(text, "range", &value) && slice_take(&value, ' ', &first) &&
           slice_read_number(first, &manifest->first) && slice_read_number(value, &manifest->end) &&
           manifest->first <= manifest->end && manifest->end <= manifest->size;
}

static bool take_filter(struct slice *text, struct manifest *manifest)
{
    struct slice value;
    if (!take_value(text, "filter", &value) || !value.length)
        return false;
    if (slice_is(value, "-"))
        value.length = 0;
    return slice_copy(value, manifest->filter, sizeof manifest->filter);
}

/* Lower-case digits only: one text for one digest. */
static bool read_hex(struct slice hex, struct digest *digest)
{
    char again[DIGEST_HEX_SIZE];
    if (sodium_hex2bin(digest->bytes, DIGEST_SIZE, hex.at, hex.length, NULL, NULL, NULL) != 0)
        return false;
    digest_hex(digest, again);
    return slice_is(hex, again);
}

/* The files in their order, each at most once. */
static bool take_files(struct slice *text, struct manifest *manifest)
{
    for (int i = 0; i < BUNDLE_MANIFEST; i++) {
        struct slice rest = *text, hex;
        manifest->present[i] = slice_take(&rest, ' ', &hex) && slice_skip(&rest, SLICE(" ")) &&
                               slice_skip(&rest, slice_of(names[i])) &&
                               slice_skip(&rest, SLICE("\n")) &&
                               read_hex(hex, &manifest->digests[i]);
        if (manifest->present[i])
            *text = rest;
        else if (i != BUNDLE_PREVIOUS)
            return false;
    }
    return !text->length;
}

enum fail manifest_read(struct slice text, struct manifest *ret, struct reason *why)
{
    struct manifest manifest = {.size = 0};
    struct slice value;
    if (slice_skip(&text, SLICE("curfew bundle v1\n")) && take_value(&text, "origin", &value) &&
        slice_copy(value, manifest.origin, sizeof manifest.origin) &&
        take_value(&text, "size", &value) && slice_read_number(value, &manifest.size) &&
        take_numbers(&text, &manifest) && take_filter(&text, &manifest) &&
        take_value(&text, "records", &value) && slice_read_number(value, &manifest.records) &&
        take_files(&text, &manifest)) {
        *ret = manifest;
        return FAIL_NONE;
    }
    return because(why, FAIL_INVALID, "not a manifest of a bundle v1");
}
