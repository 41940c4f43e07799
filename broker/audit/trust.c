#include "audit/trust.h"

static bool read_line(struct slice line, struct trusted_key *key)
{
    struct slice text, first;
    if (!slice_take(&line, ' ', &text) || note_key_read(text, &key->key, NULL) != FAIL_NONE ||
        !slice_take(&line, ' ', &first) || !slice_read_number(first, &key->first))
        return false;
    key->last = NUMBER_MOST;
    return slice_is(line, "-") || (slice_read_number(line, &key->last) && key->last >= key->first);
}

enum fail trust_read(struct slice text, struct trust *ret, struct reason *why)
{
    struct trust trust = {.count = 0};
    struct slice line;
    for (int number = 1; slice_take(&text, '\n', &line); number++) {
        if (!line.length || *line.at == '#')
            continue;
        if (trust.count == TRUST_KEYS)
            return because(why, FAIL_INVALID, "more than %d keys", TRUST_KEYS);
        if (!read_line(line, &trust.keys[trust.count++]))
            return because(why, FAIL_INVALID,
                           "line %d is not a verifier key, a first and a last size", number);
    }
    if (text.length || !trust.count)
        return because(why, FAIL_INVALID, "%s",
                       text.length ? "the last line has no end" : "it names no key");
    *ret = trust;
    return FAIL_NONE;
}

void trust_write(const struct trust *trust, struct text *text)
{
    for (size_t i = 0; i < trust->count; i++) {
        const struct trusted_key *key = &trust->keys[i];
        char name[NOTE_KEY_TEXT_SIZE];
        note_key_write(&key->key, name);
        text_addf(text, "%s %lld ", name, (long long)key->first);
        if (key->last == NUMBER_MOST)
            text_add(text, "-\n");
        else
            text_addf(text, "%lld\n", (long long)key->last);
    }
}

enum fail trust_check(const struct trust *trust, const struct note *note, const char *name,
                      int64_t size, const struct note_key **signer, struct reason *why)
{
    const struct note_key *found = NULL;
    for (size_t i = 0; i < trust->count; i++) {
        const struct trusted_key *key = &trust->keys[i];
        enum note_signature signature = note_signed_by(note, &key->key);
        if (signature == NOTE_FORGED)
            return because(why, FAIL_DENIED, "a signature by %s does not hold", key->key.name);
        if (signature == NOTE_SIGNED && text_equals(key->key.name, name) && size >= key->first &&
            size <= key->last)
            found = &key->key;
    }
    if (!found)
        return because(why, FAIL_DENIED, "no trusted key of %s for size %lld signed it", name,
                       (long long)size);
    if (signer)
        *signer = found;
    return FAIL_NONE;
}

enum fail trust_read_checkpoint(const struct trust *trust, struct slice bytes,
                                struct checkpoint *ret, const struct note_key **signer,
                                struct reason *why)
{
    struct checkpoint checkpoint;
    struct note note;
    enum fail fail = note_read(bytes, &note, why);
    if (!fail)
        fail = checkpoint_read(note.text, &checkpoint, why);
    if (!fail)
        fail = trust_check(trust, &note, checkpoint.origin, checkpoint.size, signer, why);
    if (!fail)
        *ret = checkpoint;
    return fail;
}
