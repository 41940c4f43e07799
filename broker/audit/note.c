#include "audit/note.h"

#include "base/digest.h"
#include "base/memory.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ED25519 = 1, /* the type of a key */
    SIGNATURE_SIZE = NOTE_KEY_ID_SIZE + crypto_sign_BYTES,
    FOREIGN_SIGNATURE = 8 * 1024 /* signatures of other types are longer: ML-DSA has 2 to 5 KiB */
};

static const char dash[] = "\xE2\x80\x94 ", private_key[] = "PRIVATE+KEY+";

static bool is_name(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at <= ' ' || *at > '~' || *at == '+')
            return false;
    return *name && strlen(name) < NOTE_NAME_SIZE;
}

static bool make_key(const char *name, const uint8_t public[NOTE_PUBLIC_SIZE], struct note_key *ret)
{
    struct note_key key = {.name = {0}};
    if (!is_name(name))
        return false;
    memcpy(key.name, name, strlen(name));
    memcpy(key.bytes, public, NOTE_PUBLIC_SIZE);
    const void *const pieces[] = {name, "\n\x01", public};
    struct digest digest =
        digest_of_pieces(3, pieces, (const size_t[]){strlen(name), 2, NOTE_PUBLIC_SIZE});
    memcpy(key.id, digest.bytes, NOTE_KEY_ID_SIZE);
    *ret = key;
    return true;
}

static bool read_base64(struct slice text, size_t room, uint8_t *bytes, size_t *length)
{
    const char *end;
    return sodium_base642bin(bytes, room, text.at, text.length, NULL, length, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == text.at + text.length;
}

/* The parts of `name+id+base64(type || bytes)`, for public keys and for seeds. */
static bool read_parts(struct slice text, char name[NOTE_NAME_SIZE], struct slice *id,
                       uint8_t bytes[1 + NOTE_PUBLIC_SIZE])
{
    struct slice part;
    size_t length;
    return slice_take(&text, '+', &part) && slice_copy(part, name, NOTE_NAME_SIZE) &&
           slice_take(&text, '+', id) && read_base64(text, 1 + NOTE_PUBLIC_SIZE, bytes, &length) &&
           length == 1 + NOTE_PUBLIC_SIZE && bytes[0] == ED25519;
}

static void id_text(const struct note_key *key, char hex[2 * NOTE_KEY_ID_SIZE + 1])
{
    (void)sodium_bin2hex(hex, 2 * NOTE_KEY_ID_SIZE + 1, key->id, NOTE_KEY_ID_SIZE);
}

static bool has_id(const struct note_key *key, struct slice id)
{
    char hex[2 * NOTE_KEY_ID_SIZE + 1];
    id_text(key, hex);
    return slice_is(id, hex);
}

enum fail note_key_read(struct slice text, struct note_key *ret, struct reason *why)
{
    char name[NOTE_NAME_SIZE];
    uint8_t bytes[1 + NOTE_PUBLIC_SIZE];
    struct slice id;
    struct note_key key;
    if (!read_parts(text, name, &id, bytes) || !make_key(name, bytes + 1, &key) ||
        !has_id(&key, id))
        return because(why, FAIL_INVALID, "not a verifier key for Ed25519: name+id+key is one");
    *ret = key;
    return FAIL_NONE;
}

void note_key_write(const struct note_key *key, char text[NOTE_KEY_TEXT_SIZE])
{
    char hex[2 * NOTE_KEY_ID_SIZE + 1], base64[BASE64_SIZE(1 + NOTE_PUBLIC_SIZE)];
    uint8_t bytes[1 + NOTE_PUBLIC_SIZE] = {ED25519};
    memcpy(bytes + 1, key->bytes, NOTE_PUBLIC_SIZE);
    base64_write(bytes, sizeof bytes, base64);
    id_text(key, hex);
    (void)snprintf(text, NOTE_KEY_TEXT_SIZE, "%s+%s+%s", key->name, hex, base64);
}

struct note_signer {
    struct note_key key;
    struct secret *secret; /* of crypto_sign_SECRETKEYBYTES */
};

enum fail note_signer_new(const char *name, const struct secret *seed, struct note_signer **ret,
                          struct reason *why)
{
    uint8_t public[NOTE_PUBLIC_SIZE];
    struct note_key key;
    if (seed->length != NOTE_SEED_SIZE)
        return because(why, FAIL_INVALID, "a signing key has %d bytes, not %zu", NOTE_SEED_SIZE,
                       seed->length);
    scoped(secret_scoped) struct secret *secret = secret_new(crypto_sign_SECRETKEYBYTES);
    (void)crypto_sign_seed_keypair(public, secret->bytes, seed->bytes);
    if (!make_key(name, public, &key))
        return because(why, FAIL_INVALID,
                       "a key's name is 1 to %d printable characters without space and +",
                       NOTE_NAME_SIZE - 1);
    struct note_signer *signer = MEMORY_NEW(struct note_signer);
    signer->key = key;
    signer->secret = take(secret);
    *ret = signer;
    return FAIL_NONE;
}

enum fail note_signer_read(const struct secret *text, struct note_signer **ret, struct reason *why)
{
    struct slice rest = {.at = secret_text(text), .length = text->length}, id;
    char name[NOTE_NAME_SIZE];
    scoped(secret_scoped) struct secret *bytes = secret_new(1 + NOTE_SEED_SIZE);
    if (!slice_skip(&rest, slice_of(private_key)) || !read_parts(rest, name, &id, bytes->bytes))
        return because(why, FAIL_INVALID, "not a signing key: %sname+id+seed is one", private_key);
    scoped(secret_scoped) struct secret *seed = secret_copy(bytes->bytes + 1, NOTE_SEED_SIZE);
    scoped(note_signer_scoped) struct note_signer *signer = NULL;
    enum fail fail = note_signer_new(name, seed, &signer, why);
    if (fail)
        return fail;
    if (!has_id(&signer->key, id))
        return because(why, FAIL_INVALID, "the id of the signing key %s is not its own", name);
    *ret = take(signer);
    return FAIL_NONE;
}

void note_signer_free(struct note_signer *signer)
{
    if (!signer)
        return;
    secret_free(signer->secret);
    free(signer);
}

struct secret *note_signer_text(const struct note_signer *signer)
{
    char hex[2 * NOTE_KEY_ID_SIZE + 1];
    id_text(&signer->key, hex);
    scoped(secret_scoped) struct secret *bytes = secret_new(1 + NOTE_SEED_SIZE);
    bytes->bytes[0] = ED25519;
    (void)crypto_sign_ed25519_sk_to_seed(bytes->bytes + 1, signer->secret->bytes);
    scoped(secret_scoped) struct secret *base64 = secret_new(BASE64_SIZE(1 + NOTE_SEED_SIZE) - 1);
    base64_write(bytes->bytes, bytes->length, (char *)base64->bytes);
    size_t before = strlen(private_key) + strlen(signer->key.name) + 2 + strlen(hex);
    struct secret *text = secret_new(before + base64->length);
    (void)snprintf((char *)text->bytes, text->length + 1, "%s%s+%s+%s", private_key,
                   signer->key.name, hex, secret_text(base64));
    return text;
}

const struct note_key *note_signer_key(const struct note_signer *signer)
{
    return &signer->key;
}

static bool is_note_text(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] < 0x20 && text.at[i] != '\n')
            return false;
    return text.length && text.at[text.length - 1] == '\n' && text_is_utf8(text.at, text.length);
}

