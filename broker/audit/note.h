/* Signed notes (C2SP signed-note v1.0.0): text, and under it lines of Ed25519 signatures. */
#pragma once

#include "audit/slice.h"
#include "base/scoped.h"
#include "base/secret.h"
#include "base/text.h"

enum {
    NOTE_MOST = 256 * 1024, /* bytes of a whole note, signatures of others included */
    NOTE_NAME_SIZE = 129,
    NOTE_KEY_ID_SIZE = 4,
    NOTE_PUBLIC_SIZE = 32,
    NOTE_SEED_SIZE = 32,
    NOTE_KEY_TEXT_SIZE = NOTE_NAME_SIZE + 2 + 2 * NOTE_KEY_ID_SIZE + 44
};

/* A public key and the name it signs under: printable ASCII without space and plus. */
struct note_key {
    char name[NOTE_NAME_SIZE];
    uint8_t id[NOTE_KEY_ID_SIZE];
    uint8_t bytes[NOTE_PUBLIC_SIZE];
};

/* A verifier key as text, `name+id+key`. Only Ed25519 (type 1); FAIL_INVALID otherwise. */
enum fail note_key_read(struct slice text, struct note_key *ret, struct reason *why);
void note_key_write(const struct note_key *key, char text[NOTE_KEY_TEXT_SIZE]);

struct note_signer; /* opaque; the key stands in guarded memory; may be used by many threads */

/* From a seed of NOTE_SEED_SIZE bytes, or from its text, `PRIVATE+KEY+name+id+seed`. */
enum fail note_signer_new(const char *name, const struct secret *seed, struct note_signer **ret,
                          struct reason *why);
enum fail note_signer_read(const struct secret *text, struct note_signer **ret, struct reason *why);
void note_signer_free(struct note_signer *signer);
SCOPED(note_signer)
struct secret *note_signer_text(const struct note_signer *signer);
const struct note_key *note_signer_key(const struct note_signer *signer);

/* Adds the signed note to `note`: `text`, which must end a line, and a line for each signer. */
enum fail note_sign(struct slice text, size_t count, const struct note_signer *const signers[],
                    struct text *note, struct reason *why);

/* A well-formed note taken apart; it proves nothing before a signature was looked at. */
struct note {
    struct slice text; /* with its last line end */
    struct slice signatures;
};

enum note_signature {
    NOTE_UNSIGNED,
    NOTE_SIGNED,
    NOTE_FORGED /* one of the lines that name this key is not by it: refuse the whole note */
};

enum fail note_read(struct slice bytes, struct note *ret, struct reason *why);
enum note_signature note_signed_by(const struct note *note, const struct note_key *key);
