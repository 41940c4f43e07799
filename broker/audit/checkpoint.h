/* Checkpoints (C2SP tlog-checkpoint): a signed note that says how large a log is, and its root. */
#pragma once

#include "audit/note.h"
#include "base/digest.h"

enum { CHECKPOINT_MOST = NOTE_NAME_SIZE + 17 + DIGEST_BASE64_SIZE + 2 }; /* of its text */

struct checkpoint {
    char origin[NOTE_NAME_SIZE]; /* the log's name, and that of its key */
    int64_t size;
    struct digest root;
};

/* Adds the signed checkpoint to `note`. FAIL_BROKEN when no signer has the name of the origin. */
enum fail checkpoint_sign(const struct checkpoint *checkpoint, size_t count,
                          const struct note_signer *const signers[], struct text *note,
                          struct reason *why);
/* Reads the text of a note; extension lines are refused: no log monitor could check them. */
enum fail checkpoint_read(struct slice text, struct checkpoint *ret, struct reason *why);