enum fail note_sign(struct slice text, size_t count, const struct note_signer *const signers[],
                    struct text *note, struct reason *why)
{
    if (!count || !is_note_text(text))
        return because(why, FAIL_BROKEN, "a note is lines of UTF-8 without controls, and signed");
    text_add_bytes(note, text.at, text.length);
    text_add_char(note, '\n');
    for (size_t i = 0; i < count; i++) {
        uint8_t signature[SIGNATURE_SIZE];
        char base64[BASE64_SIZE(SIGNATURE_SIZE)];
        memcpy(signature, signers[i]->key.id, NOTE_KEY_ID_SIZE);
        (void)crypto_sign_detached(signature + NOTE_KEY_ID_SIZE, NULL, (const uint8_t *)text.at,
                                   text.length, signers[i]->secret->bytes);
        base64_write(signature, sizeof signature, base64);
        text_addf(note, "%s%s %s\n", dash, signers[i]->key.name, base64);
    }
    return note->cut ? because(why, FAIL_BROKEN, "the note is longer than its place") : FAIL_NONE;
}

/* Takes one signature line; false when it is none. */
static bool take_signature(struct slice *rest, struct slice *name, size_t *length,
                           uint8_t bytes[FOREIGN_SIGNATURE])
{
    struct slice line;
    return slice_take(rest, '\n', &line) && slice_skip(&line, slice_of(dash)) &&
           slice_take(&line, ' ', name) && name->length && !memchr(name->at, '+', name->length) &&
           read_base64(line, FOREIGN_SIGNATURE, bytes, length) && *length > NOTE_KEY_ID_SIZE;
}

enum fail note_read(struct slice bytes, struct note *ret, struct reason *why)
{
    uint8_t signature[FOREIGN_SIGNATURE];
    struct slice name;
    size_t length, text = bytes.length;
    if (bytes.length > NOTE_MOST || !is_note_text(bytes))
        return because(why, FAIL_INVALID, "not a note: at most %d bytes, lines of UTF-8",
                       NOTE_MOST);
    /* The last empty line divides text and signatures. */
    while (text >= 2 && !(bytes.at[text - 1] == '\n' && bytes.at[text - 2] == '\n'))
        text--;
    if (text < 2)
        return because(why, FAIL_INVALID, "a note without signatures");
    struct note note = {.text = {bytes.at, text - 1},
                        .signatures = {bytes.at + text, bytes.length - text}};
    struct slice rest = note.signatures;
    do {
        if (!take_signature(&rest, &name, &length, signature))
            return because(why, FAIL_INVALID, "a note with a signature line that is none");
    } while (rest.length);
    *ret = note;
    return FAIL_NONE;
}

enum note_signature note_signed_by(const struct note *note, const struct note_key *key)
{
    enum note_signature found = NOTE_UNSIGNED;
    uint8_t signature[FOREIGN_SIGNATURE];
    struct slice rest = note->signatures, name;
    size_t length;
    while (take_signature(&rest, &name, &length, signature)) {
        if (!slice_is(name, key->name) || memcmp(signature, key->id, NOTE_KEY_ID_SIZE) != 0)
            continue;
        if (length != SIGNATURE_SIZE ||
            crypto_sign_verify_detached(signature + NOTE_KEY_ID_SIZE,
                                        (const uint8_t *)note->text.at, note->text.length,
                                        key->bytes) != 0)
            return NOTE_FORGED;
        found = NOTE_SIGNED;
    }
    return found;
}
