#include "audit/checkpoint.h"

enum fail checkpoint_sign(const struct checkpoint *checkpoint, size_t count,
                          const struct note_signer *const signers[], struct text *note,
                          struct reason *why)
{
    char root[DIGEST_BASE64_SIZE];
    bool own = false;
    for (size_t i = 0; i < count; i++)
        own = own || text_equals(note_signer_key(signers[i])->name, checkpoint->origin);
    if (!own)
        return because(why, FAIL_BROKEN, "no key of %s signs its checkpoint", checkpoint->origin);
    scoped(text_scoped) struct text text = TEXT_LIMIT(CHECKPOINT_MOST);
    digest_base64(&checkpoint->root, root);
    text_addf(&text, "%s\n%lld\n%s\n", checkpoint->origin, (long long)checkpoint->size, root);
    return note_sign(slice_of(text_of(&text)), count, signers, note, why);
}

enum fail checkpoint_read(struct slice text, struct checkpoint *ret, struct reason *why)
{
    struct checkpoint checkpoint;
    struct slice line;
    char root[DIGEST_BASE64_SIZE];
    if (slice_take(&text, '\n', &line) && line.length &&
        slice_copy(line, checkpoint.origin, sizeof checkpoint.origin) &&
        slice_take(&text, '\n', &line) && slice_read_number(line, &checkpoint.size) &&
        slice_take(&text, '\n', &line) && slice_copy(line, root, sizeof root) &&
        digest_read_base64(root, &checkpoint.root) && !text.length) {
        *ret = checkpoint;
        return FAIL_NONE;
    }
    return because(why, FAIL_INVALID, "not a checkpoint: origin, size and root, a line each");
}
